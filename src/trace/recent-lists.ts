import type { Address } from '../net/address.ts';
import type { RecentList, Test, TestOf } from '../rules/test.ts';
import { type Branch, changed } from './branch.ts';
import { setsLabel, withLabel } from './labels.ts';
import type { PacketState, RecentChange } from './state.ts';

/**
 * xt_recent enters or removes an address as soon as it is asked, whether the rule matches in the end or not; so is a connection's
 * label given.
 * @param asked the tests that the kernel got to
 */
export function remembered(branch: Branch, asked: readonly Test[]): Branch {
  const { state } = branch;
  let lists = state.recentLists;
  let labelled = state;
  for (const test of asked) {
    if (setsLabel(test)) labelled = withLabel(labelled, test);
    if (!changesList(test)) continue;
    const { list, side, action } = test.in;
    const address = recentAddress(test.in, state);
    lists = [...lists, { list, side, entered: action === 'set', address, rewritten: isRewritten(state) }];
  }
  if (labelled !== state) branch = changed(branch, { connection: labelled.connection });
  return lists === state.recentLists ? branch : changed(branch, { recentLists: lists });
}

/** Whether asking this test changes what later ones are told. */
export function isRemembered(test: Test): boolean {
  return changesList(test) || setsLabel(test);
}

function changesList(test: Test): test is TestOf<'recent'> {
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
