import { type Address, type Family, isLoopback, parseAddress } from '../../../net/address.ts';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.ts';
import type { Known } from '../../question/question.ts';
import { kubeProxyTables } from './kube-proxy-tables.ts';
import { wordOf } from './verdict-maps.ts';

/**
 * kube-proxy enters into this set addresses that it found on interfaces of the node (GetNodeIPs, pkg/proxy/util/nodeport_addresses.go):
 * the primary ones, or those of --nodeport-addresses.
 * @returns addresses of the node at which node ports answer, loopback aside; empty where no such set was listed
 */
export function nodePortIps(known: Pick<Known, 'nft'>, family: Family): Address[] {
  return kubeProxyTables(known).flatMap(({ family: own, table }) =>
    own !== family
      ? []
      : (table.sets.get(NFT_OBJECTS.nodePortIps)?.elements ?? []).flatMap(({ key }) => {
          const address = parseAddress(wordOf(key) ?? '');
          return address === null || isLoopback(address) ? [] : [address];
        }),
  );
}
