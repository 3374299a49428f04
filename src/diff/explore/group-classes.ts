import { formatAddress } from '../../net/address.ts';
import type { Severity } from '../document.ts';
import { sameShare } from './compare-ways.ts';
import type { DifferingClass } from './explore.ts';
import type { End, Fate } from './fate.ts';

/** What kind of difference it is. */
export interface Difference {
  readonly change:
    | 'dropped'
    | 'rejected'
    | 'unknown'
    | 'undirected'
    | 'endpoints'
    | 'source'
    | 'admitted'
    | 'redirected'
    | 'other';
  readonly severity: Severity;
}

/** Classes of packets that differ in the same way, told as one. */
export interface ClassGroup extends Difference {
  /** The class whose packet is shown. */
  readonly shown: DifferingClass;
  readonly classes: readonly DifferingClass[];
}

/**
 * Puts together what one change did: the same rule drops them, or they lose the same endpoints.
 * @param isLocal says whether a destination is the node's own, on the second side: a node port is one, whatever the address.
 * @param oddness says how unusual a packet is: the least unusual is shown.
 */
export function groupClasses(
  classes: readonly DifferingClass[],
  isLocal: (one: DifferingClass) => boolean,
  oddness: (one: DifferingClass) => number,
): ClassGroup[] {
  const groups = new Map<string, { difference: Difference; classes: DifferingClass[] }>();
  for (const one of classes) {
    const { key, ...difference } = describe(one, isLocal(one));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { difference, classes: [one] });
    else group.classes.push(one);
  }
  return [...groups.values()].map(({ difference, classes: members }) => ({
    ...difference,
    shown: members.reduce((best, each) => (oddness(each) < oddness(best) ? each : best)),
    classes: members,
  }));
}

function describe(one: DifferingClass, isLocal: boolean): Difference & { readonly key: string } {
  const { before, after, packet } = one;
  const [own, other] = [verdictsOf(before), verdictsOf(after)];
  if (own !== other) {
    const change = verdictChange(before, after);
    const worse = change.severity === 'lost';
    const key = [change.change, kinds(own), kinds(other), deciders(worse ? after : before)].join('\0');
    return { key, ...change };
  }
  const [from, to] = [placesOf(before), placesOf(after)];
  const rests = before.isConditional || after.isConditional;
  const lost = [...from.keys()].filter((place) => !to.has(place));
  const gained = [...to.keys()].filter((place) => !from.has(place));
  const socket = isLocal ? '' : formatAddress(packet.destination);
  const where = [...from.keys(), ...to.keys()].every((place) => place === ITSELF)
    ? ''
    : `${socket} ${packet.protocol} ${packet.destinationPort}`;
  const key = ['way', where, lost.join(), gained.join()];
  if (lost.length > 0 || gained.length > 0) {
    if (gained.includes(ITSELF)) return { change: 'undirected', severity: 'lost', key: key.join('\0') };
    if (lost.includes(ITSELF)) return { change: 'redirected', severity: 'gained', key: key.join('\0') };
    // A client that stays with one endpoint has not lost the others.
    const severity = lost.length === 0 ? 'gained' : to.size < from.size && !rests ? 'lost' : 'changed';
    return { change: 'endpoints', severity, key: key.join('\0') };
  }
  const uneven = [...from].some(([place, share]) => !sameShare(share, to.get(place) ?? 0));
  if (uneven) return { change: 'endpoints', severity: 'changed', key: [...key, 'shares'].join('\0') };
  const [rewrite, rewritten] = [rewritesOf(before), rewritesOf(after)];
  if (rewrite !== rewritten)
    return { change: 'source', severity: 'changed', key: [...key, rewrite, rewritten].join('\0') };
  return { change: 'other', severity: 'changed', key: [...key, exitsOf(before), exitsOf(after)].join('\0') };
}

/** Stands for a packet that goes where it was sent. */
const ITSELF = 'itself';

function placesOf({ ends, shares }: Fate): Map<string, number> {
  const places = new Map<string, number>();
  for (const [result, ending] of ends) {
    if (ending.verdict !== 'accept') continue;
    const place = placeOf(ending);
    places.set(place, (places.get(place) ?? 0) + (shares.get(result) ?? 0));
  }
  return places;
}

function placeOf({ isDirected, state }: End): string {
  return isDirected ? `${formatAddress(state.destination)}:${state.destinationPort}` : ITSELF;
}

function verdictsOf({ ends }: Fate): string {
  return [...new Set([...ends.values()].map(({ verdict, rejectWith }) => `${verdict} ${rejectWith ?? ''}`))]
    .sort()
    .join();
}

/** A rejection counts as one, whatever the sender is told. */
function kinds(verdicts: string): string {
  return verdicts.replace(/reject [^,]*/g, 'reject');
}

function verdictChange(before: Fate, after: Fate): Difference {
  const has = (group: Fate, verdict: End['verdict']): boolean =>
    [...group.ends.values()].some((ending) => ending.verdict === verdict);
  if (has(after, 'drop') && !has(before, 'drop')) return { change: 'dropped', severity: 'lost' };
  if (has(after, 'reject') && !has(before, 'reject')) return { change: 'rejected', severity: 'lost' };
  if (has(after, 'unknown') && !has(before, 'unknown')) return { change: 'unknown', severity: 'lost' };
  if (has(after, 'accept') && !has(before, 'accept')) return { change: 'admitted', severity: 'gained' };
  return { change: 'other', severity: 'changed' };
}

function deciders({ ends }: Fate): string {
  const texts = [...ends.values()]
    .filter(({ verdict }) => verdict !== 'accept')
    .map(({ reason, decider }) => reason?.code ?? decider);
  return [...new Set(texts)].sort().join();
}

function rewritesOf({ ends }: Fate): string {
  return [...new Set([...ends.values()].map(({ state }) => state.sourceRewrite))].sort().join();
}

function exitsOf({ ends }: Fate): string {
  return [
    ...new Set(
      [...ends.values()].map(({ exit }) => JSON.stringify(exit?.kind === 'interface' ? exit.name : exit)),
    ),
  ]
    .sort()
    .join();
}
