import { InputError } from '../input-error.ts';
import type { DiffSign } from './dress.ts';

/**
 * @param hosts machines that prompts name, `sides` signs of a diff: each with the index of its first line.
 * Throws InputError where the paste is of two nodes, or of one at two times.
 */
export function refuseTwoStates(
  name: string,
  hosts: ReadonlyMap<string, number>,
  sides: ReadonlyMap<DiffSign, number>,
): void {
  const lineOf = (host: string): number => (hosts.get(host) ?? 0) + 1;
  const [first, second] = hosts.keys();
  if (first !== undefined && second !== undefined) {
    throw twoStates(
      `lines of two nodes are in this paste: ${first} (line ${lineOf(first)}) and ${second} (line ${lineOf(second)})`,
      'give those of one node',
      name,
    );
  }
  const removed = sides.get('-') ?? sides.get('<');
  const added = sides.get('+') ?? (sides.has('<') ? sides.get('>') : undefined);
  if (removed !== undefined && added !== undefined) {
    throw twoStates(
      `this is a diff: line ${removed + 1} is of the state before, line ${added + 1} of the one after`,
      'save each state to a file and compare them with `kp-explain diff BEFORE AFTER`',
      name,
    );
  }
}

function twoStates(what: string, way: string, name: string): InputError {
  return new InputError('two-captures', `${what}. An answer is about one node at one time: ${way}`, name);
}
