import { sysctlNumber } from '../host/sysctl.ts';
import { TCP } from '../net/protocol.ts';
import type { Packet } from '../trace/packet.ts';
import { markBitsOf } from '../trace/packet-mark.ts';
import type { PacketState } from '../trace/state.ts';
import type { Listening } from './listening.ts';
import type { NodeView } from './node-view.ts';

/** What an answer carries as its mark. */
export type AnswerMark = Pick<Packet, 'mark' | 'markBits'>;

/** The marks that an answer may have; of several the sysctl would tell which, and was not captured. */
export interface AnswerMarks {
  readonly marks: readonly AnswerMark[];
  readonly sysctl: string;
}

const UNMARKED: AnswerMark = { mark: 0 };

/**
 * The mark of what a node itself answers. An accepted TCP connection keeps that of its SYN with tcp_fwmark_accept, which counts for
 * IPv6, too (inet_request_mark, include/net/inet_sock.h); a reset, an echo reply or an ICMP error carries that of the packet with
 * fwmark_reflect (IP4_REPLY_MARK, IP6_REPLY_MARK). Else it is 0, and so of other protocols. That a socket has a mark of its own is
 * in no capture.
 * @param end the request as it was delivered
 */
export function answerMarks({ host }: NodeView, listening: Listening, end: PacketState): AnswerMarks {
  const { family, protocol, icmp } = end;
  const accepted = protocol === TCP && listening !== 'no';
  const sysctl = accepted ? 'net.ipv4.tcp_fwmark_accept' : `net.${family}.fwmark_reflect`;
  if (!accepted && protocol !== TCP && icmp === null) return { marks: [UNMARKED], sysctl };
  const kept = keptMark(end);
  const value = kept.mark === 0 && kept.markBits === undefined ? 0 : sysctlNumber(host, sysctl);
  if (value === null) return { marks: [UNMARKED, kept], sysctl };
  return { marks: [value === 0 ? UNMARKED : kept], sysctl };
}

/** @returns the mark of a reset or an ICMP error by which a node refuses a packet: its own only where a captured sysctl says so. */
export function reflectedMark({ host }: NodeView, end: PacketState): AnswerMark {
  return (sysctlNumber(host, `net.${end.family}.fwmark_reflect`) ?? 0) === 0 ? UNMARKED : keptMark(end);
}

function keptMark(end: PacketState): AnswerMark {
  if (end.mark !== null) return { mark: end.mark };
  const markBits = markBitsOf(end);
  return { mark: markBits.bits, markBits };
}
