import type { MatchOf } from '../iptables/match.ts';
import { sameAddress } from '../net/address.ts';
import type { PacketState, SetChange } from './state.ts';

/** `SET --add-set NAME src,dst --exist`: the words that tell which set it changes. */
const CHANGE = /--(add|del)-set (\S+) (\S+)/g;

/** @returns the changes that a SET target makes for this packet. A rule may add to one set and delete from another. */
export function changesOf(text: string, state: PacketState): SetChange[] {
  return [...text.matchAll(CHANGE)].map(([, verb, name = '', directions = '']) => ({
    name,
    directions: directions.split(','),
    added: verb === 'add',
    source: state.source,
    sourcePort: state.sourcePort,
    destination: state.destination,
    destinationPort: state.destinationPort,
  }));
}

/**
 * What a change on the packet's own way says of a later match: where it was made with the same fields, the set has, or
 * no longer has, just this element.
 * @returns null where no rule changed the set; `unknown` where one did, with other fields.
 */
export function changedSet(match: MatchOf<'set'>, state: PacketState): 'yes' | 'no' | 'unknown' | null {
  const change = state.setChanges.findLast(({ name }) => name === match.name);
  if (change === undefined) return null;
  const same =
    change.directions.join() === match.directions.join() &&
    change.source === state.source &&
    change.sourcePort === state.sourcePort &&
    change.destinationPort === state.destinationPort &&
    sameAddress(change.destination, state.destination);
  if (!same) return 'unknown';
  return change.added ? 'yes' : 'no';
}
