import type { Match, MatchKind, MatchOf } from '../../iptables/match.ts';
import { type Answer, yesNo } from '../answer.ts';
import { addrtype } from './addrtype.ts';
import * as basic from './basic.ts';
import * as chance from './chance.ts';
import * as conntrack from './conntrack.ts';
import type { MatchContext } from './context.ts';
import * as header from './header.ts';
import { iprange } from './iprange.ts';
import * as ipvs from './ipvs.ts';
import * as link from './link.ts';
import * as opaque from './opaque.ts';
import { rpfilter } from './rpfilter.ts';
import { set } from './set.ts';
import * as transport from './transport.ts';

type Evaluator<K extends MatchKind> = (match: MatchOf<K>, context: MatchContext) => Answer;

/** One evaluator for each kind of match. Each answers the positive question; negation is applied by the caller. */
const EVALUATORS: { readonly [K in MatchKind]: Evaluator<K> } = {
  source: basic.source,
  destination: basic.destination,
  'in-interface': basic.inInterface,
  'out-interface': basic.outInterface,
  protocol: basic.protocol,
  fragment: basic.fragment,
  'source-port': transport.sourcePort,
  'destination-port': transport.destinationPort,
  'tcp-flags': transport.tcpFlags,
  'tcp-option': transport.tcpOption,
  'sctp-chunks': transport.sctpChunks,
  'dccp-types': transport.dccpTypes,
  'dccp-option': transport.dccpOption,
  'icmp-type': transport.icmpType,
  multiport: transport.multiport,
  tcpmss: transport.tcpMss,
  iprange,
  set,
  addrtype,
  mark: header.mark,
  connmark: conntrack.connmark,
  ctstate: conntrack.ctstate,
  ctproto: conntrack.ctproto,
  ctaddress: conntrack.ctaddress,
  ctport: conntrack.ctport,
  ctstatus: conntrack.ctstatus,
  ctexpire: conntrack.ctexpire,
  ctdir: conntrack.ctdir,
  helper: conntrack.helper,
  'statistic-random': chance.statisticRandom,
  'statistic-nth': chance.statisticNth,
  recent: chance.recent,
  'owner-uid': link.ownerUid,
  'owner-gid': link.ownerGid,
  'owner-socket': link.ownerSocket,
  pkttype: link.pkttype,
  mac: link.mac,
  'physdev-name': link.physdevName,
  'physdev-is': link.physdevIs,
  devgroup: link.devgroup,
  rpfilter,
  ipvs: ipvs.taken,
  'ipvs-protocol': ipvs.protocol,
  'ipvs-address': ipvs.address,
  'ipvs-port': ipvs.port,
  length: header.length,
  ttl: header.ttl,
  dscp: header.dscp,
  tos: header.tos,
  ecn: header.ecn,
  comment: () => yesNo(true),
  nfacct: () => yesNo(true),
  opaque: opaque.opaque,
  unrecognised: opaque.unrecognised,
  lost: opaque.lost,
};

/** @returns what the kernel's matcher would say of the packet, negation left aside. */
export function evaluate(match: Match, context: MatchContext): Answer {
  // The table's type ties each kind to its evaluator; TypeScript cannot follow that through an index.
  const evaluator = EVALUATORS[match.kind] as Evaluator<MatchKind>;
  return evaluator(match, context);
}
