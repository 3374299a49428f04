import type { EndpointRef } from '../../explain/explanation.ts';
import type { FlowClient, FlowList, FlowTuple, FlowVia, ServiceFlows } from '../../explain/flow-list.ts';
import { socketText } from '../../net/socket.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';

/** Words for the kinds of addresses. */
export const VIA: Readonly<Record<FlowVia, string>> = {
  clusterIP: 'cluster IP',
  nodePort: 'node port',
  externalIP: 'external IP',
  loadBalancerIP: 'load balancer IP',
  hostPort: 'host port',
};

/** @returns false where there are neither rules nor Services: then nothing tells which flows are stuck. */
export function tellsStuck({ capture, summary }: FlowList): boolean {
  return capture.proxyMode !== 'none' || summary.services.length > 0;
}

/** What can be said of stuck flows: that there are some, that nothing tells, that none is known to be, or that there is none. */
export type Stuck = 'some' | 'unknown' | 'none-known' | 'none';

/** @returns how much is known of which flows are stuck. */
export function stuckOf(list: FlowList): Stuck {
  if (list.summary.stale > 0) return 'some';
  if (!tellsStuck(list)) return 'unknown';
  return list.summary.services.some(isOpen) ? 'none-known' : 'none';
}

/** @returns `5 stuck`, painted; `none stuck`, where something tells. */
export function stuckText(list: FlowList, { good, bad, warning }: Colours): string {
  const words: Readonly<Record<Stuck, string>> = {
    some: bad(`${list.summary.stale} stuck`),
    unknown: warning('unknown which are stuck'),
    'none-known': warning('none known to be stuck'),
    none: good('none stuck'),
  };
  return words[stuckOf(list)];
}

/** Flows go somewhere of which neither the rules nor the API tell whether it is still an endpoint. */
function isOpen({ endpoints, destinations }: ServiceFlows): boolean {
  if (destinations.some(({ via }) => via === 'hostPort' || via === null)) return false;
  return endpoints.some(
    ({ live, stale, share, endpoint }) => live > stale && share === null && endpoint === null,
  );
}

/** @returns `shop/web:http`, or the address and port of a place without a name. Escaped. */
export function portName({ namespace, name, port, destinations }: ServiceFlows): string {
  if (name === null) {
    const [first] = destinations;
    return first === undefined ? '?' : socketText(first.address, first.port);
  }
  return escapeTerminal(
    port === null || port === '' ? `${namespace}/${name}` : `${namespace}/${name}:${port}`,
  );
}

/** @returns `shop/web-a1`, with what is odd about it; `-` where nobody is known. Escaped. */
export function podName(endpoint: EndpointRef | null): string {
  if (endpoint === null || endpoint.pod === null) return '-';
  const state =
    endpoint.terminating === true ? ' (terminating)' : endpoint.ready === false ? ' (not ready)' : '';
  return escapeTerminal(`${endpoint.namespace ?? '?'}/${endpoint.pod}${state}`);
}

/** @returns `this node`, the node's name, or `-`. Escaped. */
export function nodeName(endpoint: EndpointRef | null): string {
  if (endpoint === null) return '-';
  return escapeTerminal(endpoint.thisNode === true ? 'this node' : (endpoint.node ?? '-'));
}

/** @returns `pod shop/client-a`, `this node`, `outside`; the empty string where nothing is known. Escaped. */
export function clientName({ kind, namespace, pod, node, thisNode }: FlowClient): string {
  switch (kind) {
    case 'pod':
      return escapeTerminal(pod === null ? 'a pod' : `pod ${namespace ?? '?'}/${pod}`);
    case 'node':
      return escapeTerminal(thisNode === true ? 'this node' : `node ${node ?? '?'}`);
    case 'outside':
      return 'outside';
    case 'unknown':
      return '';
  }
}

/** @returns `10.0.0.1:4000 → 10.96.0.10:53`. */
export function wayText({ source, destination }: FlowTuple): string {
  return `${socketText(source.address, source.port)} → ${socketText(destination.address, destination.port)}`;
}

/** @returns `3 ESTABLISHED, 1 TIME_WAIT`. Escaped. */
export function statesText(states: Readonly<Record<string, number>>): string {
  const texts = Object.entries(states).map(([state, number]) => `${number} ${state}`);
  return texts.length === 0 ? '-' : escapeTerminal(texts.join(', '));
}
