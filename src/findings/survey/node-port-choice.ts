import type { Known } from '../../explain/question/question.ts';
import { nodeAddress } from '../../explain/question/this-node.ts';
import type { Family } from '../../net/address.ts';
import { takesNodePortsInNft } from './nft/node-port-ips.ts';
import { balancesAt, nodePortJumps, takesNodePorts } from './node-port-rules.ts';

/**
 * @param kubeProxyFlags as the manifest tells them; empty where nothing does
 * @returns whether node ports are meant to be reached at the address by which the cluster knows this node; null: nothing tells
 */
export function takesNodePortsHere(
  known: Known,
  kubeProxyFlags: readonly string[],
  family: Family,
): boolean | null {
  const address = nodeAddress(known, family);
  if (address === null) return false;
  if (known.proxyMode === 'nftables') return takesNodePortsInNft(known, kubeProxyFlags, address);
  if (known.proxyMode === 'ipvs') return balancesAt(known, address);
  return takesNodePorts(nodePortJumps(known, family), address);
}
