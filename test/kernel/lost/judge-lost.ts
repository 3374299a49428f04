import type { Trace } from '../../../src/trace/outcome.ts';
import type { Assumption } from '../../../src/trace/reason.ts';
import { tracePacket } from '../../../src/trace/trace-packet.ts';
import { judge } from '../judge/judge.ts';
import { type Meeting, worldOf } from '../run-case.ts';
import { type Lost, withoutFiles } from './lost-files.ts';

/** How an answer from fewer files held what the kernel did. */
export type Held = 'told' | 'unknown' | 'assumed';

/** Which files each thing that a trace takes for granted says are missing: in its words the answer is not certain. */
const NAMES: { readonly [C in Assumption['code']]: readonly Lost[] } = {
  'route-unknown': ['routes', 'policyRules', 'links'],
  'source-check': ['sysctls', 'routes', 'policyRules', 'links'],
  'route-localnet': ['sysctls'],
  forwarding: ['sysctls'],
  'force-forwarding': ['sysctls'],
  'routes-not-captured': ['routes'],
  'policy-rules': ['policyRules'],
  'default-table': ['routes'],
  'first-hop-alone': ['routes'],
  'destination-not-local': ['routes', 'links'],
  'own-source': ['routes'],
  'bridge-flood': ['details'],
  'bridge-hairpin': ['links', 'details'],
  'bridge-isolated': ['links', 'details'],
  'not-bridged': ['links', 'details', 'sysctls'],
  xdp: [],
  'legacy-not-captured': [],
  ipsec: [],
  'flow-not-rewritten': [],
  'expected-not-rewritten': [],
  'ipvs-conntrack': ['sysctls'],
  'ipvs-setting': ['sysctls'],
  'table-cut': [],
};

/**
 * Asks again from a capture that lacks files. The node's real state is one that they could have told: the kernel's way must be
 * an outcome, or one that is said to be unknown, or the answer must name what it assumed of a file that is lost.
 * @returns how it holds, or what it says instead, as lines
 */
export function judgeLost(
  meeting: Meeting,
  lost: readonly Lost[],
): { held: Held | readonly string[]; forked: boolean } {
  const host = withoutFiles(meeting.host, lost);
  const world = worldOf({ ...meeting, host }, meeting.question.family);
  const trace = tracePacket(meeting.question, world);
  const { outcome, differences } = judge(trace, meeting.seen, undefined, 'result');
  const forked = trace.outcomes.length > 1;
  if (outcome !== null) return { held: 'told', forked };
  if (trace.outcomes.some(({ verdict }) => verdict === 'unknown')) return { held: 'unknown', forked };
  if (namesOneOf(trace, lost)) return { held: 'assumed', forked };
  return { held: [`without ${lost.join(', ')}: ${differences.join('; ')}`, assumedBy(trace)], forked };
}

function namesOneOf({ assumptions }: Trace, lost: readonly Lost[]): boolean {
  return assumptions.some(({ code }) => NAMES[code].some((each) => lost.includes(each)));
}

function assumedBy({ assumptions }: Trace): string {
  return `assumed: ${assumptions.map(({ code }) => code).join(', ') || 'nothing'}`;
}
