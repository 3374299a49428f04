import { Random } from './random.ts';

/** How large a generated cluster is. */
export interface Shape {
  readonly services: number;
  /** Endpoints of each Service. */
  readonly endpoints: number;
  readonly seed: number;
  /** Share of Services with a second port. */
  readonly secondPort: number;
  /** Share of Services of type NodePort. */
  readonly nodePort: number;
  /** Share of Services with session affinity. */
  readonly affinity: number;
}

/** The mix of an ordinary large cluster; 10,000 Services with 10 endpoints each make about 410,000 rules. */
export const ORDINARY: Shape = {
  services: 10_000,
  endpoints: 10,
  seed: 1,
  secondPort: 0.25,
  nodePort: 0.2,
  affinity: 0.02,
};

export interface Backend {
  readonly pod: string;
  readonly address: string;
  readonly node: number;
}

export interface Port {
  readonly name: string;
  readonly port: number;
  readonly target: number;
  readonly nodePort: number | null;
}

export interface BenchService {
  readonly namespace: string;
  readonly name: string;
  readonly clusterIP: string;
  readonly affinity: boolean;
  readonly ports: readonly Port[];
  readonly backends: readonly Backend[];
}

export interface BenchCluster {
  readonly nodes: number;
  readonly services: readonly BenchService[];
}

/** Pods have the upper half of 10.0.0.0/8, a /24 for each node; Services have what lies in 10.96.0.0/12. */
export const POD_CIDR = '10.128.0.0/9';
const PODS_OF_NODE = 100;
const LAST_NODE = 32_000;

/** @returns a cluster that is the same for the same shape. The first node is the one that is captured. */
export function makeCluster(shape: Shape): BenchCluster {
  const random = new Random(shape.seed);
  const nodes = Math.min(
    LAST_NODE,
    Math.max(2, Math.ceil((shape.services * shape.endpoints) / PODS_OF_NODE)),
  );
  const services: BenchService[] = [];
  let nodePorts = 0;
  for (let index = 0; index < shape.services; index++) {
    const name = `service-${index}`;
    const backends: Backend[] = [];
    for (let number = 0; number < shape.endpoints; number++) {
      const count = index * shape.endpoints + number;
      const node = count % nodes;
      const address = `${podNetwork(node)}.${2 + Math.floor(count / nodes)}`;
      backends.push({ pod: `${name}-${number}`, address, node });
    }
    const isNodePort = random.next() < shape.nodePort && nodePorts < 2000;
    const ports: Port[] = [
      { name: 'http', port: 80, target: 8080, nodePort: isNodePort ? 30_000 + nodePorts++ : null },
    ];
    if (random.next() < shape.secondPort)
      ports.push({ name: 'metrics', port: 9090, target: 9090, nodePort: null });
    services.push({
      namespace: `team-${index % 50}`,
      name,
      clusterIP: `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
      affinity: random.next() < shape.affinity,
      ports,
      backends,
    });
  }
  return { nodes, services };
}

/** @returns the address of a node. */
export function nodeAddress(node: number): string {
  return `192.168.${1 + Math.floor(node / 200)}.${1 + (node % 200)}`;
}

/** @returns the first three numbers of a node's pod network. */
export function podNetwork(node: number): string {
  return `10.${128 + (node >> 8)}.${node & 255}`;
}

/** @returns the name of a node. */
export function nodeName(node: number): string {
  return `node-${node + 1}`;
}
