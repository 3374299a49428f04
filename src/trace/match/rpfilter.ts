import { matchRpfilter } from '../../host/match-rpfilter.ts';
import type { MatchOf } from '../../iptables/match.ts';
import { type Answer, unknown } from '../answer.ts';
import type { MatchContext } from './context.ts';
import { describeSender } from './sender.ts';

/** `-m rpfilter`: whether an answer to the source would go out where the packet came in (ipt_rpfilter.c, ip6t_rpfilter.c). */
export function rpfilter(match: MatchOf<'rpfilter'>, { state, host }: MatchContext): Answer {
  const source = state.source.address;
  const name = describeSender(state.source);
  const clause = {
    holds: `an answer to ${name} would leave where it came in`,
    fails: `an answer to ${name} would leave elsewhere`,
  };
  const key = `rpfilter ${match.loose} ${match.validmark}`;
  if (source === null || state.inInterface === undefined) {
    return unknown('rpfilter', key, clause, 'give the client with --from ADDRESS and --in-interface');
  }
  const { destination, inInterface, mark, protocol } = state;
  const answer = matchRpfilter(host, { source, destination, inInterface, mark, protocol }, match);
  return answer === 'unknown'
    ? unknown('rpfilter', key, clause, 'capture `ip -j route show table all` and `ip -j rule`')
    : answer;
}
