import { parseAddress } from '../../net/address.ts';
import type { EndpointRef } from '../explanation.ts';
import type { Known } from '../question/question.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';

/**
 * @param node name of the captured node, where it is known
 * @returns who has an address, from endpoints, pods and nodes of the API, in this order; null where none of them does
 */
export function whoIsAt(address: string, port: number | null, known: Known, node: string | null): EndpointRef | null {
  const { endpoints, pods, nodes } = known.cluster;
  const endpoint = endpoints?.find((each) => each.address === address && (port === null || each.port === port));
  const pod = pods?.find((each) => !each.hostNetwork && each.ips.includes(address) && each.phase !== 'Succeeded' && each.phase !== 'Failed');
  if (pod !== undefined) {
    return {
      namespace: pod.namespace,
      pod: pod.name,
      node: pod.node,
      thisNode: node === null || pod.node === null ? null : pod.node === node,
      ready: endpoint?.ready ?? pod.ready,
      serving: endpoint?.serving ?? null,
      terminating: endpoint?.terminating ?? pod.terminating,
      zone: endpoint?.zone ?? null,
    };
  }
  if (endpoint !== undefined) {
    return {
      namespace: endpoint.pod?.namespace ?? null,
      pod: endpoint.pod?.name ?? null,
      node: endpoint.node,
      thisNode: node === null || endpoint.node === null ? null : endpoint.node === node,
      ready: endpoint.ready,
      serving: endpoint.serving,
      terminating: endpoint.terminating,
      zone: endpoint.zone,
    };
  }
  const owner = nodes?.find(({ addresses }) => addresses.some((each) => each.address === address));
  const parsed = parseAddress(address);
  const own = parsed === null ? null : isLocalAddress(known.host, parsed);
  if (owner === undefined && own !== true) return null;
  const name = owner?.name ?? node;
  const thisNode = own ?? (node === null || name === null ? null : name === node);
  return { namespace: null, pod: null, node: name, thisNode, ready: null, serving: null, terminating: null, zone: owner?.zone ?? null };
}
