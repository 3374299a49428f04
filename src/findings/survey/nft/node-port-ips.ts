import type { Known } from '../../../explain/question/question.ts';
import { thisNode } from '../../../explain/question/this-node.ts';
import { kubeProxyTables } from '../../../explain/services/nft/kube-proxy-tables.ts';
import { wordOf } from '../../../explain/services/nft/verdict-maps.ts';
import { type Address, type Family, parseAddress, sameAddress } from '../../../net/address.ts';
import { parsePrefix, prefixContains } from '../../../net/prefix.ts';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.ts';

/** @returns true where the set is there, was captured as a whole, and has no address: no node port answers. */
export function hasNoNodePorts(known: Known, family: Family): boolean {
  const set = nodePortSet(known, family);
  return set !== undefined && !set.cut && set.elements.length === 0;
}

function nodePortSet(known: Known, family: Family) {
  return kubeProxyTables(known)
    .find((each) => each.family === family)
    ?.table.sets.get(NFT_OBJECTS.nodePortIps);
}

/**
 * Set `nodeport-ips` holds the addresses that `--nodeport-addresses` chose, in nftables mode by default the node's primary one of
 * each family (`NewNodePortAddresses`, pkg/proxy/util; without the set all of the node's). That it is empty is no choice of
 * anybody where kube-proxy was told none, and the Node has such an address.
 * @param kubeProxyFlags as the manifest tells them; empty where nothing does
 * @returns whether node ports are meant to be reached at this address; null: nothing tells, the set is empty for whatever reason
 */
export function takesNodePortsInNft(
  known: Known,
  kubeProxyFlags: readonly string[],
  address: Address,
): boolean | null {
  const kube = kubeProxyTables(known).find((each) => each.family === address.family);
  if (kube === undefined) return false;
  const set = nodePortSet(known, address.family);
  // In a listing of a part it may be among what was not listed.
  if (set === undefined) return !kube.cut;
  if (hasNoNodePorts(known, address.family)) return isChosen(address, known, kubeProxyFlags);
  return set.elements.some(({ key }) => {
    const parsed = parseAddress(wordOf(key) ?? '');
    return parsed !== null && sameAddress(parsed, address);
  });
}

const CHOICE = '--nodeport-addresses=';

function isChosen(address: Address, known: Known, flags: readonly string[]): boolean | null {
  // kube-proxy takes localhost for the primary address of a family in which the Node has none, and no node port answers there.
  const primary = (thisNode(known)?.addresses ?? []).some(({ address: text }) => {
    const parsed = parseAddress(text);
    return parsed !== null && sameAddress(parsed, address);
  });
  // Whoever told the mode, which is no default, told this too: arguments, or the configuration file.
  if (!primary || !flags.includes('--proxy-mode=nftables')) return null;
  const told = flags.findLast((flag) => flag.startsWith(CHOICE))?.slice(CHOICE.length) ?? '';
  const chosen = told.split(',').filter((text) => text !== '');
  if (chosen.length === 0 || chosen.includes('primary')) return true;
  const networks = chosen.flatMap((text) => parsePrefix(text) ?? []);
  const own = networks.filter(({ family }) => family === address.family);
  // Networks of the other family alone leave all addresses of this one.
  return own.length === 0 ? null : own.some((network) => prefixContains(network, address));
}
