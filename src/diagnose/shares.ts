import type { ConnectionWay } from '../explain/connection/connection-item.ts';
import { addShares, NAMES, ROUNDING } from '../explain/connection/shares.ts';
import type { Note } from '../explain/explanation.ts';
import { rulesMissingOf } from '../explain/trace/remarks/rules-missing.ts';
import { endsOfConnection, likeOf } from '../explain/trace/twin-item.ts';
import type { OutcomeItem, Remark, TraceItem } from '../explain/trace-list.ts';
import type { Sees, Shares } from './cause.ts';

/**
 * @returns what the client sees of a connection whose first packet goes this way: the worst where further nodes send it
 *   several ways. What was traced to its end there and back is so; else it is judged by the first packet.
 */
export function seesOf(outcome: OutcomeItem): Sees {
  const like = likeOf(outcome);
  const known = SEEN.get(like) ?? judged(like);
  SEEN.set(like, known);
  return known;
}

/** A screen asks four times of each outcome. */
const SEEN = new WeakMap<OutcomeItem, Sees>();

function judged(outcome: OutcomeItem): Sees {
  if (rulesMissingOf(outcome.remarks) !== null) return 'unknown';
  const traced = tracedEnds(outcome).map(({ sees }) => sees);
  const worst = (['timesOut', 'refused', 'wrongSource', 'unknown'] as const).find((each) =>
    traced.includes(each),
  );
  if (worst !== undefined && worst !== 'unknown') return worst;
  const guessed = seesOfFirst(outcome);
  const open = worst === 'unknown' ? openWay(outcome) : null;
  // Of who would answer the first packet may tell that there is nobody.
  const fails = guessed !== 'works' && guessed !== 'unknown';
  if (open !== null && !(fails && OF_WHO_ANSWERS.has(open.reason?.code ?? ''))) return 'unknown';
  const overNodes = new Set(outcome.connection?.legs.map(({ node }) => node)).size > 1;
  return guessed === 'unknown' && worst === undefined && overNodes ? 'works' : guessed;
}

/** @returns the way of which nobody knows how it ends, where there is one: see `leavesOpen`. */
export function openWay({ connection }: OutcomeItem): ConnectionWay | null {
  if (connection === null) return null;
  return [connection, ...connection.others].find(leavesOpen) ?? null;
}

/**
 * @returns true where nobody knows how a way ends. One exception: who was not captured is taken to do what they should; not so a
 *   router that gets a packet for another node's pod. Of a node the screen says which, of routes what is taken for granted.
 */
function leavesOpen({ sees, reason, astray }: ConnectionWay): boolean {
  if (sees !== 'unknown' || reason === null) return false;
  return astray === true || !NOT_CAPTURED.has(reason.code);
}

const NOT_CAPTURED: ReadonlySet<string> = new Set([
  'node-not-captured',
  'leaves-cluster',
  'way-unknown',
  'client-unknown',
]);

const OF_WHO_ANSWERS: ReadonlySet<string> = new Set([...NOT_CAPTURED, 'listening-unknown']);

/** @returns what clients see of connections whose first packet goes this way, with their parts of 1. */
function tracedEnds(outcome: OutcomeItem): { readonly sees: Sees; readonly part: number }[] {
  const ways = endsOfConnection(outcome) ?? [];
  const all = ways.reduce((sum, { share }) => sum + share, 0);
  return ways.map(({ sees, share }) => ({ sees: NAMES[sees], part: all === 0 ? 1 : share / all }));
}

/** As far as this node tells. */
function seesOfFirst(outcome: OutcomeItem): Sees {
  switch (outcome.verdict) {
    case 'drop':
      return 'timesOut';
    case 'reject':
      return 'refused';
    case 'queue':
    case 'unknown':
      return 'unknown';
    case 'accept':
      return seesOfAccepted(outcome);
  }
}

function seesOfAccepted({ remarks, exit }: OutcomeItem): Sees {
  const [worst] = remarks;
  if (worst === undefined || worst.effect === 'none') return 'works';
  if (worst.effect === 'may-break') return remarks.some(isOpen) ? 'unknown' : 'works';
  if (WRONG_SOURCE.has(worst.code)) return 'wrongSource';
  // Nobody listens at the node's own port: its kernel refuses.
  return exit?.kind === 'local' ? 'refused' : 'timesOut';
}

const WRONG_SOURCE: ReadonlySet<string> = new Set(['answer-bypasses-nat']);

/** Circumstances under which the answer still comes, to whoever asks from where the question says. */
const HARMLESS: ReadonlySet<string> = new Set(['pod-outside-cluster-cidr', 'reverse-path']);

function isOpen({ effect, code }: Remark): boolean {
  return effect === 'may-break' && !HARMLESS.has(code);
}

/** @returns the shares of new connections: of the traced ones as they end, of others by their first packet. */
export function sharesOf(item: TraceItem): Shares {
  const shares =
    KNOWN.get(item) ??
    addShares(item.outcomes, (outcome) =>
      endsOf(outcome).map(({ sees, part }) => ({
        sees: sees === 'works' && outcome.exit === null && routeMissing(item) !== null ? 'unknown' : sees,
        share: outcome.probability * part,
      })),
    );
  KNOWN.set(item, shares);
  return shares;
}

/**
 * @returns what was taken for granted of the way to an address that is no Service's and nobody's who is known: without a route the node
 *   itself refuses; null where the way is known
 */
export function routeMissing({ owner, assumptions }: TraceItem): Note | null {
  if (owner !== null) return null;
  return assumptions.find(({ code }) => code === 'routes-not-captured' || code === 'route-unknown') ?? null;
}

/** Each of 5,000 outcomes asks for the shares of its item. */
const KNOWN = new WeakMap<TraceItem, Shares>();

/** @returns what clients see whose first packet goes this way: where further nodes send it several ways, each counts. */
export function endsOf(outcome: OutcomeItem): readonly { readonly sees: Sees; readonly part: number }[] {
  const mixed = (likeOf(outcome).connection?.others.length ?? 0) > 0;
  return mixed ? tracedEnds(outcome) : WHOLE[seesOf(outcome)];
}

/** One object each for 5,000 endpoints. */
const WHOLE: Readonly<Record<Sees, readonly [{ readonly sees: Sees; readonly part: 1 }]>> = {
  works: [{ sees: 'works', part: 1 }],
  refused: [{ sees: 'refused', part: 1 }],
  timesOut: [{ sees: 'timesOut', part: 1 }],
  wrongSource: [{ sees: 'wrongSource', part: 1 }],
  unknown: [{ sees: 'unknown', part: 1 }],
};

/** @returns true where some connections end as this outcome does, whatever the capture leaves open. */
export function isSure(outcome: OutcomeItem, item: TraceItem): boolean {
  return sharesOf(item)[seesOf(outcome)] > ROUNDING;
}

/** What a connection, or a Service, is called. */
export type Verdict = 'works' | 'broken' | 'unknown';

/** @returns `works` where every connection does, `broken` where some certainly do not. */
export function verdictOf({ works, refused, timesOut, wrongSource }: Shares): Verdict {
  if (works > 1 - ROUNDING) return 'works';
  return refused + timesOut + wrongSource > ROUNDING ? 'broken' : 'unknown';
}
