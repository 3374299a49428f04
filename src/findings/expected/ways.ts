import { type Address, parseAddress } from '../../net/address.ts';
import { type Prefix, parsePrefix } from '../../net/prefix.ts';
import type { Behaviour } from './behaviour.ts';
import type { ExpectedPort } from './expected-port.ts';

/** How a Service port is addressed. */
export type Via = 'clusterIP' | 'externalIP' | 'loadBalancerIP' | 'nodePort';

/** A way into a Service port: where a client sends its packet. */
export interface Way {
  readonly via: Via;
  readonly address: Address;
  readonly port: number;
}

/**
 * @param nodeAddress by which the node port is asked; null leaves the node port out
 * @returns every way into the port, in its family
 */
export function waysInto(port: ExpectedPort, nodeAddress: Address | null, behaviour: Behaviour): Way[] {
  const { service, family, clusterIP } = port;
  const at = (via: Via, text: string): Way[] => {
    const address = parseAddress(text);
    return address === null || address.family !== family ? [] : [{ via, address, port: port.port.port }];
  };
  const ingress = service.loadBalancer.filter(({ ipMode }) => !(behaviour.ipMode && ipMode === 'Proxy'));
  const ways: Way[] = [
    { via: 'clusterIP', address: clusterIP, port: port.port.port },
    ...service.externalIPs.flatMap((text) => at('externalIP', text)),
    ...ingress.flatMap(({ ip }) => (ip === null ? [] : at('loadBalancerIP', ip))),
  ];
  const { nodePort } = port.port;
  if (nodePort !== null && nodeAddress !== null && nodeAddress.family === family)
    ways.push({ via: 'nodePort', address: nodeAddress, port: nodePort });
  return ways;
}

/** @returns the Service's loadBalancerSourceRanges of the port's family; those that cannot be read are left out. */
export function sourceRangesOf({ service, family }: ExpectedPort): Prefix[] {
  return service.loadBalancerSourceRanges.flatMap((text) => {
    const prefix = parsePrefix(text.trim());
    return prefix === null || prefix.family !== family ? [] : [prefix];
  });
}
