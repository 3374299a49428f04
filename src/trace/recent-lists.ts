import type { Match, MatchOf } from '../iptables/match.ts';
import type { Address } from '../net/address.ts';
import { type Branch, changed } from './branch.ts';
import type { PacketState, RecentList } from './state.ts';

/**
 * xt_recent enters or removes an address as soon as it is asked, whether the rule matches in the end or not.
 * @param asked the matches that the kernel got to
 */
export function rememberedRecent(branch: Branch, asked: readonly Match[]): Branch {
  const { state } = branch;
  let lists = state.recentLists;
  for (const match of asked) {
    if (!changesList(match)) continue;
    const { list, side, action } = match;
    const address = recentAddress(match, state);
    lists = [...lists, { list, side, entered: action === 'set', address, rewritten: isRewritten(state) }];
  }
  return lists === state.recentLists ? branch : changed(branch, { recentLists: lists });
}

/** Whether asking this match enters an address or takes one out. */
export function changesList(match: Match): match is MatchOf<'recent'> {
  return match.kind === 'recent' && (match.action === 'set' || match.action === 'remove');
}

/** @returns the address that the match asks for, as the list's mask leaves it (iptables-save prints a mask of all bits, too); null: not known. */
export function recentAddress({ side, mask }: MatchOf<'recent'>, state: PacketState): Address | null {
  const address = side === 'source' ? state.source.address : state.destination;
  if (address === null || mask === null) return address;
  return { family: address.family, value: address.value & mask };
}

/**
 * What rules on the packet's own way did to the address that a match asks for. A list knows no sides: an address entered
 * as destination is found as source (recent_mt, net/netfilter/xt_recent.c), as that of a packet that a node sends to itself.
 * @returns null where they left it alone; `perhaps` where they changed the list for an address that is not known.
 */
export function recentOnTheWay(
  match: MatchOf<'recent'>,
  state: PacketState,
): 'entered' | 'removed' | 'perhaps' | null {
  const asked = recentAddress(match, state);
  for (const change of state.recentLists.toReversed()) {
    if (change.list !== match.list) continue;
    const same = isSame(change, match, asked, state);
    if (same === 'perhaps') return 'perhaps';
    if (same) return change.entered ? 'entered' : 'removed';
  }
  return null;
}

function isSame(
  { side, address, rewritten }: RecentList,
  match: MatchOf<'recent'>,
  asked: Address | null,
  state: PacketState,
): boolean | 'perhaps' {
  if (address !== null && asked !== null) return address.value === asked.value;
  // Not known, but the packet's sender both times.
  if (side === 'source' && match.side === 'source' && rewritten === isRewritten(state)) return true;
  return 'perhaps';
}

function isRewritten({ sourceRewrite }: PacketState): boolean {
  return sourceRewrite !== 'none';
}
