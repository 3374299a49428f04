import { formatAddress } from '../../net/address.ts';
import type { Trace } from '../../trace/outcome.ts';
import type { Packet } from '../../trace/packet.ts';
import type { FlowSummary } from '../explanation.ts';
import type { Known } from '../question/question.ts';
import type { Namer } from './namer.ts';

/** States in which a TCP connection carries nothing any more; a new SYN replaces it. */
const OVER: ReadonlySet<string> = new Set(['TIME_WAIT', 'CLOSE']);

/**
 * Counts the live flows to the packet's destination, of its client where that is one address: they go where
 * conntrack remembers, and the rules are not asked for them.
 * @returns null where conntrack was not captured, or where the packet itself belongs to one of them
 */
export function summariseFlows(packet: Packet, trace: Trace, known: Known, namer: Namer): FlowSummary | null {
  if (known.flows === null) return null;
  if (trace.outcomes.some(({ turns }) => turns.some(({ kind }) => kind === 'conntrack'))) return null;
  const flows = known.flows
    .flowsTo({
      protocol: packet.protocol,
      destination: packet.destination,
      destinationPort: packet.destinationPort,
      source: packet.source.address,
    })
    .filter(({ state }) => state === null || !OVER.has(state));
  const groups = new Map<string, { address: string; port: number | null; count: number }>();
  for (const { reply } of flows) {
    const address = formatAddress(reply.source);
    const key = `${address} ${reply.sourcePort}`;
    const group = groups.get(key) ?? { address, port: reply.sourcePort, count: 0 };
    group.count++;
    groups.set(key, group);
  }
  const to = [...groups.values()].sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1));
  return {
    total: flows.length,
    to: to.map((group) => ({ ...group, endpoint: namer.endpointAt(group.address, group.port) })),
  };
}
