import { podNetworks, thisNode } from '../../explain/question/this-node.ts';
import { interfaceTowards } from '../../explain/question/vantage.ts';
import type { Endpoint } from '../../kubernetes/objects.ts';
import { type Address, type Family, parseAddress } from '../../net/address.ts';
import { maskOfLength } from '../../net/prefix.ts';
import { parseProtocol } from '../../net/protocol.ts';
import { isStopped, type Outcome } from '../../trace/outcome.ts';
import type { CheckContext } from '../context.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import { alternativesOf } from '../survey/alternatives.ts';
import { clientAt } from '../survey/senders.ts';

/** A packet of a pod on another node for an endpoint of this one, that is not delivered. */
export interface DirectDrop {
  readonly port: ExpectedPort;
  readonly endpoint: Endpoint;
  readonly outcome: Outcome;
}

/** As many endpoints as are asked directly. */
const MOST = 500;

/** @returns what pods of other nodes cannot reach of this node's endpoints, each address and port once. */
export function directDrops(context: CheckContext): DirectDrop[] {
  if (context.notCompared !== null) return [];
  const asked = new Set<string>();
  const clients = { ipv4: remotePod(context, 'ipv4'), ipv6: remotePod(context, 'ipv6') };
  const found: DirectDrop[] = [];
  for (const port of context.expected ?? []) {
    const client = clients[port.family];
    const protocol = parseProtocol(port.port.protocol);
    if (client === null || protocol === null || !context.hasRules(port.family)) continue;
    for (const endpoint of port.endpoints) {
      const address = parseAddress(endpoint.address);
      const key = `${endpoint.address} ${endpoint.port} ${protocol}`;
      if (
        !endpoint.ready ||
        endpoint.node !== context.node.name ||
        endpoint.node === null ||
        address === null
      )
        continue;
      if (asked.has(key) || asked.size >= MOST) continue;
      asked.add(key);
      const trace = context.follower.follow(client, { address, port: endpoint.port, protocol });
      const alternatives = alternativesOf(trace);
      if (alternatives.some(({ outcomes }) => !outcomes.every(isStopped))) continue;
      const outcome = alternatives[0]?.outcomes[0];
      if (outcome !== undefined) found.push({ port, endpoint, outcome });
    }
  }
  return found;
}

/** Some address of another node's pod network, coming in where answers to it go out. */
function remotePod(context: CheckContext, family: Family) {
  const own = new Set(thisNode(context.known)?.podCIDRs ?? []);
  const others = (context.known.cluster.nodes ?? []).filter(({ name }) => name !== context.node.name);
  const networks = podNetworks(
    { ...context.known, rulesets: [], cluster: { ...context.known.cluster, nodes: others } },
    family,
  );
  const network = networks[0];
  if (network === undefined || own.size === 0) return null;
  const all = maskOfLength(family, family === 'ipv4' ? 32 : 128);
  const address: Address = { family, value: network.value | (all & ~network.mask & ~1n) };
  const device = interfaceTowards(context.known, address);
  return device === undefined ? null : clientAt('external', 'a pod of another node', address, device);
}
