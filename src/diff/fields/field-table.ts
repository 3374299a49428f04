import type { Field, Test } from '../../rules/test.ts';
import type { Reach } from '../rules/reach-bounds.ts';
import type { Space } from '../space/space.ts';
import {
  type Asked,
  type BoxField,
  BY_DOOR,
  BY_PORT_OF_BRIDGE,
  countUnknown,
  FIXED,
  type Mentions,
} from './box-field.ts';
import * as connection from './connection.ts';
import * as facts from './facts.ts';
import { alikeInIpset } from './ipset.ts';
import * as packet from './packet.ts';

/** One line a field. */
const FIELDS: { readonly [F in Field]: BoxField<F> } = {
  'meta.nfproto': FIXED,
  'meta.l4proto': packet.protocol,
  'ip.saddr': packet.source,
  'ip.daddr': packet.destination,
  'ip.fragment': FIXED,
  'meta.length': FIXED,
  'ip.ttl': FIXED,
  'ip.dscp': FIXED,
  'ip.tos': FIXED,
  'ip.ecn': FIXED,
  'th.sport': packet.sourcePort,
  'th.dport': packet.destinationPort,
  'th.port': packet.eitherPort,
  'tcp.flags': packet.tcpFlags,
  'tcp.option': FIXED,
  'tcp.mss': FIXED,
  'sctp.chunks': FIXED,
  'dccp.type': FIXED,
  'dccp.option': FIXED,
  'icmp.type-code': packet.icmpTypeCode,
  'meta.pkttype': FIXED,
  'ether.saddr': BY_DOOR,
  'meta.iifname': packet.inInterface,
  'meta.oifname': FIXED,
  'meta.iifgroup': BY_DOOR,
  'meta.oifgroup': BY_DOOR,
  'bridge.port.in': BY_PORT_OF_BRIDGE,
  'bridge.port.out': BY_PORT_OF_BRIDGE,
  'bridge.carries': BY_DOOR,
  'meta.mark': packet.mark,
  'meta.skuid': BY_DOOR,
  'meta.skgid': BY_DOOR,
  'meta.sender': BY_DOOR,
  'ct.state': connection.state,
  'ct.status': FIXED,
  'ct.mark': connection.mark,
  'ct.direction': FIXED,
  'ct.protocol': connection.protocol,
  'ct.original.saddr': connection.clientAddress('originalSource'),
  'ct.original.daddr': connection.serverAddress('originalDestination'),
  'ct.reply.saddr': connection.serverAddress('replySource'),
  'ct.reply.daddr': connection.clientAddress('replyDestination'),
  'ct.original.sport': connection.clientPort('originalSourcePort'),
  'ct.original.dport': connection.serverPort('originalDestinationPort'),
  'ct.reply.sport': connection.serverPort('replySourcePort'),
  'ct.reply.dport': connection.clientPort('replyDestinationPort'),
  'ct.expiration': FIXED,
  'ct.helper': FIXED,
  'ct.counted': FIXED,
  'ct.label': FIXED,
  'fib.saddr.type': facts.sourceType,
  'fib.daddr.type': facts.destinationType,
  'fib.saddr.oif': facts.reversePath,
  // IPVS' own step tells which packets one virtual server takes.
  'ipvs.taken': FIXED,
  'ipvs.protocol': FIXED,
  'ipvs.address': FIXED,
  'ipvs.port': FIXED,
  ipset: {
    ...FIXED,
    alike: alikeInIpset,
    mention: ({ in: { set } }, { sets }) => sets.add(set).has(set),
  },
  recent: facts.recent,
  chance: FIXED,
  opaque: { ...FIXED, mention: ({ in: { module } }, mentions) => countUnknown(module, mentions) },
  unrecognised: { ...FIXED, mention: (_, mentions) => countUnknown('unrecognised', mentions) },
  lost: FIXED,
};

/** The table's type ties each field to its functions; TypeScript cannot follow that through an index. */
function fieldOf({ field }: Test): BoxField<Field> {
  return FIELDS[field] as BoxField<Field>;
}

/** Keeps the packets that answer the test as the one that is traced does. */
export function keepAlike(test: Test, asked: Asked): void {
  fieldOf(test).alike(test, asked);
}

/** @returns the packets of a reach that may match the test: never fewer than do. Null where there is none. */
export function mayMatch(test: Test, reach: Reach, space: Space): Reach | null {
  return fieldOf(test).may(test, reach, space);
}

/** Takes what the test mentions. @returns whether rules spelt alike but for its values may mention something else. */
export function takeMentions(test: Test, mentions: Mentions): boolean {
  return fieldOf(test).mention(test, mentions);
}
