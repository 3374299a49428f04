import type { Host, SetMark } from '../../host/facts.ts';
import { type SetAnswer, testSet } from '../../host/test-set.ts';
import type { IpsetLookup } from '../../rules/test.ts';
import { unknown } from '../answer.ts';
import type { PacketState } from '../state.ts';
import type { Evaluator } from './context.ts';
import { changedSet } from './set-changes.ts';
import { senderWithin } from './values.ts';

/** Whether the packet's fields, taken in the rule's directions, are in the set (net/netfilter/xt_set.c). */
export const ipset: Evaluator<'ipset'> = ({ in: asked }, { state, host }) => {
  const { set, directions } = asked;
  const answer = lookUp(asked, state, host);
  const change = asked.returnNomatch || asked.counters ? null : changedSet(asked, state, host);
  if (change === 'yes' || change === 'no') return change;
  if (change === null && answer.answer === 'no') return 'no';
  if (change === 'unknown') return unknown({ code: 'ipset-changed', set, directions });
  if (answer.answer === 'yes')
    return asked.counters ? unknown({ code: 'ipset-counters', set, directions }) : 'yes';
  if (answer.answer !== 'unknown') return 'no';
  const { why, source } = answer;
  // Elements that hang on who sends are one question with rules that do.
  if (source !== undefined && !asked.counters)
    return senderWithin(
      state.source,
      { kind: 'prefix', prefix: source },
      state.family,
      state.sourceRewrite !== 'none',
    );
  const { sourcePort, destinationPort } = state;
  return unknown({
    code: why.code,
    set,
    directions,
    ends: directions.map((direction) => (direction === 'src' ? state.source.address : state.destination)),
    sourcePort,
    destinationPort,
    why,
  });
};

function lookUp(asked: IpsetLookup, state: PacketState, host: Host): SetAnswer {
  return testSet(host, asked.set, {
    family: state.family,
    directions: asked.directions,
    source: state.source.address,
    sourceKnown: state.source,
    destination: state.destination,
    protocol: state.protocol,
    sourcePort: state.sourcePort,
    destinationPort: state.destinationPort,
    icmp: state.icmp,
    inInterface: state.inInterface === undefined ? null : (state.inInterface ?? ''),
    outInterface: state.outInterface === undefined ? null : (state.outInterface ?? ''),
    sourceMac: state.fromNode ? '' : null,
    destinationMac: state.fromNode ? '' : null,
    mark: state.mark,
    returnNomatch: asked.returnNomatch,
  });
}

/** @returns what the element that holds the packet has of a mark; null where that is not known, or a rule may just have added it. */
export function markInSet(asked: IpsetLookup, state: PacketState, host: Host): SetMark | null {
  if (changedSet(asked, state, host) !== null) return null;
  const answer = lookUp(asked, state, host);
  return answer.answer === 'yes' ? answer.mark : null;
}
