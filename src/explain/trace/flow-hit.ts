import { parseAddress } from '../../net/address.ts';
import type { Trace } from '../../trace/outcome.ts';
import type { Packet } from '../../trace/packet.ts';
import { describeFlow } from '../flows/flow-item.ts';
import type { FlowJoin } from '../flows/flow-join.ts';
import type { Known } from '../question/question.ts';
import type { TraceItem } from '../trace-list.ts';

/**
 * The captured flow that a packet belongs to, as `conntrack` lists it. Its own nat decision holds for the packet, whatever the
 * rules say now.
 * @param source the packet's own source, as routing chose it; null: not one address
 * @returns null where no flow was found, or one that a new SYN replaces
 */
export function findFlowHit(
  packet: Packet,
  trace: Trace,
  source: string | null,
  known: Known,
  join: FlowJoin,
): TraceItem['flow'] {
  const decided = trace.outcomes.some(({ path }) =>
    path.some(({ state }) => state.connection?.fromCapture === true),
  );
  const turned = trace.outcomes.some(({ turns }) => turns.some(({ kind }) => kind === 'conntrack'));
  const address = source === null ? null : parseAddress(source);
  if (!decided && !turned) return null;
  if (known.flows === null || address === null) return null;
  const found = known.flows.findFlow({
    protocol: packet.protocol,
    source: address,
    sourcePort: packet.sourcePort,
    destination: packet.destination,
    destinationPort: packet.destinationPort,
  });
  if (found === null) return null;
  const { flow, direction } = found;
  if (flow.state === 'TIME_WAIT' || flow.state === 'CLOSE') return null;
  return { direction, item: describeFlow(flow, join) };
}

/** @returns the packet's state as conntrack sees it: an established flow's packet is not NEW, whatever was taken for granted. */
export function stateOf(packet: Packet, trace: Trace): string {
  for (const { path } of trace.outcomes) {
    for (const { state } of path) {
      if (state.connection?.fromCapture === true) return state.connection.state;
    }
  }
  return packet.state;
}
