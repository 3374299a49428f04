import { type Fields, objectOf, wordOf } from '../../json/fields.ts';
import { lazySet } from '../lazy-set.ts';
import { printStatements } from '../print/print-statement.ts';
import { inFamily } from '../reject-of-family.ts';
import type { BaseChain, Flowtable, NftFamily, NftObject, NftRule, NftSet } from '../ruleset.ts';
import { readElement } from './read-expression.ts';
import { readStatement } from './read-statement.ts';
import { numberAt, stringAt, wordsAt } from './values.ts';

/** @returns where a chain is hooked; null for one that rules jump to. */
export function readBase(chain: Fields): BaseChain | null {
  const [type, hook] = [stringAt(chain, 'type'), stringAt(chain, 'hook')];
  if (type === null || hook === null) return null;
  const priority = numberAt(chain, 'prio');
  return {
    type,
    hook,
    priority,
    policy: chain.policy === 'drop' ? 'drop' : 'accept',
    devices: wordsAt(chain, 'dev'),
  };
}

/** @param object with the rule in it; null where it could not be parsed: then the rule is not known. */
export function readRule(
  object: Fields | null,
  place: Pick<NftRule, 'chain' | 'number' | 'file' | 'line'> & { readonly family: NftFamily },
): NftRule {
  const rule = objectOf(object?.rule);
  const listed = Array.isArray(rule?.expr) ? rule.expr : [{ unreadable: null }];
  const statements = listed.map((each) => inFamily(readStatement(each), place.family));
  return new JsonRule(place, rule, statements);
}

/** A rule that is printed when somebody asks for its text: a listing has 200,000. */
class JsonRule implements NftRule {
  readonly chain: string;
  readonly number: number;
  readonly file: string;
  readonly line: number;
  readonly handle: number | null;
  readonly comment: string | null;
  readonly statements: NftRule['statements'];
  #text: string | null = null;

  /** @param rule null where it could not be parsed */
  constructor(
    { chain, number, file, line }: Pick<NftRule, 'chain' | 'number' | 'file' | 'line'>,
    rule: Fields | null,
    statements: NftRule['statements'],
  ) {
    this.chain = chain;
    this.number = number;
    this.file = file;
    this.line = line;
    this.handle = rule === null ? null : numberAt(rule, 'handle');
    this.comment = rule === null ? null : stringAt(rule, 'comment');
    this.statements = statements;
  }

  get text(): string {
    this.#text ??= printStatements(this.statements, this.comment);
    return this.#text;
  }
}

/** @returns a set or map; its elements are read when asked for. */
export function readSet(kind: NftSet['kind'], object: Fields, family: NftFamily, line: number): NftSet {
  const data = object.map;
  const typeOf = objectOf(object.type);
  const listed = Array.isArray(object.stmt) ? object.stmt : [];
  return lazySet(
    {
      kind,
      family,
      table: stringAt(object, 'table') ?? '',
      name: stringAt(object, 'name') ?? '',
      handle: numberAt(object, 'handle'),
      comment: stringAt(object, 'comment'),
      keyType: typeOf === null ? wordsAt(object, 'type') : null,
      typeOf: typeOf === null ? null : JSON.stringify(typeOf.typeof),
      dataType: typeof data === 'string' ? data.split(' . ') : Array.isArray(data) ? data.map(wordOf) : null,
      flags: wordsAt(object, 'flags'),
      timeout: numberAt(object, 'timeout'),
      gcInterval: numberAt(object, 'gc-interval'),
      size: numberAt(object, 'size'),
      policy: stringAt(object, 'policy'),
      autoMerge: object['auto-merge'] === true,
      extras: listed.map((each) => readStatement(each)),
      line,
      cut: false,
    },
    () => (Array.isArray(object.elem) ? object.elem.map((each) => readElement(each)) : []),
  );
}

const OWN_FIELDS: ReadonlySet<string> = new Set(['family', 'name', 'table', 'handle', 'inv', 'comment']);

/** @returns a named counter, quota, limit, helper, … */
export function readObject(kind: string, object: Fields): NftObject {
  return {
    kind,
    name: stringAt(object, 'name') ?? '',
    handle: numberAt(object, 'handle'),
    over: object.inv === true,
    values: Object.fromEntries(Object.entries(object).filter(([key]) => !OWN_FIELDS.has(key))),
  };
}

/** @returns a flowtable. */
export function readFlowtable(object: Fields): Flowtable {
  return {
    name: stringAt(object, 'name') ?? '',
    handle: numberAt(object, 'handle'),
    hook: stringAt(object, 'hook') ?? '',
    priority: numberAt(object, 'prio'),
    devices: wordsAt(object, 'dev'),
  };
}
