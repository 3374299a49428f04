import { matchRpfilter } from '../../host/match-rpfilter.ts';
import type { MatchOf } from '../../iptables/match.ts';
import { type Answer, unknown } from '../answer.ts';
import type { MatchContext } from './context.ts';

/** `-m rpfilter`: whether an answer to the source would go out where the packet came in (ipt_rpfilter.c, ip6t_rpfilter.c). */
export function rpfilter(match: MatchOf<'rpfilter'>, { state, host }: MatchContext): Answer {
  const source = state.source.address;
  const { loose, validmark } = match;
  const open = (lacks: 'client' | 'routes'): Answer =>
    unknown({ code: 'rpfilter', source, loose, validmark, lacks });
  if (source === null || state.inInterface === undefined) return open('client');
  const { destination, inInterface, mark, protocol } = state;
  const answer = matchRpfilter(host, { source, destination, inInterface, mark, protocol }, match);
  return answer === 'unknown' ? open('routes') : answer;
}
