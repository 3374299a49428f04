import type { MatchOf, PortModule } from '../../iptables/match.ts';
import { DCCP, hasPorts, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../../net/protocol.ts';
import { type Range, rangeContains } from '../../net/range.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
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
        open = unknown({
          code: `${side}-port`,
          ports: match.ports,
          several: true,
          either: match.side === 'either',
        });
      }
    }
  }
  return open;
}

/** Whether a port lies in a range. An unknown one is unknown unless the range holds every port. */
function portWithin(port: number | null, ports: Range, side: 'source' | 'destination'): Answer {
  if (port !== null) return yesNo(rangeContains(ports, port));
  if (ports.from <= 0 && ports.to >= 65535) return 'yes';
  return unknown({ code: `${side}-port`, ports: [ports], several: false, either: false });
}

/** `--tcp-flags`: the first packet of a connection carries SYN alone; those of later packets are not known. */
export function tcpFlags(match: MatchOf<'tcp-flags'>, { state }: MatchContext): Answer {
  if (state.protocol !== TCP) return 'never';
  if (state.tcpFlags !== null) return yesNo((state.tcpFlags & match.mask) === match.comp);
  return unknown({ code: 'tcp-flags', mask: match.mask, comp: match.comp });
}

/**
 * `--tcp-option`: SYNs carry options that depend on the sender's stack. TCPMSS lowers the size, and gives a SYN the option
 * (2) that has none (xt_TCPMSS.c): what was true of the header before need not be now.
 */
export function tcpOption(match: MatchOf<'tcp-option'>, { state }: MatchContext): Answer {
  if (state.protocol !== TCP) return 'never';
  return unknown({ code: 'tcp-option', option: match.option, afterTcpMss: state.segmentSizeSet });
}

/** `-m tcpmss`: the size a SYN announces depends on the sender's link. */
export function tcpMss(match: MatchOf<'tcpmss'>, { state }: MatchContext): Answer {
  if (state.protocol !== TCP) return 'never';
  return unknown({ code: 'tcpmss', size: match.size, afterTcpMss: state.segmentSizeSet });
}

/** `-m sctp --chunk-types`: a new association starts with INIT alone. */
export function sctpChunks(match: MatchOf<'sctp-chunks'>, { state }: MatchContext): Answer {
  if (state.protocol !== SCTP) return 'never';
  if (state.connection?.state === 'NEW' && match.chunks.every((chunk) => !chunk.includes(':'))) {
    const hasInit = match.chunks.includes('INIT');
    const onlyInit = match.chunks.every((chunk) => chunk === 'INIT');
    return yesNo(match.scope === 'all' ? onlyInit : hasInit);
  }
  return unknown({ code: 'sctp-chunks', scope: match.scope, chunks: match.chunks });
}

/** `-m dccp --dccp-types`: a new connection starts with REQUEST. */
export function dccpTypes(match: MatchOf<'dccp-types'>, { state }: MatchContext): Answer {
  if (state.protocol !== DCCP) return 'never';
  if (state.connection?.state === 'NEW') return yesNo(match.types.includes('REQUEST'));
  return unknown({ code: 'dccp-types', types: match.types });
}

/** `--dccp-option`. */
export function dccpOption(match: MatchOf<'dccp-option'>, { state }: MatchContext): Answer {
  if (state.protocol !== DCCP) return 'never';
  return unknown({ code: 'dccp-option', option: match.option });
}

/** `--icmp-type`, `--icmpv6-type`. Type 255 of ICMP is iptables' own number for `any` (net/ipv4/netfilter/ip_tables.c icmp_type_code_match). */
export function icmpType(match: MatchOf<'icmp-type'>, { state }: MatchContext): Answer {
  if (state.protocol !== (match.version === 4 ? ICMP : ICMPV6)) return 'never';
  if (match.version === 4 && match.type === 255) return 'yes';
  if (state.icmp === null) return unknown({ code: 'icmp-type', type: match.type });
  return yesNo(state.icmp.type === match.type && rangeContains(match.codes, state.icmp.code));
}
