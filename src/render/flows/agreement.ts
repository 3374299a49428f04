import type {
  DifferenceCause,
  DifferingFlows,
  FirstPacketToday,
  FlowAgreement,
} from '../../explain/flows/today/agreement.ts';
import { socketText } from '../../net/socket.ts';
import { counted } from '../../words/numbers.ts';
import { escapeTerminal } from '../escape.ts';
import type { TextOptions } from '../text-options.ts';
import { wrap } from '../wrap.ts';

const CAUSES: Readonly<Record<DifferenceCause, string>> = {
  stale: 'stuck',
  'foreign-nat': 'translated by a rule that is not kube-proxy’s',
  'rules-changed': 'begun before the rules changed',
  unknown: 'nobody knows why',
};

/** Destinations of a first packet that are told. */
const TOLD = 3;

/** @returns `137 of 146 translated flows are what the rules say; 9 are not (9 stuck)`; the empty string without translated flows. */
export function agreementSentence({ translated, agree, differ, notCompared, causes }: FlowAgreement): string {
  if (translated === 0) return '';
  const flows = counted(translated, 'translated flow');
  if (agree === translated)
    return translated === 1
      ? 'the one translated flow is what the rules say'
      : `all ${flows} are what the rules say`;
  if (agree + differ === 0)
    return translated === 1
      ? 'the one translated flow could not be compared with the rules'
      : `none of ${flows} could be compared with the rules`;
  const compared = notCompared === 0 ? '' : `; ${notCompared} could not be compared`;
  const why = causes.map(({ cause, flows: count }) => `${count} ${CAUSES[cause]}`).join(', ');
  const others = differ === 0 ? '' : `; ${differ} ${differ === 1 ? 'is' : 'are'} not (${why})`;
  return `${agree} of ${flows} ${agree === 1 ? 'is' : 'are'} what the rules say${others}${compared}`;
}

/**
 * @param most groups of flows that are told; JSON has more
 * @returns what the flows that differ do, and what a first packet would do now, the most flows first; empty where none does
 */
export function renderDiffering(
  { differing, differ }: Pick<FlowAgreement, 'differing' | 'differ'>,
  { colours, width }: TextOptions,
  most: number,
): string {
  const shown = differing.slice(0, most);
  if (shown.length === 0) return '';
  const lines = shown.map((group) => wrap(escapeTerminal(`  ${differingText(group)}`), width, '    '));
  const rest = differ - shown.reduce((sum, { flows }) => sum + flows, 0);
  if (rest > 0) lines.push(colours.faint(`  … and ${counted(rest, 'flow')} more (-o json)`));
  return `${colours.heading('not what the rules say')}\n${lines.join('\n')}\n`;
}

/** @returns the agreement with those flows alone that no finding tells. */
export function withoutStuck({
  differing,
  differ,
  causes,
}: FlowAgreement): Pick<FlowAgreement, 'differing' | 'differ'> {
  const stuck = causes.find(({ cause }) => cause === 'stale')?.flows ?? 0;
  return { differing: differing.filter(({ cause }) => cause !== 'stale'), differ: differ - stuck };
}

function differingText(group: DifferingFlows): string {
  const { cause, flows, protocol, client, destination, goesTo, masqueraded, today, file, line } = group;
  const first = flows === 1 ? 'from' : 'the first from';
  const place = file === null ? '' : ` (${file}:${line})`;
  const to = socketText(destination.address, destination.port);
  const where = `${socketText(goesTo.address, goesTo.port)}${masqueradedText(masqueraded)}`;
  return `${flows} ${CAUSES[cause]}: ${protocol} to ${to} goes to ${where}, ${first} ${client}${place}; ${todayText(today)}`;
}

function todayText({ verdict, destinations, more, masqueraded }: FirstPacketToday): string {
  if (verdict === 'drop') return 'a first packet would be dropped now';
  if (verdict === 'reject') return 'a first packet would be refused now';
  const spots = destinations.slice(0, TOLD).map(({ address, port }) => socketText(address, port));
  const others = destinations.length - spots.length + more;
  const kind = masqueraded === null ? '' : masqueradedText(masqueraded);
  const ends = verdict === 'mixed' ? ', or be dropped or refused' : '';
  return `a first packet would now go to ${spots.join(' or ')}${others > 0 ? ` or ${others} more` : ''}${kind}${ends}`;
}

function masqueradedText(masqueraded: boolean): string {
  return masqueraded ? ' masqueraded' : ' with its own source';
}
