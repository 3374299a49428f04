import { HOOK_NAMES, type Table } from './ruleset.ts';

/**
 * @returns true where only some lines of a table may be there, of whatever chain: single chains were listed, or lines were picked. A
 *   whole table declares its built-in chains with their policies.
 */
export function isPicked({ chains, cut }: Table): boolean {
  if (cut !== undefined) return true;
  return !HOOK_NAMES.some((name) => {
    const hook = chains.get(name);
    return hook !== undefined && hook.policy !== null && hook.sift === undefined;
  });
}
