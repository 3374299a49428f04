import { formatAddress } from '../../../net/address.ts';
import { NFT_OBJECTS, NFT_TABLE } from '../../../proxy/nft-roles.ts';
import type { Outcome } from '../../../trace/outcome.ts';
import { kubeProxyTables } from '../../services/nft/kube-proxy-tables.ts';
import { wordOf } from '../../services/nft/verdict-maps.ts';
import type { RemarkContext } from './context.ts';
import { isUsable } from './target.ts';

/**
 * @returns the reason why nothing of nftables mode rewrote a Service's address, a clause without final stop; null where kube-proxy
 *   does not work in this mode, or its table was not captured
 */
export function whyNoElement(outcome: Outcome, { known, trace, target }: RemarkContext): string | null {
  if (known.proxyMode !== 'nftables') return null;
  const { family, destination, entersAt } = trace.packet;
  const name = `${family === 'ipv6' ? 'ip6' : 'ip'} ${NFT_TABLE}`;
  const kube = kubeProxyTables(known).find((each) => each.family === family);
  // What a part of the table lacks may be on the node.
  if (kube?.cut === true || (kube === undefined && known.nft?.part === true)) return null;
  if (kube === undefined) return `nft lists no table ${name}`;
  const { table } = kube;
  const met = outcome.path.some(
    ({ step }) => step.program === 'nft' && step.table === NFT_TABLE && step.target === NFT_OBJECTS.services,
  );
  if (!met) return `no base chain of ${name} leads to ${NFT_OBJECTS.services} at ${entersAt}`;
  if (target.via === 'nodePort') {
    const addresses = table.sets
      .get(NFT_OBJECTS.nodePortIps)
      ?.elements.flatMap(({ key }) => wordOf(key) ?? []);
    const address = formatAddress(destination);
    if (addresses !== undefined && !addresses.includes(address))
      return `in nftables mode node ports answer at the addresses in set ${NFT_OBJECTS.nodePortIps} only (${addresses.join(', ') || 'none'}), which are the node's primary ones unless --nodeport-addresses names others, and ${address} is none of them`;
    if (addresses === undefined && address.startsWith('127.'))
      return 'in nftables mode no node port answers at localhost';
  }
  const map = target.via === 'nodePort' ? NFT_OBJECTS.serviceNodePorts : NFT_OBJECTS.serviceIps;
  const usable = (target.endpoints ?? []).filter(isUsable).length;
  if (target.endpoints !== null && usable === 0)
    return `the API has no ready endpoint for ${target.label}, and no element refuses the packet`;
  const behind =
    target.endpoints === null
      ? ''
      : `, though the API has ${usable === 1 ? '1 endpoint' : `${usable} endpoints`} of ${target.label}: kube-proxy has not written its state since`;
  return `map ${map} of ${name} has no element that leads it to an endpoint${behind}`;
}
