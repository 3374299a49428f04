import { dictionary } from '../../lookup/dictionary.ts';
import { DCCP, hasPorts, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../../net/protocol.ts';
import type { Field } from '../../nftables/expression.ts';
import { within } from '../../rules/value-set.ts';
import { unknown } from '../answer.ts';
import type { NftContext } from './context.ts';
import { headerBits } from './header-bits.ts';
import { readSender } from './read-sender.ts';
import { ABSENT, known, OPEN, type Pattern, type Reading, readBits, readWide } from './values.ts';

/** The protocol that a header's name asks for before anything else. */
const TRANSPORT = dictionary<number>({
  tcp: TCP,
  udp: UDP,
  udplite: UDPLITE,
  sctp: SCTP,
  dccp: DCCP,
  icmp: ICMP,
  icmpv6: ICMPV6,
});

/** @returns what is known of a field of the packet's headers (nft_payload_eval). */
export function readPayload(field: Extract<Field, { kind: 'payload' }>, context: NftContext): Reading {
  const { state } = context;
  const { protocol } = field;
  if (protocol === 'ip') return state.family === 'ipv4' ? readIp(field.field, context) : ABSENT;
  if (protocol === 'ip6') return state.family === 'ipv6' ? readIp(field.field, context) : ABSENT;
  if (protocol === 'th') return readTransport(field.field, context);
  if (protocol === 'arp') return ABSENT;
  // What a process of the node sends has no frame yet.
  if (protocol === 'ether' || protocol === 'vlan') return state.fromNode ? ABSENT : OPEN;
  const number = TRANSPORT[protocol];
  if (number === undefined) return OPEN;
  // A header that is not there breaks the rule. `icmp` in family inet asks for IPv4 too.
  if (state.protocol !== number) return ABSENT;
  if (protocol === 'icmp' || protocol === 'icmpv6') return readIcmp(field.field, context);
  return readTransport(field.field, context);
}

function readIp(field: string, { state }: NftContext): Reading {
  const bits = state.family === 'ipv4';
  switch (field) {
    case 'saddr':
      return readSender(state.source, state.family, state.sourceRewrite === 'none' ? 'source' : 'rewritten');
    case 'daddr':
      return known(state.destination.value);
    case 'protocol':
    case 'nexthdr':
      return known(state.protocol);
    case 'version':
      return known(bits ? 4 : 6);
    case 'hdrlength':
      return known(5);
    case 'dscp':
      return readBits({ bits: state.tos.bits >> 2, known: state.tos.known >> 2 }, 6);
    case 'ecn':
      return readBits({ bits: state.tos.bits & 3, known: state.tos.known & 3 }, 2);
    case 'ttl':
    case 'hoplimit':
      return state.ttl === null ? OPEN : known(state.ttl);
    case 'length':
      return state.length === null ? OPEN : known(bits ? state.length : state.length - 40);
    case 'frag-off':
      // The packet traced is whole; whether it may be split is its sender's business.
      return readBits({ bits: 0, known: 0xbfff }, 16);
    default:
      return OPEN;
  }
}

function readTransport(field: string, { state }: NftContext): Reading {
  switch (field) {
    case 'sport':
      return readPort(state.sourcePort, 'source', state.protocol);
    case 'dport':
      return readPort(state.destinationPort, 'destination', state.protocol);
    case 'flags':
      if (state.protocol !== TCP) return OPEN;
      if (state.tcpFlags !== null) return known(state.tcpFlags);
      return OPEN;
    default:
      return OPEN;
  }
}

/** `th dport` of a packet without ports reads whatever stands there: its checksum, of ICMP. */
function readPort(port: number | null, side: 'source' | 'destination', protocol: number): Reading {
  if (!hasPorts(protocol)) return OPEN;
  if (port !== null) return known(port);
  return {
    kind: 'open',
    ask: (patterns) => {
      const ranges = patterns.flatMap((pattern) =>
        pattern.kind === 'range' ? [{ from: Number(pattern.from), to: Number(pattern.to) }] : [],
      );
      if (ranges.some(({ from, to }) => from <= 0 && to >= 65535)) return 'yes';
      return unknown({ code: `${side}-port`, set: { kind: 'ranges', ranges }, either: false });
    },
  };
}

function readIcmp(field: string, { state }: NftContext): Reading {
  if (state.icmp === null) {
    if (field !== 'type') return OPEN;
    return {
      kind: 'open',
      ask: ([pattern]: readonly Pattern[]) => {
        if (pattern?.kind !== 'range') return null;
        // Of every code.
        const range = { from: Number(pattern.from) << 8, to: (Number(pattern.to) << 8) | 0xff };
        return unknown({ code: 'icmp-type', set: within(range) });
      },
    };
  }
  if (field === 'type') return known(state.icmp.type);
  return field === 'code' ? known(state.icmp.code) : OPEN;
}

/** Where the source stands in its header; of one that is not known there is a question of its own. */
const SOURCES = { ipv4: { offset: 96, length: 32 }, ipv6: { offset: 64, length: 128 } } as const;

/** @returns what is known of bits given by their place: where they are a field that is known, that. */
export function readRaw(
  { base, offset, length }: Extract<Field, { kind: 'raw-payload' }>,
  context: NftContext,
): Reading {
  const { state } = context;
  if (base === 'nh') {
    const source = SOURCES[state.family];
    if (offset === source.offset && length === source.length) return readIp('saddr', context);
    const found = headerBits(state, offset, length);
    return found === null ? OPEN : readWide(found, length);
  }
  if (base !== 'th') return OPEN;
  if (offset === 0 && length === 16) return readTransport('sport', context);
  if (offset === 16 && length === 16) return readTransport('dport', context);
  if (state.protocol === TCP && offset === 104 && length === 8) return readTransport('flags', context);
  const icmp = state.protocol === ICMP || state.protocol === ICMPV6;
  if (icmp && offset === 0 && length === 8) return readIcmp('type', context);
  return icmp && offset === 8 && length === 8 ? readIcmp('code', context) : OPEN;
}
