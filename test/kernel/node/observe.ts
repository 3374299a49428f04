import { ICMPV6, TCP } from '../../../src/net/protocol.ts';
import type { Report } from './agent.ts';
import { bytesBehind, partIn } from './fragments.ts';
import type { Observation, SeenStep } from './observation.ts';
import { readLinkAddress } from './socket-address.ts';
import type { Loaded, Probe } from './test-node.ts';
import { NEIGHBOURS, TRACING_TABLE } from './topology.ts';
import type { TraceEvent, TraceReader } from './trace-events.ts';
import { FLAGS, isIcmpError, parsePacket, type Wire } from './wire.ts';

interface Setting {
  readonly probe: Probe;
  /** The socket that sent it. */
  readonly socket: string;
  readonly reader: TraceReader;
  readonly loaded: Loaded;
  /** Names of the node's links by their index. */
  readonly links: ReadonlyMap<number, string>;
}

/** Picks what concerns one packet out of everything that the sockets saw while it was under way. */
export function observe(reports: readonly Report[], setting: Setting): Observation {
  const { probe, reader, loaded, links } = setting;
  const steps: SeenStep[] = [];
  let out: Observation['out'] = null;
  let seenOn: string | null = null;
  let leavingAs: number | null = null;
  let furtherBytes = 0;
  let delivered: Observation['delivered'] = null;
  let answer: string | null = null;
  let errno: number | null = null;
  for (const report of reports) {
    if ('errno' in report) {
      if (report.socket === 'events') throw new Error(`events were lost: errno ${report.errno}`);
      if (report.socket === setting.socket) errno ??= report.errno;
    } else if (report.socket === 'events') {
      for (const event of reader.read(report.bytes))
        if (isIt(event.packet, probe.wire)) steps.push(...seenSteps(event, loaded));
    } else if (report.socket === 'tap') {
      const { index, leaving, header } = readLinkAddress(report.from);
      const device = links.get(index) ?? `link ${index}`;
      const bytes = report.bytes.subarray(header);
      const part = leaving ? partIn(bytes) : null;
      if (part !== null && part.offset > 0 && part.id === leavingAs && device === seenOn)
        furtherBytes += bytesBehind(bytes);
      const packet = leaving ? parsePacket(bytes) : null;
      if (packet === null) continue;
      answer ??= answerIn(packet, bytes, probe.wire);
      if (device === 'lo' || !isIt(packet, probe.wire)) continue;
      // What nat turned back to a bridge passes the bridge itself before FORWARD, where its neighbour was not met before
      // (br_nf_pre_routing_finish_bridge); what leaves is seen at the port.
      if (seenOn !== null && (seenOn === device || seenOn !== masterOf(device))) continue;
      out = { device: masterOf(device), packet, bytes: bytesBehind(bytes) };
      seenOn = device;
      leavingAs = part?.id ?? null;
      furtherBytes = 0;
    } else {
      const got = deliveredIn(report.bytes, report.from, probe.wire);
      if (got !== null && isIt(got.packet, probe.wire)) delivered ??= got;
    }
  }
  if (out !== null) out = { ...out, bytes: out.bytes + furtherBytes };
  return { steps, out, delivered, answer, errno };
}

/** An answer of the node may repeat the serial number, but not the type and flags. */
function isIt(packet: Wire | null, sent: Wire): boolean {
  return (
    packet !== null &&
    packet.serial === sent.serial &&
    packet.protocol === sent.protocol &&
    packet.family === sent.family &&
    packet.icmp?.type === sent.icmp?.type &&
    packet.tcpFlags === sent.tcpFlags
  );
}

/** @returns the step that the event tells; nothing for the end of a base chain, which its policy tells again. */
function seenSteps(event: TraceEvent, { numbers, rulesets, baseChains }: Loaded): SeenStep[] {
  const { family, table, chain, place, mark, packet, verdict } = event;
  if (table === TRACING_TABLE || (place === 'end' && baseChains.has(`${family} ${table} ${chain}`)))
    return [];
  const whole = packet?.cut === true ? ' (a part)' : '';
  const backend = event.backend === 'nft' ? 'iptables-nft' : event.backend;
  const ruleset = rulesets.find(
    (one) => one.backend === backend && one.family === (family === 'ip6' ? 'ipv6' : 'ipv4'),
  );
  const known = family === 'ip' || family === 'ip6' ? [...(ruleset?.tables.values() ?? [])] : [];
  const rules = known.find(({ name }) => name === table)?.chains.get(chain)?.rules;
  const number =
    typeof place === 'string'
      ? null
      : 'number' in place
        ? place.number
        : numbers.get(`${family} ${table} ${chain} ${place.handle}`);
  if (event.backend === 'nft' && rules === undefined) {
    const spot = number === null ? 'end' : `${number ?? '?'} ${verdict}`;
    return [{ name: `nft ${family} ${table} ${chain} ${spot}${whole}`, mark, packet }];
  }
  const isEnd = number === null || (number !== undefined && number > (rules?.length ?? 0));
  return [{ name: `${backend} ${table} ${chain} ${isEnd ? 'end' : (number ?? '?')}${whole}`, mark, packet }];
}

/** A frame that leaves through a port of the bridge leaves the bridge. */
function masterOf(device: string): string {
  return Object.values(NEIGHBOURS).find(({ port }) => port === device)?.device ?? device;
}

function deliveredIn(bytes: Buffer, from: Buffer, sent: Wire): Observation['delivered'] {
  if (sent.family === 'ipv4') {
    const packet = parsePacket(bytes);
    return packet === null ? null : { packet, destination: packet.destination, bytes: bytesBehind(bytes) };
  }
  // An IPv6 raw socket gets what follows the header; the sender is in the socket address.
  const header = Buffer.alloc(40);
  header.writeUInt8(0x60, 0);
  header.writeUInt8(sent.protocol, 6);
  from.copy(header, 8, 8, 24);
  const packet = parsePacket(Buffer.concat([header, bytes]));
  return packet === null ? null : { packet, destination: null, bytes: bytes.length };
}

/** @returns the error or reset about the packet that was sent, if this is one. */
function answerIn(packet: Wire, bytes: Buffer, sent: Wire): string | null {
  if (packet.protocol === TCP && (packet.tcpFlags & FLAGS.RST) !== 0 && sent.protocol === TCP)
    return packet.tcpFlags === sent.tcpFlags ? null : 'tcp-reset';
  if (packet.icmp === null) return null;
  if (!isIcmpError(packet.protocol, packet.icmp.type)) return null;
  const inner = parsePacket(bytes.subarray((packet.family === 'ipv4' ? 20 : 40) + 8));
  if (inner === null || inner.protocol !== sent.protocol || inner.serial !== sent.serial) return null;
  const name = packet.protocol === ICMPV6 ? 'icmp6' : 'icmp';
  return `${name} ${packet.icmp.type}/${packet.icmp.code}`;
}
