/** A Service of the lab. */
export interface LabService {
  readonly name: string;
  readonly clusterIP: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly nodePort: number | null;
  /** externalTrafficPolicy Local. */
  readonly local: boolean;
  readonly endpoints: readonly LabEndpoint[];
}

/** Who answers, and on which node. */
export interface LabEndpoint {
  readonly address: string;
  readonly port: number;
  readonly node: 'n1' | 'n2';
}

export const NODE_ADDRESS = { n1: '192.168.50.11', n2: '192.168.50.12' } as const;
export const OUTSIDE = '192.168.50.50';
export const POD_NETWORK = '10.244.0.0/16';
export const POD_NETWORKS = { n1: '10.244.1.0/24', n2: '10.244.2.0/24' } as const;

/** Pods: the second of each node is an endpoint. */
export const PODS = {
  p1a: { address: '10.244.1.11', node: 'n1' },
  p1b: { address: '10.244.1.12', node: 'n1' },
  p2a: { address: '10.244.2.11', node: 'n2' },
  p2b: { address: '10.244.2.12', node: 'n2' },
} as const;

const WEB1 = { address: PODS.p1b.address, port: 8080, node: 'n1' } as const;
const WEB2 = { address: PODS.p2b.address, port: 8080, node: 'n2' } as const;
const plain = { protocol: 'tcp', port: 80, nodePort: null, local: false } as const;

export const SERVICES: readonly LabService[] = [
  { ...plain, name: 'web', clusterIP: '10.96.0.10', nodePort: 30080, endpoints: [WEB1, WEB2] },
  { ...plain, name: 'local', clusterIP: '10.96.0.11', nodePort: 30081, local: true, endpoints: [WEB2] },
  {
    ...{ ...plain, name: 'echo', clusterIP: '10.96.0.12', protocol: 'udp', port: 53, nodePort: 30053 },
    endpoints: [{ ...WEB2, port: 5353 }],
  },
  { ...plain, name: 'none', clusterIP: '10.96.0.13', endpoints: [] },
  {
    ...{ ...plain, name: 'host', clusterIP: '10.96.0.14' },
    endpoints: [{ address: NODE_ADDRESS.n2, port: 9000, node: 'n2' }],
  },
  { ...plain, name: 'one', clusterIP: '10.96.0.15', endpoints: [WEB1] },
];

/** Names of chains end with sixteen letters that stand for the Service, or for the Service and the endpoint. */
export function hashOf(...names: readonly string[]): string {
  return names
    .join('')
    .toUpperCase()
    .replace(/[^A-Z]/g, (letter) => 'ABCDEFGHIJ'[Number(letter)] ?? 'Q')
    .padEnd(16, 'X')
    .slice(0, 16);
}
