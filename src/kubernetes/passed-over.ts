import type { Endpoint, Service } from './objects.ts';

/** Names another proxy, whose business a Service is (pkg/proxy/apis/well_known_labels.go, KEP-2447). */
export const OTHER_PROXY = 'service.kubernetes.io/service-proxy-name';

/** The control plane's own mark of slices of headless Services (core/v1 `IsHeadlessService`). */
export const HEADLESS = 'service.kubernetes.io/headless';

/** Why kube-proxy writes no rules for a Service that the API has. */
export type PassedOver = 'other-proxy' | 'headless-label' | 'external-name' | 'headless';

/**
 * @returns why kube-proxy writes no rules for the Service: its informers leave out Services with either label, whatever the
 *   value (`ProxyServer.Run`, cmd/kube-proxy/app/server.go, 1.20 to 1.36), and it skips names of the outside and what has no
 *   cluster IP (`ShouldSkipService`, pkg/proxy/util). Null where it serves the Service, or where the object names no cluster IP
 *   at all, as manifests do and the API never does.
 */
export function whyPassedOver({
  type,
  labels,
  clusterIPs,
}: Pick<Service, 'type' | 'labels' | 'clusterIPs'>): PassedOver | null {
  if (Object.hasOwn(labels, OTHER_PROXY)) return 'other-proxy';
  if (Object.hasOwn(labels, HEADLESS)) return 'headless-label';
  if (type === 'ExternalName') return 'external-name';
  return clusterIPs[0] === 'None' ? 'headless' : null;
}

/**
 * @param service of which `endpoints` are
 * @returns those that kube-proxy sees; all of them where it passes over the Service itself: they are then another's to serve
 */
export function endpointsSeen(service: Service, endpoints: readonly Endpoint[]): readonly Endpoint[] {
  if (!endpoints.some(({ passedOver }) => passedOver === true) || whyPassedOver(service) !== null)
    return endpoints;
  return endpoints.filter(({ passedOver }) => passedOver !== true);
}
