import type { Known } from '../../explain/question/question.ts';
import { isLinkLocal, isLoopback, sameAddress } from '../../net/address.ts';
import type { Outcome } from '../../trace/outcome.ts';
import type { Way } from '../expected/ways.ts';
import { IPVS_DEVICE } from '../ipvs-device.ts';

/**
 * @returns true where the packet leaves with an address of this node as source, so that the answer comes here by itself: a process's own
 *   (`ip_route_output_key_hash_rcu`, net/ipv4/route.c). Not a Service's address, which every node may have (kube-ipvs0, node-local-dns).
 */
export function leavesAsThisNode(
  { source: { sender } }: Outcome,
  way: Way,
  { host, proxyMode }: Known,
): boolean {
  const { address } = sender;
  // Which of the node's addresses it is was not captured; in IPVS mode it may be that of the Service.
  if (address === null) return sender.local === true && proxyMode !== 'ipvs';
  if (isLoopback(address) || isLinkLocal(address)) return false;
  if (way.via !== 'nodePort' && sameAddress(way.address, address)) return false;
  return (host.links ?? []).some(
    ({ name, addresses }) =>
      name !== IPVS_DEVICE && addresses.some((own) => sameAddress(own.address, address)),
  );
}
