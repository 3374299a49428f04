import type { CheckContext } from '../context.ts';
import { behavioursOf } from '../expected/behaviour.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import { pickUsable } from '../expected/usable-endpoints.ts';
import type { Evidence } from '../finding.ts';
import { listed } from '../words.ts';

/** @returns the ports that have endpoints, none of them on this node; empty where the node's name is not known. */
export function withoutLocalEndpoint(
  context: CheckContext,
  wanted: (port: ExpectedPort) => boolean,
): ExpectedPort[] {
  const { node, minor } = context;
  const [behaviour] = behavioursOf(minor);
  if (node.name === null || behaviour === undefined) return [];
  return (context.expected ?? []).filter((port) => {
    if (!wanted(port)) return false;
    const { any, local } = pickUsable(port.endpoints, port.service, node, behaviour);
    return any && local.length === 0;
  });
}

/** @returns the nodes that have a ready endpoint of the port, as text. */
export function nodesWithEndpoint({ endpoints }: ExpectedPort): string {
  const nodes = endpoints.flatMap(({ ready, node }) => (ready && node !== null ? [node] : []));
  return nodes.length === 0 ? 'no node' : listed(nodes.sort());
}

/** @returns the rules that refuse these ports, as lines of the dump. */
export function refusalsOf(ports: readonly ExpectedPort[], context: CheckContext, chain: RegExp): Evidence[] {
  const names = new Set(ports.map(({ service }) => `${service.namespace}/${service.name}`));
  return context.programmed
    .filter(({ namespace, name }) => names.has(`${namespace}/${name}`))
    .flatMap(({ refusals }) => refusals)
    .filter(({ action, comment }) => action === 'drop' && chain.test(comment ?? ''))
    .map(({ file, line, comment, action }) => ({
      file,
      line,
      text: `${action.toUpperCase()}: ${comment ?? 'no comment'}`,
    }));
}

/** Evidence is shown for this many ports. */
export const SHOWN = 12;
