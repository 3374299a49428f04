import { ignoresAllEchoes, isEcho } from '../../connection/to-many.ts';
import type { Trace } from '../../trace/outcome.ts';
import type { Note } from '../explanation.ts';
import type { Known } from '../question/question.ts';
import type { OutcomeItem } from '../trace-list.ts';

/** @returns that the node is taken to answer pings, where one works by that and no sysctl says so. */
export function pingNote(
  { host }: Known,
  { packet, outcomes }: Trace,
  items: readonly OutcomeItem[],
): Note[] {
  if (!isEcho(packet) || ignoresAllEchoes(host, packet.family) !== null) return [];
  const answers = outcomes.some(
    ({ exit }, index) => exit?.kind === 'local' && items[index]?.connection?.sees === 'works',
  );
  const text = 'the node is taken to answer pings (icmp_echo_ignore_all=0)';
  return answers ? [{ code: 'answers-pings', text, settle: 'capture `sysctl -a`' }] : [];
}
