import { PLACEHOLDER } from '../../explain/question/destination.ts';
import type { Known } from '../../explain/question/question.ts';
import { nodeAddress, nodePortAddress } from '../../explain/question/this-node.ts';
import type { ServiceItem } from '../../explain/service-list.ts';
import { CARRIERS, readingOf } from '../../explain/services/carriers.ts';
import { type Address, parseAddress } from '../../net/address.ts';
import { parseProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { isStopped, type Outcome } from '../../trace/outcome.ts';
import { alternativesOf } from './alternatives.ts';
import { type Client, clientsOf } from './senders.ts';
import type { Follower } from './world.ts';

/** A packet for a Service port or an endpoint that the rules name, which does not arrive. */
export interface NamedDrop {
  readonly item: ServiceItem;
  /** Where it was sent: `10.96.0.10:53`, `node port 30080`. */
  readonly to: string;
  readonly client: Client;
  readonly outcome: Outcome;
  /** False where the capture leaves open whether the packet gets there: nothing that is known delivers it. */
  readonly sure: boolean;
}

/** What the rules name was followed, or the first so many ports of it. */
export interface NamedSurvey {
  readonly drops: readonly NamedDrop[];
  readonly followed: number;
  readonly named: number;
}

/** What is followed, and what it is followed through. */
export interface NamedMatter {
  readonly known: Known;
  readonly programmed: readonly ServiceItem[];
  readonly follower: Follower;
}

/** As many packets as are followed. */
const MOST = 6000;

interface Aim {
  readonly to: string;
  readonly address: Address;
  readonly port: number;
  readonly isLocal?: boolean;
}

/**
 * Follows packets of a pod, the node and the outside to whatever the rules name as a Service's, without any object of the API.
 * In IPVS mode these are its virtual servers.
 */
export function surveyNamed(
  context: NamedMatter,
  isAskedFor: (item: ServiceItem) => boolean = () => true,
): NamedSurvey {
  const { known, programmed } = context;
  const items =
    known.proxyMode === 'ipvs' ? CARRIERS.ipvs.list(readingOf(known)).filter(isAskedFor) : programmed;
  const drops: NamedDrop[] = [];
  const clients = { ipv4: clientsOf(context.known, 'ipv4'), ipv6: clientsOf(context.known, 'ipv6') };
  let packets = 0;
  let followed = 0;
  for (const item of items) {
    const protocol = parseProtocol(item.protocol);
    if (packets >= MOST) break;
    followed++;
    if (protocol === null) continue;
    for (const { to, ...aim } of aimsOf(item, context)) {
      for (const client of clients[item.family]) {
        packets++;
        const end = undelivered(context, client, { ...aim, protocol });
        if (end !== null) drops.push({ item, to, client, ...end });
      }
    }
  }
  return { drops, followed, named: items.length };
}

/** @returns the first outcome that ends the packet, where nothing that the capture leaves open is known to deliver it. */
function undelivered(
  { follower }: NamedMatter,
  client: Client,
  target: Omit<Aim, 'to'> & { readonly protocol: number },
): Pick<NamedDrop, 'outcome' | 'sure'> | null {
  const trace = follower.followStopped(client, target);
  if (trace === null) return null;
  const alternatives = alternativesOf(trace);
  const all = alternatives.flatMap(({ outcomes }) => outcomes);
  const outcome = all.find(isStopped);
  if (outcome === undefined) return null;
  // Of several endpoints one may be out of reach; of several open questions the answers may differ.
  if (alternatives.length === 1) return { outcome, sure: true };
  if (!all.every((one) => isStopped(one) || one.verdict === 'unknown')) return null;
  return { outcome, sure: all.every(isStopped) };
}

function aimsOf(item: ServiceItem, context: NamedMatter): Aim[] {
  const at = (address: string, port: number | null): Aim[] => {
    const parsed = parseAddress(address);
    if (parsed === null || port === null) return [];
    return [{ to: socketText(address, port), address: parsed, port }];
  };
  const addresses = [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs, ...item.endpoints];
  const refused = item.refusals.flatMap(({ address, port, nodePort }) =>
    address === null || nodePort ? [] : at(address, port),
  );
  const aims = [...addresses.flatMap(({ address, port }) => at(address, port)), ...refused];
  const ports = item.refusals.flatMap(({ nodePort, port }) => (nodePort && port !== null ? [port] : []));
  const told = nodeAddress(context.known, item.family);
  const own = told ?? (item.family === 'ipv4' ? (nodePortAddress(context.known) ?? PLACEHOLDER) : null);
  if (own !== null) {
    for (const port of new Set([...(item.nodePort === null ? [] : [item.nodePort]), ...ports]))
      aims.push({ to: `node port ${port}`, address: own, port, isLocal: true });
  }
  return [...new Map(aims.map((aim) => [aim.to, aim])).values()];
}
