import { ICMP, ICMPV6 } from './protocol.ts';

/** The types that answer each other (invmap, net/netfilter/nf_conntrack_proto_icmp.c and _icmpv6.c). */
const ANSWER_TYPES: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  [ICMP]: { 8: 0, 13: 14, 15: 16, 17: 18 },
  [ICMPV6]: { 128: 129, 139: 140 },
};

/** @returns the ICMP type that answers a request; null for what is no request. */
export function answerType(protocol: number, type: number): number | null {
  return ANSWER_TYPES[protocol]?.[type] ?? null;
}
