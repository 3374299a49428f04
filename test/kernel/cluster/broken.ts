import type { Attempt } from './cluster-lab.ts';
import type { NodeSetup, Setup } from './setups.ts';

/** A second node that is broken, and what the client of the first then asks in vain. */
export interface Broken {
  /** Of its folder. */
  readonly name: string;
  readonly setup: Setup;
}

/** A pod of node 1 asks for a Service whose only endpoint is on node 2. */
export const ASKED: Attempt = { from: 'p1a', protocol: 'tcp', address: '10.96.0.11', port: 80 };

function broken(
  name: string,
  between: Setup['between'],
  {
    others = {},
    ...n2
  }: Omit<Partial<NodeSetup>, 'others'> & { readonly others?: Partial<NodeSetup['others']> },
): Broken {
  const none = { forward: 'ACCEPT', nat: [], filter: [] } as const;
  const setup: Setup = {
    name,
    between,
    n1: { mode: 'iptables-nft', others: none },
    n2: { mode: 'iptables-legacy', ...n2, others: { ...none, ...others } },
  };
  return { name, setup };
}

export const BROKEN: readonly Broken[] = [
  broken('forward-drop', 'routed', { others: { forward: 'DROP' } }),
  // Answers would leave by another way than requests come.
  broken('rp-filter', 'vxlan', {
    sysctls: { 'net.ipv4.conf.all.rp_filter': 1 },
    ip: ['route replace 10.244.1.0/24 via 192.168.50.11 dev eth0'],
  }),
  broken('no-route-back', 'routed', { ip: ['route del 10.244.1.0/24', 'route del default'] }),
  // Meant for pods that reach themselves through a Service, and written without their source.
  broken('foreign-snat', 'vxlan', {
    others: { nat: ['-A POSTROUTING -d 10.244.2.12/32 -p tcp -j SNAT --to-source 10.244.2.12'] },
  }),
  broken('forwarding-off', 'vxlan', { sysctls: { 'net.ipv4.ip_forward': 0 } }),
];
