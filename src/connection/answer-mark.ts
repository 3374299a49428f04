import { TCP } from '../net/protocol.ts';
import { type ReplyMark, replyMarks, UNMARKED } from '../trace/reply-mark.ts';
import type { PacketState } from '../trace/state.ts';
import { agree } from './cases.ts';
import type { Leg, Way } from './connection.ts';
import type { Listening } from './listening.ts';
import type { NodeView } from './node-view.ts';
import { ended, type Trip } from './trip.ts';

/** The marks that an answer may have; of several the sysctl would tell which, and was not captured. */
export interface AnswerMarks {
  readonly marks: readonly ReplyMark[];
  readonly sysctl: string;
}

/**
 * The mark of what a node itself answers. An accepted TCP connection keeps that of its SYN with tcp_fwmark_accept, which counts for
 * IPv6, too (inet_request_mark, include/net/inet_sock.h); a reset, an echo reply or an ICMP error carries that of the packet with
 * fwmark_reflect. Else it is 0, and so of other protocols. That a socket has a mark of its own is in no capture.
 * @param end the request as it was delivered
 */
export function answerMarks(view: NodeView, listening: Listening, end: PacketState): AnswerMarks {
  const { protocol, icmp } = end;
  if (protocol !== TCP && icmp === null) return { marks: [UNMARKED], sysctl: reflectSysctl(end) };
  if (protocol !== TCP || listening === 'no') return refusalMarks(view, end);
  const sysctl = 'net.ipv4.tcp_fwmark_accept';
  return { marks: replyMarks(end, sysctl, view.host), sysctl };
}

/** @returns the marks of a reset or an ICMP error by which a node refuses a packet (IP4_REPLY_MARK, IP6_REPLY_MARK). */
export function refusalMarks({ host }: NodeView, end: PacketState): AnswerMarks {
  const sysctl = reflectSysctl(end);
  return { marks: replyMarks(end, sysctl, host), sysctl };
}

function reflectSysctl({ family }: PacketState): string {
  return `net.${family}.fwmark_reflect`;
}

/**
 * @param leg the request where it is answered @param walk follows an answer with this mark
 * @returns the ways of the answer; that they are not known where they depend on its mark, and that on the sysctl
 */
export function byMark(
  { marks, sysctl }: AnswerMarks,
  leg: Leg,
  trip: Trip,
  walk: (mark: ReplyMark) => readonly Way[],
): readonly Way[] {
  const [first = [], ...others] = marks.map(walk);
  if (others.every((each) => agree(first, each))) return first;
  return [ended('unknown', { code: 'mark-unknown', leg, sysctl }, trip)];
}
