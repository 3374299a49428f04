import type { Element, Expression, Extra } from '../../nftables/expression.ts';
import type { NftTable } from '../../nftables/ruleset.ts';
import { isExtra, type Statement } from '../../nftables/statement.ts';

const KNOWN = new WeakMap<readonly Element[], boolean>();

/** @returns whether elements of a set have limits or quotas of their own: these are asked where one is found (nft_lookup_eval). */
export function limitsElements(data: Expression, { sets }: NftTable): boolean {
  const elements = data.kind === 'set-name' ? sets.get(data.name)?.elements : null;
  if (elements == null) return false;
  let limits = KNOWN.get(elements);
  if (limits === undefined) {
    limits = elements.some(({ extras }) => extras.some(({ kind }) => kind !== 'counter' && kind !== 'last'));
    KNOWN.set(elements, limits);
  }
  return limits;
}

/** @returns what an element is asked by as it is entered: what the rule says, or else its set (nft_dynset_eval). */
export function extrasOfUpdate(
  { operation, set, extras }: Extract<Statement, { kind: 'set-update' }>,
  { sets }: NftTable,
): readonly Extra[] {
  if (operation === 'delete' || extras.length > 0) return extras;
  return sets.get(set)?.extras.filter(isExtra) ?? [];
}
