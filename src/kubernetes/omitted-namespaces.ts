import type { Cluster, EndpointList, Service } from './objects.ts';

const KNOWN = new WeakMap<Cluster, ReadonlySet<string>>();

/**
 * @returns the namespaces of Services whose endpoints were not captured, as where only those of some namespaces may be listed:
 *   every cluster has endpoints of default/kubernetes. What they lack is not known to be missing.
 */
export function omittedNamespaces(cluster: Cluster): ReadonlySet<string> {
  const found = KNOWN.get(cluster) ?? findOmitted(cluster);
  KNOWN.set(cluster, found);
  return found;
}

function findOmitted({ services, endpoints }: Cluster): ReadonlySet<string> {
  if (services === null || endpoints === null || !lacksKubernetes(services, [endpoints])) return new Set();
  const has = new Set(endpoints.map(({ namespace }) => namespace));
  return new Set(services.map(({ namespace }) => namespace).filter((name) => !has.has(name)));
}

/**
 * The API server itself writes Service default/kubernetes and its endpoints (pkg/controlplane/reconcilers).
 * @returns true where the Service was captured, and none of its endpoints
 */
export function lacksKubernetes(services: readonly Service[], endpoints: readonly EndpointList[]): boolean {
  return (
    services.some(({ namespace, name }) => namespace === 'default' && name === 'kubernetes') &&
    !endpoints.some(hasKubernetes)
  );
}

function hasKubernetes(endpoints: EndpointList): boolean {
  if (endpoints.late !== undefined) return endpoints.late.of('default', 'kubernetes').length > 0;
  return endpoints.some(({ namespace, service }) => namespace === 'default' && service === 'kubernetes');
}
