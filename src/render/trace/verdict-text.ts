import type { OutcomeItem, StepItem, TraceItem } from '../../explain/trace-list.ts';
import { socketText } from '../../net/socket.ts';
import { percent } from '../../words/numbers.ts';
import { saysRulesMissing } from '../../words/rules-missing.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import type { MergedOutcome, OutcomeGroup } from './outcome-groups.ts';
import { chainText, ruleText } from './step-place.ts';

/** @returns what happens to a group of outcomes, in one line: verdict, how many endpoints, what becomes of the source. */
export function summariseGroup(group: OutcomeGroup, item: TraceItem, colours: Colours): string {
  const accepted = group.outcomes.filter(({ like }) => like.verdict === 'accept');
  const rest = group.outcomes.filter(({ like }) => like.verdict !== 'accept');
  const parts = [
    ...(accepted.length === 0 ? [] : [acceptedText(accepted, group, item, colours)]),
    ...rest.map((outcome) => refusedText(outcome, item, group.outcomes.length > 1, colours)),
  ];
  return parts.join('; ');
}

function acceptedText(
  outcomes: readonly MergedOutcome[],
  group: OutcomeGroup,
  item: TraceItem,
  colours: Colours,
): string {
  const [first] = outcomes;
  if (first === undefined) return '';
  const verdict = verdictPaint(outcomes, colours)('ACCEPT');
  const isOpen = outcomes.some(({ like }) => like.remarks.some(saysRulesMissing));
  const asFar = isOpen ? ', as far as was captured' : '';
  const targets = new Set(outcomes.map(({ like }) => `${like.destination.address} ${like.destination.port}`));
  const moved = outcomes.some(({ like }) => isTranslated(like, item));
  const where =
    moved || first.like.direction === 'reply'
      ? movedText(first.like, targets.size, group.sticky)
      : first.like.exit?.kind === 'local'
        ? 'to this node itself, destination unchanged'
        : 'destination unchanged';
  return `${verdict} ${where}, ${sourceText(outcomes)}${exitText(first.like, moved)}${asFar}`;
}

/** An accepted packet is good news where somebody answers it. */
function verdictPaint(outcomes: readonly MergedOutcome[], { good, bad, warning }: Colours): Colours['good'] {
  const worst = outcomes.map(({ like }) => like.remarks[0]?.effect ?? 'none');
  if (worst.every((effect) => effect === 'breaks')) return bad;
  return worst.every((effect) => effect === 'none') ? good : warning;
}

/** @returns who gets a packet whose destination was rewritten. */
export function movedText(outcome: OutcomeItem, count: number, sticky: boolean): string {
  const { destination } = outcome;
  if (outcome.direction === 'reply')
    return `back to the client, ${socketText(destination.address, destination.port)}`;
  if (isProxyPort(outcome)) return `to kube-proxy's own port ${destination.port} on this node`;
  if (sticky) return `stays with its endpoint (1 of ${count})`;
  return count === 1 ? 'to 1 endpoint' : `to 1 of ${count} endpoints`;
}

/** @returns true where kube-proxy itself takes the connection (userspace mode): what is dialled then is no rule's matter. */
export function isProxyPort(outcome: OutcomeItem): boolean {
  return outcome.remarks.some(({ code }) => code === 'userspace-proxy');
}

/** @returns by which route an untouched packet leaves: for a Service address that is news. */
export function exitText(outcome: OutcomeItem, moved: boolean): string {
  if (moved || outcome.exit === null || outcome.exit.kind === 'local') return '';
  const via = outcome.exit.nextHop === null ? '' : ` via ${outcome.exit.nextHop}`;
  return `, leaves through ${escapeTerminal(outcome.exit.name)}${via}`;
}

/** @returns what becomes of the source address. */
export function sourceText(outcomes: readonly MergedOutcome[]): string {
  const rewrites = new Set(outcomes.map(({ like }) => like.source.rewrite));
  if (rewrites.size === 1 && rewrites.has('none')) return 'source address kept';
  const addresses = [
    ...new Set(
      outcomes.filter(({ like }) => like.source.rewrite !== 'none').map(({ like }) => like.source.address),
    ),
  ];
  const as = addresses.every((address) => address !== null) ? ` as ${addresses.join(' or ')}` : '';
  const verb = rewrites.has('masquerade') ? 'masqueraded' : 'source rewritten';
  const some = rewrites.has('none') ? 'for some endpoints ' : '';
  return `${some}${verb}${as}`;
}

/** @returns the verdict of an outcome that is not accepted, and what decided. */
export function refusedText(
  outcome: MergedOutcome,
  item: TraceItem,
  showShare: boolean,
  colours: Colours,
): string {
  const { like } = outcome;
  const share = showShare ? `${percent(outcome.share)} ` : '';
  const by = byText(like, item);
  switch (like.verdict) {
    case 'drop':
      return `${share}${colours.bad('DROP')}${by}`;
    case 'reject':
      return `${share}${colours.bad('REJECT')} with ${escapeTerminal(like.rejectWith ?? 'an error')}${by}`;
    case 'queue':
      return `${share}${colours.warning('QUEUE')}: a program decides${by}`;
    default:
      return `${share}${colours.warning('UNKNOWN')}${by}`;
  }
}

function byText(outcome: OutcomeItem, item: TraceItem): string {
  if (outcome.reason !== null) return `: ${escapeTerminal(outcome.reason.text)}`;
  const step = item.steps.find(({ id }) => id === outcome.decidedBy);
  return step === undefined ? '' : ` by ${placeText(step)}${commentText(step)}`;
}

/** @returns `filter INPUT rule 3`, `policy of filter FORWARD`. */
export function placeText(step: StepItem): string {
  const chain = chainText(step);
  if (step.scheduler !== undefined) return `${chain} ${escapeTerminal(step.scheduler ?? '')}`.trimEnd();
  return step.rule === null ? `the policy of ${chain}` : `${chain} rule ${ruleText(step)}`;
}

function commentText(step: StepItem): string {
  const comment =
    /--comment (?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(step.text ?? '') ??
    /\/\* (.*?) \*\//.exec(step.text ?? '');
  const text = comment?.[1] ?? comment?.[2];
  return text === undefined ? '' : ` ("${escapeTerminal(text.replace(/\\(.)/g, '$1'))}")`;
}

/** @returns true where NAT changed where the packet goes. */
export function isTranslated(outcome: OutcomeItem, item: TraceItem): boolean {
  const { destination } = item.packet;
  return outcome.destination.address !== destination.address || outcome.destination.port !== destination.port;
}
