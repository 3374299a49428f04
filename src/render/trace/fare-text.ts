import type { Sees } from '../../diagnose/cause.ts';
import type { TraceDiagnosis } from '../../diagnose/trace-diagnosis.ts';
import type { OutcomeItem, TraceItem } from '../../explain/trace-list.ts';
import { socketText } from '../../net/socket.ts';
import { listed, percent } from '../../words/numbers.ts';
import { type Colours, NO_COLOURS } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import { ORDER, paintOf } from '../shares-text.ts';
import type { MergedOutcome, OutcomeGroup } from './outcome-groups.ts';
import { exitText, isProxyPort, isTranslated, movedText, refusedText } from './verdict-text.ts';

const WORDS: Readonly<Record<Sees, string>> = {
  works: 'WORKS',
  refused: 'REFUSED',
  timesOut: 'NO ANSWER',
  wrongSource: 'NO ANSWER THAT IT TAKES',
  unknown: 'UNKNOWN',
};

/** How it is told. */
export interface FareOptions {
  readonly fares: Pick<TraceDiagnosis, 'endsOf' | 'likeOf'>;
  readonly colours: Colours;
  /** Whether endpoints are named. */
  readonly named: boolean;
}

/** @returns what a client sees whose packets have these outcomes, and where they end: the truth about the connection. */
export function fareText(
  group: OutcomeGroup,
  item: TraceItem,
  { fares, colours, named }: FareOptions,
): string {
  const shares = new Map<Sees, number>();
  for (const { share, ways } of group.outcomes) {
    const all = ways.reduce((sum, { probability }) => sum + probability, 0);
    for (const way of ways) {
      const ofAlike = all === 0 ? 1 / ways.length : way.probability / all;
      for (const { sees, part } of fares.endsOf(way))
        shares.set(sees, (shares.get(sees) ?? 0) + share * ofAlike * part);
    }
  }
  // A flow that goes where nothing sends new ones arrives, and is not served.
  const isStuck = item.flow?.item.stale === true;
  const met = ORDER.filter((each) => shares.has(each));
  const said = met.map((each) => {
    const word = isStuck && each === 'works' ? colours.bad('STUCK') : paintOf(each, colours)(WORDS[each]);
    return met.length === 1 ? word : `${percent(shares.get(each) ?? 0)} ${word}`;
  });
  return `${said.join(', ')}: ${endsText(group, item, named)}${named ? darkText([group], fares, '; ') : ''}`;
}

/** Nodes that are taken to pass on what comes to them, named in the line. */
const DARK = 2;

/**
 * @returns that nodes were not captured over which something is told to work: it works as far as the others tell; the empty
 *   string where there are none
 */
export function darkText(
  groups: readonly OutcomeGroup[],
  { endsOf, likeOf }: FareOptions['fares'],
  before = '',
): string {
  const dark = groups
    .flatMap(({ outcomes }) => outcomes.flatMap(({ ways }) => ways))
    .filter((way) => endsOf(way).some(({ sees }) => sees === 'works'))
    .filter((way) => endsInTheDark(likeOf(way)));
  if (dark.length === 0) return '';
  const nodes = [...new Set(dark.map(({ endpoint }) => endpoint?.node ?? 'the next node'))];
  return `${before}not captured: ${escapeTerminal(listed(nodes, DARK))}`;
}

function endsInTheDark({ connection }: OutcomeItem): boolean {
  const ways = connection === null ? [] : [connection, ...connection.others];
  return ways.some(({ reason }) => reason?.code === 'node-not-captured');
}

function endsText(group: OutcomeGroup, item: TraceItem, named: boolean): string {
  const accepted = group.outcomes.filter(({ like }) => like.verdict === 'accept');
  const rest = group.outcomes.filter(({ like }) => like.verdict !== 'accept');
  return [
    ...(accepted.length === 0 ? [] : [arrivalText(accepted, group, item, named)]),
    ...rest.map(
      (outcome) =>
        (isAll(outcome, group) ? reasonOf(outcome) : null) ??
        refusedText(outcome, item, group.outcomes.length > 1, NO_COLOURS),
    ),
  ].join('; ');
}

/** Of a group with one end the word before it says already what it is. */
function isAll({ like }: MergedOutcome, { outcomes }: OutcomeGroup): boolean {
  return outcomes.length === 1 && (like.verdict === 'unknown' || like.verdict === 'drop');
}

function reasonOf({ like }: MergedOutcome): string | null {
  return like.reason === null ? null : escapeTerminal(like.reason.text);
}

function arrivalText(
  accepted: readonly MergedOutcome[],
  { sticky }: OutcomeGroup,
  item: TraceItem,
  named: boolean,
): string {
  const [first] = accepted;
  if (first === undefined) return '';
  const { like } = first;
  const moved = accepted.some((outcome) => isTranslated(outcome.like, item));
  if (!moved && like.direction !== 'reply') {
    const where = like.exit?.kind === 'local' ? 'it comes to this node itself' : 'no rule rewrites it';
    return `${where}, destination unchanged${exitText(like, false)}`;
  }
  const places = new Set(
    accepted.map((outcome) => socketText(outcome.like.destination.address, outcome.like.destination.port)),
  );
  const to = movedText(like, places.size, sticky);
  return !named || isProxyPort(like) || like.direction === 'reply'
    ? to
    : `${to}${listText(accepted, sticky)}`;
}

/** Endpoints named in the line; `--detail answer` has a table of them. */
const SHOWN = 4;

function listText(accepted: readonly MergedOutcome[], sticky: boolean): string {
  const shares = new Set(accepted.map(({ share }) => share.toFixed(3)));
  const isFair = shares.size === 1;
  const each = isFair && accepted.length > 1 && !sticky ? ` (${percent(accepted[0]?.share ?? 0)} each)` : '';
  const named = accepted.slice(0, SHOWN).map(({ like, share }) => {
    const { endpoint, destination } = like;
    const pod =
      endpoint === null || endpoint.pod === null ? '' : ` ${endpoint.namespace ?? '?'}/${endpoint.pod}`;
    const part = isFair || sticky ? '' : `${percent(share)} `;
    return escapeTerminal(`${part}${socketText(destination.address, destination.port)}${pod}`);
  });
  const more = accepted.length > SHOWN ? `, … and ${accepted.length - SHOWN} more` : '';
  return `${each}, ${named.join(', ')}${more}`;
}
