import { testSet } from '../../host/test-set.ts';
import type { MatchOf } from '../../iptables/match.ts';
import { type Answer, unknown } from '../answer.ts';
import { changedSet } from '../set-changes.ts';
import type { MatchContext } from './context.ts';

/** `-m set` (net/netfilter/xt_set.c): whether the packet's fields, taken in the rule's directions, are in the set. */
export function set(match: MatchOf<'set'>, { state, host }: MatchContext): Answer {
  const answer = testSet(host, match.name, {
    family: state.family,
    directions: match.directions,
    source: state.source.address,
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
    returnNomatch: match.returnNomatch,
  });
  const change = match.returnNomatch || match.counters ? null : changedSet(match, state);
  if (change === 'yes' || change === 'no') return change;
  if (change === null && answer.answer === 'no') return 'no';
  const { name, directions } = match;
  if (change === 'unknown') return unknown({ code: 'ipset-changed', set: name, directions });
  if (answer.answer === 'yes')
    return match.counters ? unknown({ code: 'ipset-counters', set: name, directions }) : 'yes';
  if (answer.answer !== 'unknown') return 'no';
  const { why } = answer;
  const { sourcePort, destinationPort } = state;
  return unknown({
    code: why.code,
    set: name,
    directions,
    ends: directions.map((direction) => (direction === 'src' ? state.source.address : state.destination)),
    sourcePort,
    destinationPort,
    why,
  });
}
