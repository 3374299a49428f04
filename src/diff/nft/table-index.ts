import type { Element, Expression, Verdict } from '../../nftables/expression.ts';
import { objectMapOf } from '../../nftables/object-map.ts';
import { type NftRule, type NftTable, rulesOf } from '../../nftables/ruleset.ts';
import type { NatStatement, Statement } from '../../nftables/statement.ts';

/** A statement of a rule, and the element of its set or map by which it does what it does. */
export interface Place {
  readonly table: NftTable;
  readonly rule: NftRule;
  /** Of the statement in its rule. */
  readonly at: number;
  readonly found: { readonly key: Expression; readonly element: Element } | null;
}

/** Where a table sends packets on, looks them up and rewrites them; made once. */
export interface TableIndex {
  /** By the chain that is jumped or gone to. */
  readonly references: ReadonlyMap<string, readonly Place[]>;
  /** By the set or map that is asked; with the key that is looked up. */
  readonly lookUps: ReadonlyMap<string, readonly (Place & { readonly key: Expression })[]>;
  readonly rewrites: readonly Rewriting[];
  /** Whether a rule writes addresses or ports beside NAT: then nobody knows what later rules see. */
  readonly mangles: boolean;
  /** Sets that rules enter packets into. */
  readonly updates: ReadonlySet<string>;
}

/** A rule that gives packets another destination. */
export interface Rewriting {
  readonly place: Place;
  /** Null: the node's own, or one that cannot be read. */
  readonly address: Expression | null;
  readonly port: Expression | null;
}

const KNOWN = new WeakMap<NftTable, TableIndex>();

/** @returns the index of a table. */
export function indexTable(table: NftTable): TableIndex {
  let index = KNOWN.get(table);
  if (index === undefined) {
    index = build(table);
    KNOWN.set(table, index);
  }
  return index;
}

function build(table: NftTable): TableIndex {
  const references = new Map<string, Place[]>();
  const lookUps = new Map<string, (Place & { key: Expression })[]>();
  const rewrites: Rewriting[] = [];
  const updates = new Set<string>();
  let mangles = false;
  const asked = (place: Place, key: Expression, data: Expression): readonly Element[] => {
    if (data.kind === 'set') return data.elements;
    if (data.kind !== 'set-name') return [];
    add(lookUps, data.name, { ...place, key });
    return table.sets.get(data.name)?.elements ?? [];
  };
  const askedBy = (to: Expression | null, place: Place): void => {
    if (to?.kind === 'map') asked(place, to.key, to.data);
  };
  const leads = ({ verdict, chain }: Verdict, place: Place): void => {
    if ((verdict === 'jump' || verdict === 'goto') && chain !== null) add(references, chain, place);
  };
  for (const chain of table.chains.values())
    for (const rule of rulesOf(chain)) {
      for (const [at, statement] of rule.statements.entries()) {
        const place: Place = { table, rule, at, found: null };
        askedBy(objectMapOf(statement), place);
        if (statement.kind === 'verdict') leads(statement, place);
        else if (statement.kind === 'match') asked(place, statement.left, statement.right);
        else if (statement.kind === 'vmap') {
          for (const element of asked(place, statement.key, statement.data))
            if (element.data?.kind === 'verdict')
              leads(element.data, { ...place, found: { key: statement.key, element } });
        } else if (statement.kind === 'assign') {
          if (statement.value.kind === 'map') asked(place, statement.value.key, statement.value.data);
          if (writesHeader(statement)) mangles = true;
        } else if (statement.kind === 'set-update') updates.add(statement.set);
        else if (statement.kind === 'dnat' || statement.kind === 'redirect') {
          rewrites.push(...rewritings(statement, place, asked));
        } else if (
          statement.kind === 'snat' ||
          statement.kind === 'masquerade' ||
          statement.kind === 'tproxy'
        )
          askedBy(statement.address, place);
        // The port may come from a map of its own: `redirect to :tcp dport map @ports`.
        if ('port' in statement) askedBy(statement.port, place);
      }
    }
  return { references, lookUps, rewrites, mangles, updates };
}

function rewritings(
  { kind, address, port, prefix }: NatStatement,
  place: Place,
  asked: (place: Place, key: Expression, data: Expression) => readonly Element[],
): Rewriting[] {
  if (address?.kind === 'map') {
    const { key, data } = address;
    const elements = asked(place, key, data);
    return elements.map((element) => {
      const found = { ...place, found: { key, element } };
      const to = element.data;
      if (to === null || to.kind === 'verdict') return { place: found, address: null, port: null };
      return to.kind === 'concat'
        ? { place: found, address: to.parts[0] ?? null, port: to.parts[1] ?? null }
        : { place: found, address: to, port };
    });
  }
  // A network for a network, or the node's own address.
  if (kind === 'redirect' || prefix) return [{ place, address: null, port }];
  return [{ place, address, port }];
}

function writesHeader({ field }: Extract<Statement, { kind: 'assign' }>): boolean {
  return (
    field.kind === 'raw-payload' || (field.kind === 'payload' && /^(?:[sd]addr|[sd]port)$/.test(field.field))
  );
}

function add<T>(lists: Map<string, T[]>, name: string, one: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [one]);
  else list.push(one);
}
