import { parseFlowLine } from '../../conntrack/parse-conntrack.ts';
import { formatAddress, parseAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';

/** A packet as a tool wrote it in a line. */
export interface PacketLine {
  /** Whose line it is, in words: `a conntrack entry`. */
  readonly tool: string;
  /** `tcp`, `udp`, …; null where the line does not say. */
  readonly protocol: string | null;
  readonly source: string;
  readonly sourcePort: number | null;
  readonly destination: string;
  readonly destinationPort: number | null;
  /** By which it came in; null where the line does not say. */
  readonly inInterface: string | null;
  /** The line is a conntrack entry, which tells where the flow goes, too. */
  readonly isFlow: boolean;
}

/**
 * Reads the line of a tool as the packet that it is about: an entry of conntrack, a packet of tcpdump -n, a socket of ss -n, a
 * line that a LOG target (net/netfilter/nf_log_syslog.c, 6.12) wrote into the kernel log.
 * @returns null where it is none of these
 */
export function readPacketLine(text: string): PacketLine | null {
  const line = text.trim();
  return fromConntrack(line) ?? fromLog(line) ?? fromTcpdump(line) ?? fromSs(line);
}

function fromConntrack(line: string): PacketLine | null {
  const flow = / src=\S+ dst=|^-A /.test(line) ? parseFlowLine(line, 'as typed', 1) : null;
  if (flow === null) return null;
  const { original, protocol } = flow;
  return {
    tool: 'a conntrack entry',
    protocol: formatProtocol(protocol),
    source: formatAddress(original.source),
    sourcePort: original.sourcePort,
    destination: formatAddress(original.destination),
    destinationPort: original.destinationPort,
    inInterface: null,
    isFlow: true,
  };
}

function fromLog(line: string): PacketLine | null {
  if (!/\bIN=\S* OUT=/.test(line)) return null;
  const field = (name: string): string | null => new RegExp(`\\b${name}=(\\S+)`).exec(line)?.[1] ?? null;
  const protocol = field('PROTO')?.toLowerCase() ?? null;
  return ends(field('SRC'), field('SPT'), field('DST'), field('DPT'), {
    tool: 'a line of the kernel log',
    protocol: protocol === 'icmpv6' ? 'icmp' : protocol,
    inInterface: field('IN'),
  });
}

/** `12:00:00.000000 eth0  In  IP 10.0.0.1.4000 > 10.96.0.10.53: 1+ A? example.org. (29)` */
const TCPDUMP =
  /(?:(\S+)\s+(In|Out|P|B|M)\s+)?\bIP6? (?:\([^)]*\)\s*)?([0-9a-f.:]+) > ([0-9a-f.:]*[0-9a-f])(?:: ?(.*))?$/i;

function fromTcpdump(line: string): PacketLine | null {
  const found = TCPDUMP.exec(line);
  if (found === null) return null;
  const [, device, way, from = '', to = '', rest] = found;
  // What stands before the colon is often all that is copied.
  const protocol = rest === undefined ? null : protocolOf(rest);
  const hasPorts = protocol !== 'icmp';
  const [source, sourcePort] = hasPorts ? dotted(from) : [from, null];
  const [destination, port] = hasPorts ? dotted(to) : [to, null];
  return ends(source, sourcePort, destination, port, {
    tool: 'a packet of tcpdump',
    protocol,
    inInterface: way === 'In' ? (device ?? null) : null,
  });
}

function protocolOf(rest: string): string {
  if (/^Flags \[/.test(rest)) return 'tcp';
  if (/^ICMP/.test(rest)) return 'icmp';
  return /^sctp/.test(rest) ? 'sctp' : 'udp';
}

/** tcpdump sets the port behind a dot, in IPv6 too. */
function dotted(text: string): [string, string | null] {
  const [, address = text, port = null] = /^(.+)\.(\d+)$/.exec(text) ?? [];
  const whole = text.includes(':') || /^\d+(?:\.\d+){4}$/.test(text);
  return whole ? [address, port] : [text, null];
}

/** `tcp ESTAB 0 0 10.0.0.1:4000 10.96.10.1:80`, `[fe80::1]%eth0:4000`, `10.0.0.1%eth0:4000`. */
const SS = /^(?:(tcp|udp|sctp|dccp)\s+)?([A-Z][A-Z0-9-]+)\s+\d+\s+\d+\s+(\S+):(\d+)\s+(\S+):(\d+)(?:\s|$)/;

function fromSs(line: string): PacketLine | null {
  const found = SS.exec(line);
  if (found === null) return null;
  const [, protocol = null, , from = '', sourcePort = null, to = '', port = null] = found;
  const bare = (text: string): string =>
    text
      .replace(/%.*$/, '')
      .replace(/^\[|\]$/g, '')
      .replace(/^::ffff:(?=[\d.]+$)/, '');
  return ends(bare(from), sourcePort, bare(to), port, {
    tool: 'a socket of ss',
    protocol: protocol ?? 'tcp',
    inInterface: null,
  });
}

function ends(
  source: string | null,
  sourcePort: string | null,
  destination: string | null,
  port: string | null,
  more: Pick<PacketLine, 'tool' | 'protocol' | 'inInterface'>,
): PacketLine | null {
  if (source === null || destination === null) return null;
  const addresses = [parseAddress(source), parseAddress(destination)];
  if (addresses.includes(null)) return null;
  return {
    ...more,
    source,
    sourcePort: sourcePort === null ? null : Number(sourcePort),
    destination,
    destinationPort: port === null ? null : Number(port),
    isFlow: false,
  };
}
