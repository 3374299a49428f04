import type { NumberSet } from '../../rules/value-set.ts';
import { allows, allowsAll } from '../../rules/value-set.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { Evaluator } from './context.ts';
import { numberOr } from './values.ts';

/** The port that the packet comes from now. */
export const sourcePort: Evaluator<'th.sport'> = (test, { state }) =>
  portWithin(state.sourcePort, test.in, 'source');

/** The port that the packet goes to now. */
export const destinationPort: Evaluator<'th.dport'> = (test, { state }) =>
  portWithin(state.destinationPort, test.in, 'destination');

/** One port that fits is enough (net/netfilter/xt_multiport.c). */
export const eitherPort: Evaluator<'th.port'> = (test, { state }) => {
  const source = portWithin(state.sourcePort, test.in, 'source', true);
  if (source === 'yes') return 'yes';
  const destination = portWithin(state.destinationPort, test.in, 'destination', true);
  return destination === 'no' ? source : destination;
};

/** @returns whether a port is in a set; an unknown port is unknown unless the set holds every port. */
export function portWithin(
  port: number | null,
  set: NumberSet,
  side: 'source' | 'destination',
  either = false,
): Answer {
  if (port !== null) return yesNo(allows(set, port));
  if (allowsAll(set, 65535)) return 'yes';
  return unknown({ code: `${side}-port`, set, either });
}

/** The first packet of a connection carries SYN alone; the flags of later packets are not known. */
export const tcpFlags: Evaluator<'tcp.flags'> = (test, { state }) =>
  numberOr(test.in, state.tcpFlags, (set) => ({ code: 'tcp-flags', set }));

/**
 * SYNs carry options that depend on the sender's stack. TCPMSS lowers the size, and gives a SYN the option
 * (2) that has none (xt_TCPMSS.c): what was true of the header before need not be now.
 */
export const tcpOption: Evaluator<'tcp.option'> = (test, { state }) =>
  unknown({ code: 'tcp-option', option: test.in, afterTcpMss: state.segmentSizeSet });

/** The size a SYN announces depends on the sender's link. */
export const tcpMss: Evaluator<'tcp.mss'> = (test, { state }) =>
  unknown({ code: 'tcpmss', set: test.in, afterTcpMss: state.segmentSizeSet });

/** A new association starts with INIT alone. */
export const sctpChunks: Evaluator<'sctp.chunks'> = ({ in: { scope, chunks } }, { state }) => {
  if (state.connection?.state === 'NEW' && chunks.every((chunk) => !chunk.includes(':')))
    return yesNo(scope === 'all' ? chunks.every((chunk) => chunk === 'INIT') : chunks.includes('INIT'));
  return unknown({ code: 'sctp-chunks', scope, chunks });
};

/** A new connection starts with REQUEST. */
export const dccpType: Evaluator<'dccp.type'> = ({ in: types }, { state }) =>
  state.connection?.state === 'NEW'
    ? yesNo(types.includes('REQUEST'))
    : unknown({ code: 'dccp-types', types });

/** Options depend on the sender's stack. */
export const dccpOption: Evaluator<'dccp.option'> = (test) =>
  unknown({ code: 'dccp-option', option: test.in });

/** Type and code of ICMP or ICMPv6. */
export const icmpTypeCode: Evaluator<'icmp.type-code'> = ({ in: set }, { state: { icmp } }) => {
  if (icmp === null && allowsAll(set, 0xffff)) return 'yes';
  const number = icmp === null ? null : (icmp.type << 8) | icmp.code;
  return numberOr(set, number, () => ({ code: 'icmp-type', set }));
};
