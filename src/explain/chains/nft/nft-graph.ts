import type { Expression } from '../../../nftables/expression.ts';
import { printElement } from '../../../nftables/print/print-expression.ts';
import type { NftChain, NftRule, NftSet, NftTable } from '../../../nftables/ruleset.ts';
import type { Statement } from '../../../nftables/statement.ts';
import { rulesOf, targetsOf } from '../../services/nft/choices.ts';

/** Something that leads to a chain, or asks a set: a rule, or an element of a map. */
export interface Caller {
  /** The rule's chain, or the map. */
  readonly from: NftChain | NftSet;
  readonly number: number;
  readonly line: number;
  readonly text: () => string;
}

/** Who leads where in one table. */
export interface NftGraph {
  /** Of chains by their name, of sets and maps by `@name`. */
  readonly callers: ReadonlyMap<string, readonly Caller[]>;
  /** Chains that packets can come to, and sets that they can be looked up in (`@name`). */
  readonly reached: ReadonlySet<string>;
}

/** @returns who leads where in a table. Every rule is read. */
export function nftGraphOf(table: NftTable): NftGraph {
  const callers = new Map<string, Caller[]>();
  const behind = new Map<string, Set<string>>();
  const add = (from: string, to: string, caller: Caller): void => {
    const known = callers.get(to);
    if (known === undefined) callers.set(to, [caller]);
    else known.push(caller);
    const next = behind.get(from);
    if (next === undefined) behind.set(from, new Set([to]));
    else next.add(to);
  };
  for (const chain of table.chains.values())
    for (const rule of rulesOf(chain))
      for (const to of new Set(leadsFrom(rule)))
        add(chain.name, to, { from: chain, number: rule.number, line: rule.line, text: () => rule.text });
  for (const set of table.sets.values()) {
    if (set.dataType?.[0] !== 'verdict') continue;
    for (const [index, { data }] of set.elements.entries())
      if (data?.kind === 'verdict' && data.chain !== null)
        add(`@${set.name}`, data.chain, {
          from: set,
          number: index + 1,
          line: set.line,
          text: () => elementText(set, index),
        });
  }
  const reached = new Set<string>();
  if (!table.dormant) for (const { name } of table.chains.hooked()) reached.add(name);
  for (const name of reached) for (const next of behind.get(name) ?? []) reached.add(next);
  return { callers, reached };
}

function elementText(set: NftSet, index: number): string {
  const element = set.elements[index];
  return element === undefined ? '' : printElement(element);
}

/** @returns the chains that a rule leads to, and the sets that it asks as `@name`. */
export function leadsFrom({ statements }: NftRule): string[] {
  return statements.flatMap((statement) => [...targetsOf(statement), ...setsOf(statement)]);
}

function setsOf(statement: Statement): string[] {
  switch (statement.kind) {
    case 'match':
      return [...setsIn(statement.left), ...setsIn(statement.right)];
    case 'vmap':
      return setsIn(statement.data);
    case 'assign':
      return setsIn(statement.value);
    case 'set-update':
      return [`@${statement.set}`];
    case 'dnat':
    case 'snat':
    case 'redirect':
    case 'masquerade':
    case 'tproxy':
      return [...setsIn(statement.address), ...setsIn(statement.port)];
    default:
      return [];
  }
}

function setsIn(expression: Expression | null): string[] {
  switch (expression?.kind) {
    case 'set-name':
      return [`@${expression.name}`];
    case 'map':
      return setsIn(expression.data);
    case 'binary':
      return [...setsIn(expression.left), ...setsIn(expression.right)];
    default:
      return [];
  }
}
