import { InputError } from '../input-error.ts';
import type { DiffSign } from './dress.ts';
import type { Machines } from './machine.ts';
import type { Sections } from './sections.ts';

const DIFF = 'save each state to a file and compare them with `kp-explain diff BEFORE AFTER`';

/**
 * @param machines that prompts, commands and headings name; `sections` what stands below headings; `sides` signs of a diff, each with
 *   the index of its first line.
 * Throws InputError where the paste is of two nodes, or of one at two times.
 */
export function refuseTwoStates(
  name: string,
  machines: Machines,
  sections: Sections,
  sides: ReadonlyMap<DiffSign, number>,
): void {
  const two = twoIn(machines, sections) ?? twoSides(sides);
  if (two === null) return;
  const message = `${two.what}. An answer is about one node at one time: ${two.way}`;
  throw new InputError('two-captures', message, name);
}

/** What says that a paste holds two nodes, or one at two times, and the way out. */
interface Two {
  readonly what: string;
  readonly way: string;
}

function twoIn(machines: Machines, sections: Sections): Two | null {
  const named = machines.two();
  if (named !== null) {
    const whose = named.pods
      ? 'two pods of one DaemonSet, which run on two nodes or at two times,'
      : 'two nodes';
    return { what: `lines of ${whose} are in this paste: ${named.text}`, way: 'give those of one node' };
  }
  const { first, second, times } = sections.two() ?? {};
  if (first === undefined) return null;
  return times === true
    ? { what: `two states are in this paste, with different rules: ${first} and ${second}`, way: DIFF }
    : {
        what: `${first} and ${second} have different rules in one chain: they are of two nodes, or of one node at two times`,
        way: `give those of one, or ${DIFF}`,
      };
}

function twoSides(sides: ReadonlyMap<DiffSign, number>): Two | null {
  const removed = sides.get('-') ?? sides.get('<');
  const added = sides.get('+') ?? (sides.has('<') ? sides.get('>') : undefined);
  if (removed === undefined || added === undefined) return null;
  return {
    what: `this is a diff: line ${removed + 1} is of the state before, line ${added + 1} of the one after`,
    way: DIFF,
  };
}
