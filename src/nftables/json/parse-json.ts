import { type Fields, objectOf, wordOf } from '../../json/fields.ts';
import type { ProblemList } from '../../problems/problem.ts';
import { Drafts } from '../draft.ts';
import { LazyRules } from '../lazy-rules.ts';
import type { NftChain, NftRule, NftRuleset } from '../ruleset.ts';
import { chainKey, ObjectReader } from './object-reader.ts';
import { readBase, readFlowtable, readObject, readRule, readSet } from './read-objects.ts';
import { scanObjects } from './scan-objects.ts';
import { numberAt, stringAt } from './values.ts';

/**
 * Reads `nft -j list ruleset`. Objects are found, and parsed when they are asked for. Never throws.
 * @returns null where the text is no such listing
 */
export function parseJson(bytes: Buffer, file: string, problems: ProblemList): NftRuleset | null {
  const reader = new ObjectReader(bytes, file, problems);
  const drafts = new Drafts();
  const rules = new RuleIndex();
  const chains: Fields[] = [];
  let version: string | null = null;
  const scanned = scanObjects(bytes, {
    each: (start, end) => {
      const head = reader.ruleHead(start, end);
      if (head !== null) {
        rules.add(head, start, end);
        return;
      }
      const plain = reader.plainChain(start, end);
      if (plain !== null) {
        chains.push({ ...plain, start });
        return;
      }
      const object = reader.read(start, end);
      const [kind] = Object.keys(object ?? {});
      const inner = kind === undefined ? null : objectOf(object?.[kind]);
      if (kind === undefined || inner === null) return;
      if (kind === 'metainfo') version = stringAt(inner, 'version');
      else if (kind === 'rule') rules.add(keyOf(inner, 'chain'), start, end);
      else if (kind === 'chain') chains.push({ ...inner, start });
      else enter(kind, inner, start);
    },
  });
  if (scanned === null) {
    problems.add('unexpected-json', 'no list called nftables', file);
    return null;
  }
  function enter(kind: string, inner: Fields, start: number): void {
    const table = drafts.table(wordOf(inner.family), wordOf(inner[kind === 'table' ? 'name' : 'table']));
    if (table === null) return;
    const name = stringAt(inner, 'name') ?? '';
    if (kind === 'table') {
      table.handle = numberAt(inner, 'handle');
      table.comment = stringAt(inner, 'comment');
      // nft 1.0.6 cuts the word.
      table.dormant = [inner.flags].flat().some((flag) => flag === 'dormant' || flag === 'dorm');
    } else if (kind === 'set' || kind === 'map' || kind === 'meter')
      table.sets.set(name, readSet(kind, inner, table.family, reader.lineOf(start)));
    else if (kind === 'flowtable') table.flowtables.set(name, readFlowtable(inner));
    else table.objects.set(`${kind} ${name}`, readObject(kind, inner));
  }
  const cutAt = scanned.closed ? null : reader.lineOf(scanned.end);
  if (cutAt !== null) problems.add('truncated', 'the JSON ends in the middle', file, cutAt);
  for (const chain of chains) {
    const table = drafts.table(wordOf(chain.family), wordOf(chain.table));
    const name = stringAt(chain, 'name') ?? '';
    if (table === null) continue;
    const spans = rules.of(keyOf(chain, 'name'));
    table.chains.set(name, {
      family: table.family,
      table: table.name,
      name,
      handle: numberAt(chain, 'handle'),
      comment: stringAt(chain, 'comment'),
      base: readBase(chain),
      rules: new LazyRules(
        spans.length / 2,
        (index): NftRule => {
          const start = spans[index * 2] ?? 0;
          return readRule(reader.read(start, spans[index * 2 + 1] ?? 0), {
            chain: name,
            number: index + 1,
            family: table.family,
            file,
            line: reader.lineOf(start),
          });
        },
        (index) => bytes.subarray(spans[index * 2] ?? 0, spans[index * 2 + 1] ?? 0),
      ),
      line: reader.lineOf(Number(chain.start)),
      cut: cutAt !== null,
    } satisfies NftChain);
  }
  return { file, version, tables: drafts.tables, cutAt };
}

/** The rules of each chain as pairs of start and end. */
class RuleIndex {
  readonly #spans = new Map<string, number[]>();
  #lastKey = '';
  #last: number[] = [];

  add(key: string, start: number, end: number): void {
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      const known = this.#spans.get(key);
      this.#last = known ?? [];
      if (known === undefined) this.#spans.set(key, this.#last);
    }
    this.#last.push(start, end);
  }

  of(key: string): readonly number[] {
    return this.#spans.get(key) ?? [];
  }
}

function keyOf(object: Fields, name: string): string {
  return chainKey(wordOf(object.family), wordOf(object.table), wordOf(object[name]));
}
