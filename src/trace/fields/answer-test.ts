import type { Field, Test, TestOf } from '../../rules/test.ts';
import type { Answer } from '../answer.ts';
import * as connection from './connection.ts';
import type { Evaluator, TestContext } from './context.ts';
import * as fib from './fib.ts';
import { ipset } from './ipset.ts';
import * as ipvs from './ipvs.ts';
import { label } from './label.ts';
import * as link from './link.ts';
import * as memory from './memory.ts';
import * as opaque from './opaque.ts';
import * as packet from './packet.ts';
import * as transport from './transport.ts';

/** One evaluator for each field. */
const EVALUATORS: { readonly [F in Field]: Evaluator<F> } = {
  'meta.nfproto': packet.family,
  'meta.l4proto': packet.protocol,
  'ip.saddr': packet.source,
  'ip.daddr': packet.destination,
  'ip.fragment': packet.fragment,
  'meta.length': packet.length,
  'ip.ttl': packet.ttl,
  'ip.dscp': packet.dscp,
  'ip.tos': packet.tos,
  'ip.ecn': packet.ecn,
  'th.sport': transport.sourcePort,
  'th.dport': transport.destinationPort,
  'th.port': transport.eitherPort,
  'tcp.flags': transport.tcpFlags,
  'tcp.option': transport.tcpOption,
  'tcp.mss': transport.tcpMss,
  'sctp.chunks': transport.sctpChunks,
  'dccp.type': transport.dccpType,
  'dccp.option': transport.dccpOption,
  'icmp.type-code': transport.icmpTypeCode,
  'meta.pkttype': link.packetType,
  'ether.saddr': link.linkAddress,
  'meta.iifname': packet.inInterface,
  'meta.oifname': packet.outInterface,
  'meta.iifgroup': link.groupIn,
  'meta.oifgroup': link.groupOut,
  'bridge.port.in': link.portIn,
  'bridge.port.out': link.portOut,
  'bridge.carries': link.bridgeCarries,
  'meta.mark': packet.mark,
  'meta.skuid': link.user,
  'meta.skgid': link.group,
  'meta.sender': link.sender,
  'ct.state': connection.state,
  'ct.status': connection.status,
  'ct.mark': connection.mark,
  'ct.direction': connection.direction,
  'ct.protocol': connection.protocol,
  'ct.original.saddr': connection.address('origsrc'),
  'ct.original.daddr': connection.address('origdst'),
  'ct.reply.saddr': connection.address('replsrc'),
  'ct.reply.daddr': connection.address('repldst'),
  'ct.original.sport': connection.port('origsrc'),
  'ct.original.dport': connection.port('origdst'),
  'ct.reply.sport': connection.port('replsrc'),
  'ct.reply.dport': connection.port('repldst'),
  'ct.expiration': connection.expiration,
  'ct.helper': connection.helper,
  'ct.counted': connection.counted,
  'ct.label': label,
  'fib.saddr.type': fib.sourceType,
  'fib.daddr.type': fib.destinationType,
  'fib.saddr.oif': fib.reversePath,
  'ipvs.taken': ipvs.taken,
  'ipvs.protocol': ipvs.protocol,
  'ipvs.address': ipvs.address,
  'ipvs.port': ipvs.port,
  ipset,
  recent: memory.recent,
  chance: memory.chance,
  opaque: opaque.opaque,
  unrecognised: opaque.unrecognised,
  lost: opaque.lost,
};

/** @returns whether what the packet has in the test's field is allowed, negation left aside. */
export function answerTest(test: Test, context: TestContext): Answer {
  // The table's type ties each field to its evaluator; TypeScript cannot follow that through an index.
  const evaluator = EVALUATORS[test.field] as (test: TestOf<Field>, context: TestContext) => Answer;
  return evaluator(test, context);
}
