import { type Address, formatAddress, parseAddress } from '../../net/address.ts';
import type { Packet } from '../../trace/packet.ts';
import { isOver, isStale } from '../flows/diagnose-flow.ts';
import type { FlowJoin } from '../flows/flow-join.ts';
import type { Known } from '../question/question.ts';
import type { FlowSummary } from '../trace-list.ts';

interface Group {
  readonly address: string;
  readonly port: number | null;
  readonly to: Address;
  count: number;
  stale: number;
}

/**
 * Counts the live flows to the packet's destination, of its client where that is one address: they go where
 * conntrack remembers, and the rules are not asked for them.
 * @param source the packet's own source, as routing chose it; null: whoever the client
 * @returns null where conntrack was not captured
 */
export function summariseFlows(
  packet: Packet,
  source: string | null,
  known: Known,
  join: FlowJoin,
): FlowSummary | null {
  if (known.flows === null) return null;
  const flows = known.flows
    .flowsTo({
      protocol: packet.protocol,
      destination: packet.destination,
      destinationPort: packet.destinationPort,
      source: source === null ? null : parseAddress(source),
    })
    .filter((flow) => !isOver(flow));
  const groups = new Map<string, Group>();
  for (const { reply, original, protocol } of flows) {
    const address = formatAddress(reply.source);
    const key = `${address} ${reply.sourcePort}`;
    const group = groups.get(key) ?? {
      address,
      port: reply.sourcePort,
      to: reply.source,
      count: 0,
      stale: 0,
    };
    group.count++;
    const place = join.place(protocol, original.destination, original.destinationPort);
    const { verdict } = join.stand(place, original.source, reply.source, reply.sourcePort);
    if (verdict !== null && isStale({ protocol }, verdict)) group.stale++;
    groups.set(key, group);
  }
  const to = [...groups.values()].sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1));
  return {
    total: flows.length,
    to: to.map(({ to: place, ...group }) => ({ ...group, endpoint: join.endpoint(place, group.port) })),
  };
}
