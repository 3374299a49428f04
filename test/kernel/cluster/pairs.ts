import type { Attempt, Place } from './cluster-lab.ts';
import { NODE_ADDRESS, PODS, SERVICES } from './services.ts';

type PodName = keyof typeof PODS;

const CLIENTS: readonly Place[] = ['p1a', 'p1b', 'p2a', 'p2b', 'n1', 'n2', 'ext'];

/** @returns who asks for what: every client for every Service, at its address and at both nodes' ports, and for what needs no rule. */
export function pairs(): Attempt[] {
  const { n1, n2 } = NODE_ADDRESS;
  const served = SERVICES.flatMap(({ clusterIP, protocol, port, nodePort }) => [
    { protocol, address: clusterIP, port },
    ...(nodePort === null ? [] : [n1, n2].map((address) => ({ protocol, address, port: nodePort }))),
  ]);
  const direct = [PODS.p1b.address, PODS.p2b.address].map((address) => ({
    protocol: 'tcp' as const,
    address,
    port: 8080,
  }));
  const nodes = [
    { protocol: 'tcp' as const, address: n2, port: 9000 },
    { protocol: 'tcp' as const, address: n1, port: 9001 },
  ];
  const all = CLIENTS.flatMap((from) =>
    [...served, ...direct, ...nodes].map((asked) => ({ from, ...asked })),
  );
  // What a pod asks of its own address never leaves it.
  return all.filter(
    ({ from, address }) => !Object.hasOwn(PODS, from) || PODS[from as PodName].address !== address,
  );
}
