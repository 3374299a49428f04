import type { Address } from '../net/address.ts';
import type { RecentList, Test, TestOf } from '../rules/test.ts';
import type { PacketState, RecentChange } from './state.ts';

/** @returns the state behind a test that enters an address in its list, or takes it out. */
export function withListChanged(state: PacketState, { in: asked }: TestOf<'recent'>): PacketState {
  const { list, side, action } = asked;
  const address = recentAddress(asked, state);
  const change = { list, side, entered: action === 'set', address, rewritten: isRewritten(state) };
  return { ...state, recentLists: [...state.recentLists, change] };
}

/** Whether asking this test enters an address or takes one out. */
export function changesList(test: Test): test is TestOf<'recent'> {
  return test.field === 'recent' && (test.in.action === 'set' || test.in.action === 'remove');
}

/** @returns the address that a test asks for, as the list's mask leaves it (iptables-save prints a mask of all bits, too); null: not known. */
export function recentAddress({ side, mask }: RecentList, state: PacketState): Address | null {
  const address = side === 'source' ? state.source.address : state.destination;
  if (address === null || mask === null) return address;
  return { family: address.family, value: address.value & mask };
}

/**
 * What rules on the packet's own way did to the address that a test asks for. A list knows no sides: an address entered
 * as destination is found as source (recent_mt, net/netfilter/xt_recent.c), as that of a packet that a node sends to itself.
 * @returns null where they left it alone; `perhaps` where they changed the list for an address that is not known.
 */
export function recentOnTheWay(
  asked: RecentList,
  state: PacketState,
): 'entered' | 'removed' | 'perhaps' | null {
  const address = recentAddress(asked, state);
  for (const change of state.recentLists.toReversed()) {
    if (change.list !== asked.list) continue;
    const same = isSame(change, asked, address, state);
    if (same === 'perhaps') return 'perhaps';
    if (same) return change.entered ? 'entered' : 'removed';
  }
  return null;
}

function isSame(
  { side, address, rewritten }: RecentChange,
  asked: RecentList,
  own: Address | null,
  state: PacketState,
): boolean | 'perhaps' {
  if (address !== null && own !== null) return address.value === own.value;
  // Not known, but the packet's sender both times.
  if (side === 'source' && asked.side === 'source' && rewritten === isRewritten(state)) return true;
  return 'perhaps';
}

function isRewritten({ sourceRewrite }: PacketState): boolean {
  return sourceRewrite !== 'none';
}
