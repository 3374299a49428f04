import { type Fields, objectOf, wordOf } from '../../json/fields.ts';
import type { ProblemList } from '../../problems/problem.ts';
import { Drafts } from '../draft.ts';
import type { NftRuleset } from '../ruleset.ts';
import type { Listing } from './lazy-chains.ts';
import { ObjectReader } from './object-reader.ts';
import { PlacedObjects } from './placed-objects.ts';
import { readBase, readFlowtable, readObject, readSet } from './read-objects.ts';
import { scanObjects } from './scan-objects.ts';
import { numberAt, stringAt } from './values.ts';

/**
 * Reads `nft -j list ruleset`. Objects are found, and parsed when they are asked for. Never throws.
 * @returns null where the text is no such listing
 */
export function parseJson(bytes: Buffer, file: string, problems: ProblemList): NftRuleset | null {
  const reader = new ObjectReader(bytes, file, problems);
  const listing: Listing = { bytes, reader, cut: false };
  const drafts = new Drafts((family, name) => placed.chainsOf(family, name));
  const placed = new PlacedObjects(listing, (family, table) => drafts.table(family, table));
  let version: string | null = null;
  const scanned = scanObjects(bytes, {
    open: (start) => placed.open(start),
    close: (start) => {
      if (placed.close(start)) return;
      const object = reader.read(start);
      const [kind] = Object.keys(object ?? {});
      const inner = kind === undefined ? null : objectOf(object?.[kind]);
      if (kind === undefined || inner === null) return;
      if (kind === 'metainfo') version = stringAt(inner, 'version');
      else if (kind === 'rule') placed.addRule(inner, start);
      else enter(kind, inner, start);
    },
  });
  if (scanned === null) {
    problems.add('unexpected-json', { what: 'no-nftables' }, file);
    return null;
  }
  function enter(kind: string, inner: Fields, start: number): void {
    const table = drafts.table(wordOf(inner.family), wordOf(inner[kind === 'table' ? 'name' : 'table']));
    if (table === null) return;
    const name = stringAt(inner, 'name') ?? '';
    if (kind === 'table') {
      table.handle = numberAt(inner, 'handle');
      table.comment = stringAt(inner, 'comment');
      table.dormant = isDormant(inner.flags);
    } else if (kind === 'chain') placed.declareChain(table.chains, name, start, readBase(inner) !== null);
    else if (kind === 'set' || kind === 'map' || kind === 'meter')
      table.sets.set(name, readSet(kind, inner, table.family, reader.lineOf(start)));
    else if (kind === 'flowtable') table.flowtables.set(name, readFlowtable(inner));
    else table.objects.set(`${kind} ${name}`, readObject(kind, inner));
  }
  const cutAt = scanned.closed ? null : reader.lineOf(scanned.end);
  if (cutAt !== null) problems.add('truncated', { what: 'json-listing' }, file, cutAt);
  listing.cut = cutAt !== null;
  return { file, version, tables: drafts.tables, cutAt };
}

/**
 * nft 1.0.6 frees a table's flags before it prints them (`table_print_json`, src/json.c): what stands there then is a flag, which is
 * `dormant` or `owner`, but not which. @returns null where that is so
 */
function isDormant(flags: unknown): boolean | null {
  const words = [flags].flat().filter((flag) => flag !== undefined);
  if (words.some((flag) => flag === 'dormant' || flag === 'dorm')) return true;
  return words.every((flag) => flag === 'owner' || flag === 'persist') ? false : null;
}
