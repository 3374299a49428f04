import fc from 'fast-check';
import type { Backend } from '../../../src/iptables/ruleset.ts';
import type { Family } from '../../../src/net/address.ts';
import { caseSpecOf, writeCase } from '../generate/case.ts';
import type { Lane } from '../lane.ts';
import { LOST } from './lost-files.ts';
import { STATES } from './node-states.ts';

function lostLane(backend: Backend, family: Family): Lane {
  const spec = (most: number | undefined) =>
    fc.record({
      case: caseSpecOf(most),
      state: fc.nat({ max: STATES.length - 1 }),
      lost: fc.subarray([...LOST], { minLength: 1, maxLength: 3 }),
      toldLost: fc.boolean(),
    });
  return {
    name: `lost/${backend}/${family}`,
    property: (tell, _seed, most) =>
      fc.asyncProperty(spec(most), ({ case: rules, state, lost, toldLost }) => {
        const { text, packets } = writeCase(rules, backend, family);
        const made = STATES[state];
        // Half of the time what tells of the state is among the lost, which would seldom be by chance.
        const all = toldLost ? [...new Set([...lost, ...(made?.told ?? [])])] : lost;
        return tell({
          ...{ rules: [{ backend, family, text }], native: null, packets, lost: all },
          ...(made === undefined ? {} : { state: made }),
        });
      }),
  };
}

/** Captures that lack files, of nodes in every state that these could have told of. */
export const LOST_LANES: readonly Lane[] = [
  lostLane('iptables-nft', 'ipv4'),
  lostLane('iptables-legacy', 'ipv4'),
  lostLane('iptables-nft', 'ipv6'),
  lostLane('iptables-legacy', 'ipv6'),
];
