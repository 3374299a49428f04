import { ByService } from '../lookup/by-service.ts';
import type { Endpoint, Node } from './objects.ts';

// Of 100,000 objects each: texts put together as keys would cost more than reading the objects does.

/** @returns what tells whether an object's namespace and name are met for the first time. */
export function namesNotMet(): (object: { readonly namespace: string; readonly name: string }) => boolean {
  const met = new Map<string, Set<string>>();
  return ({ namespace, name }) => {
    const names = met.get(namespace);
    if (names !== undefined) return isAdded(names, name);
    met.set(namespace, new Set([name]));
    return true;
  };
}

/** @returns the same for nodes, which have no namespace. */
export function nodesNotMet(): (node: Node) => boolean {
  const met = new Set<string>();
  return ({ name }) => isAdded(met, name);
}

/** A port of a Service, and the addresses met at it. */
interface MetPort {
  readonly port: number;
  readonly name: string;
  readonly protocol: string;
  readonly addresses: Set<string>;
}

/** @returns what tells whether an endpoint's address and port are met for the first time in its Service. */
export function endpointsNotMet(): (endpoint: Endpoint) => boolean {
  const met = new ByService<MetPort[]>(() => []);
  return (endpoint) => {
    const ports = met.of(endpoint);
    const { port, portName, protocol, address } = endpoint;
    const own = ports.find((one) => one.port === port && one.name === portName && one.protocol === protocol);
    if (own !== undefined) return isAdded(own.addresses, address);
    ports.push({ port, name: portName, protocol, addresses: new Set([address]) });
    return true;
  };
}

function isAdded(texts: Set<string>, text: string): boolean {
  const { size } = texts;
  return texts.add(text).size > size;
}
