import type { HookName, Rule } from '../../iptables/ruleset.ts';
import type { Intervals } from '../../net/intervals.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import { mayMatch } from '../fields/field-table.ts';
import type { Box } from '../space/box.ts';
import type { Space } from '../space/space.ts';
import { bits, everything } from '../space/universe.ts';
import type { Reach } from './reach-bounds.ts';

/** @returns the packets of a reach that a rule can match: never fewer than it does match. Null where there is none. */
export function reachThrough(reach: Reach, rule: Rule, space: Space): Reach | null {
  let narrowed: Reach | null = reach;
  for (const test of lowered(rule).tests) {
    if (narrowed === null) return null;
    narrowed = mayMatch(test, narrowed, space);
  }
  return narrowed;
}

/** @returns what can come to the built-in chain of a table, as far as hook and table alone tell; processes apart from others. */
export function reachesOfHook(table: string, hook: HookName, space: Space): Reach[] {
  const { universe } = space;
  const inside = bits(universe.doors, ({ kind }) => kind === 'in');
  const node = bits(universe.doors, ({ kind }) => kind === 'node');
  const all = everything(universe);
  // The nat table is asked by the first packet of a connection; related connections have a first packet, too.
  const nat = bits(universe.states, (state) => state === 'NEW' || state === 'RELATED');
  const box: Box = table === 'nat' ? { ...all, states: all.states & nat } : all;
  const late = { destination: all.destination, port: all.destinationPort };
  const reach = (doors: bigint, fresh: boolean, ownSource = true): Reach[] =>
    doors === 0n ? [] : [{ box: { ...box, doors }, hook, ownSource, late: fresh ? null : late }];
  switch (hook) {
    case 'PREROUTING':
      return [...reach(inside, true), ...(table === 'nat' ? [] : reach(node, false, false))];
    case 'OUTPUT':
      return reach(node, table !== 'filter' && table !== 'security');
    case 'FORWARD':
      return sentTo(space.routing.forwarded(), reach(inside, false));
    case 'INPUT':
      // nat has its turn at INPUT before iptables-nft's security table (see HOOKS).
      return sentTo(space.routing.delivered(), [
        ...reach(inside, false, table !== 'security'),
        ...reach(node, false, false),
      ]);
    case 'POSTROUTING':
      return [...reach(inside, false), ...reach(node, false)];
  }
}

function sentTo(destination: Intervals, reaches: readonly Reach[]): Reach[] {
  return reaches.flatMap((reach) => {
    const late = reach.late === null ? null : { ...reach.late, destination };
    return destination.isEmpty ? [] : [{ ...reach, late }];
  });
}
