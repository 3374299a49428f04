import type { MatchOf, PortModule } from '../../iptables/match.ts';
import { DCCP, hasPorts, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../../net/protocol.ts';
import { type Range, rangeContains } from '../../net/range.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { PacketState } from '../state.ts';
import type { MatchContext } from './context.ts';

const MODULE_PROTOCOL: Readonly<Record<PortModule, number>> = {
  tcp: TCP,
  udp: UDP,
  sctp: SCTP,
  dccp: DCCP,
  udplite: UDPLITE,
};

/** `--sport`. A rule with `-m tcp` loads only beside `-p tcp`, so another protocol has left the rule before. */
export function sourcePort(match: MatchOf<'source-port'>, { state }: MatchContext): Answer {
  if (state.protocol !== MODULE_PROTOCOL[match.module]) return 'never';
  return portWithin(state.sourcePort, match.ports, 'source');
}

/** `--dport`. */
export function destinationPort(match: MatchOf<'destination-port'>, { state }: MatchContext): Answer {
  if (state.protocol !== MODULE_PROTOCOL[match.module]) return 'never';
  return portWithin(state.destinationPort, match.ports, 'destination');
}

/** `-m multiport`: one of several ports or ranges, on one side or on either. */
export function multiport(match: MatchOf<'multiport'>, { state }: MatchContext): Answer {
  if (!hasPorts(state.protocol)) return 'never';
  const sides =
    match.side === 'either'
      ? ([
          [state.sourcePort, 'source'],
          [state.destinationPort, 'destination'],
        ] as const)
      : match.side === 'source'
        ? ([[state.sourcePort, 'source']] as const)
        : ([[state.destinationPort, 'destination']] as const);
  let open: Answer = 'no';
  for (const [port, side] of sides) {
    for (const ports of match.ports) {
      const answer = portWithin(port, ports, side);
      if (answer === 'yes') return 'yes';
      if (answer !== 'no') {
        const text = match.ports.map(rangeText).join(',');
        open = unknown(
          `${side}-port`,
          `${match.side} port in ${text}`,
          { holds: `the ${side} port is one of ${text}`, fails: `the ${side} port is none of ${text}` },
          side === 'source' ? 'give --source-port' : null,
        );
      }
    }
  }
  return open;
}

/** Whether a port lies in a range. An unknown one is unknown unless the range holds every port. */
function portWithin(port: number | null, ports: Range, side: 'source' | 'destination'): Answer {
  if (port !== null) return yesNo(rangeContains(ports, port));
  if (ports.from <= 0 && ports.to >= 65535) return 'yes';
  const text = rangeText(ports);
  return unknown(
    `${side}-port`,
    `${side} port in ${text}`,
    { holds: `the ${side} port is in ${text}`, fails: `the ${side} port is not in ${text}` },
    side === 'source' ? 'give --source-port' : null,
  );
}

/** @returns `80` or `1000:2000`, as iptables prints ports. */
export function rangeText(range: Range): string {
  return range.from === range.to ? String(range.from) : `${range.from}:${range.to}`;
}

/** `--tcp-flags`: the first packet of a connection carries SYN alone; those of later packets are not known. */
export function tcpFlags(match: MatchOf<'tcp-flags'>, { state }: MatchContext): Answer {
  if (state.protocol !== TCP) return 'never';
  if (state.tcpFlags !== null) return yesNo((state.tcpFlags & match.mask) === match.comp);
  const name = `0x${match.mask.toString(16)}/0x${match.comp.toString(16)}`;
  return unknown(
    'tcp-flags',
    `tcp flags ${name}`,
    { holds: `the packet's TCP flags fit ${name}`, fails: `the packet's TCP flags do not fit ${name}` },
    null,
  );
}

/** `--tcp-option`: SYNs carry options that depend on the sender's stack. */
export function tcpOption(match: MatchOf<'tcp-option'>, { state }: MatchContext): Answer {
  if (state.protocol !== TCP) return 'never';
  return headerUnknown('tcp-option', `TCP option ${match.option}${sinceTcpMss(state)}`, 'carries');
}

/** `-m tcpmss`: the size a SYN announces depends on the sender's link. */
export function tcpMss(match: MatchOf<'tcpmss'>, { state }: MatchContext): Answer {
  if (state.protocol !== TCP) return 'never';
  const size = `a maximum segment size in ${rangeText(match.size)}`;
  return headerUnknown('tcpmss', `${size}${sinceTcpMss(state)}`, 'announces');
}

/** TCPMSS lowers the size, and gives a SYN the option (2) that has none (xt_TCPMSS.c): what was true of the header before need not be now. */
function sinceTcpMss({ segmentSizeSet }: PacketState): string {
  return segmentSizeSet ? ' after TCPMSS' : '';
}

/** `-m sctp --chunk-types`: a new association starts with INIT alone. */
export function sctpChunks(match: MatchOf<'sctp-chunks'>, { state }: MatchContext): Answer {
  if (state.protocol !== SCTP) return 'never';
  if (state.connection?.state === 'NEW' && match.chunks.every((chunk) => !chunk.includes(':'))) {
    const hasInit = match.chunks.includes('INIT');
    const onlyInit = match.chunks.every((chunk) => chunk === 'INIT');
    return yesNo(match.scope === 'all' ? onlyInit : hasInit);
  }
  return headerUnknown('sctp-chunks', `SCTP chunks ${match.scope} ${match.chunks.join(',')}`, 'holds');
}

/** `-m dccp --dccp-types`: a new connection starts with REQUEST. */
export function dccpTypes(match: MatchOf<'dccp-types'>, { state }: MatchContext): Answer {
  if (state.protocol !== DCCP) return 'never';
  if (state.connection?.state === 'NEW') return yesNo(match.types.includes('REQUEST'));
  return headerUnknown('dccp-types', `DCCP type ${match.types.join(',')}`, 'is of');
}

/** `--dccp-option`. */
export function dccpOption(match: MatchOf<'dccp-option'>, { state }: MatchContext): Answer {
  if (state.protocol !== DCCP) return 'never';
  return headerUnknown('dccp-option', `DCCP option ${match.option}`, 'carries');
}

/** `--icmp-type`, `--icmpv6-type`. Type 255 of ICMP is iptables' own number for `any` (net/ipv4/netfilter/ip_tables.c icmp_type_code_match). */
export function icmpType(match: MatchOf<'icmp-type'>, { state }: MatchContext): Answer {
  if (state.protocol !== (match.version === 4 ? ICMP : ICMPV6)) return 'never';
  if (match.version === 4 && match.type === 255) return 'yes';
  if (state.icmp === null) return headerUnknown('icmp-type', `ICMP type ${match.type}`, 'is of');
  return yesNo(state.icmp.type === match.type && rangeContains(match.codes, state.icmp.code));
}

function headerUnknown(code: string, what: string, verb: string): Answer {
  return unknown(
    code,
    what,
    { holds: `the packet ${verb} ${what}`, fails: `not so: the packet ${verb} ${what}` },
    null,
  );
}
