import { testSet } from '../../host/test-set.ts';
import type { MatchOf } from '../../iptables/match.ts';
import { formatAddress } from '../../net/address.ts';
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
  const source = state.source.address === null ? 'the client' : formatAddress(state.source.address);
  const fields = match.directions.map((direction) =>
    direction === 'src' ? source : formatAddress(state.destination),
  );
  const name = `set ${match.name} ${match.directions.join(',')}`;
  if (change === 'unknown') {
    return unknown(
      'ipset-changed',
      `${name} changed`,
      {
        holds: `set ${match.name} has the packet after the change that an earlier rule made to it`,
        fails: `set ${match.name} does not have the packet after the change that an earlier rule made to it`,
      },
      null,
    );
  }
  if (answer.answer === 'yes') {
    if (!match.counters) return 'yes';
    return unknown(
      'ipset-counters',
      `${name} counters`,
      {
        holds: `the counters of set ${match.name} fit the rule`,
        fails: `the counters of set ${match.name} do not fit the rule`,
      },
      null,
    );
  }
  if (answer.answer === 'no') return 'no';
  const what = [...new Set(fields)].join(' / ');
  return unknown(
    answer.code,
    `${name} ${what} ${state.destinationPort ?? ''} ${state.sourcePort ?? ''}`,
    {
      holds: `${what} is in set ${match.name} (${answer.text})`,
      fails: `${what} is not in set ${match.name} (${answer.text})`,
    },
    answer.settle === null ? null : `capture \`${answer.settle}\``,
  );
}
