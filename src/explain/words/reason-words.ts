import { formatAddress } from '../../net/address.ts';
import type { Unlisted } from '../../nftables/ruleset.ts';
import type { CutPlace, NftPlacedRule, PlacedRule, Reason, TurnFact } from '../../trace/reason.ts';
import type { Note } from '../explanation.ts';
import { viaText } from './clauses.ts';
import { masqueradeMoved } from './connection-words.ts';
import { captureOfFamily, familyMissing } from './family-rule.ts';

/** @returns why a packet's way ended, in words: a clause without final stop, and what would tell more. */
export function reasonNote(reason: Reason): Note {
  return { code: reason.code, text: reasonText(reason), settle: reasonSettle(reason) };
}

function reasonText(reason: Reason): string {
  switch (reason.code) {
    case 'no-route':
      return `no route to ${formatAddress(reason.destination)}`;
    case 'unreachable':
    case 'prohibit':
      return `the route to ${formatAddress(reason.destination)} says ${reason.code}`;
    case 'blackhole':
      return `the route to ${formatAddress(reason.destination)} is a blackhole`;
    case 'table-left-out':
      return `table ${reason.table} holds rules that iptables-save cannot print, and it left out the whole table`;
    case 'ipv6-disabled':
      return `net.ipv6.conf.${reason.device}.disable_ipv6 is 1: what comes in there is dropped`;
    case 'answer-unsent':
      return `it is refused with ${reason.with}, ${UNSENT[reason.because]}`;
    case 'hops-exceeded':
      return `the packet's ${reason.family === 'ipv6' ? 'hop limit' : 'TTL'} is used up: the node does not pass it on`;
    case 'martian-source':
      return `${formatAddress(reason.source)} cannot be the source of a packet ${reason.seen === 'on-its-way' ? 'that is passed on' : 'from outside'}`;
    case 'martian-destination':
      return `${formatAddress(reason.destination)} cannot be the destination of a packet from outside`;
    case 'rp-filter':
      return `rp_filter drops it: the route to ${formatAddress(reason.source)} does not go through ${reason.device ?? 'its interface'}`;
    case 'source-not-local':
      return `a process that is not bound would send from ${formatAddress(reason.source)}, which is no address of table local: connect() fails`;
    case 'beyond-scope':
      return `${formatAddress(reason.source)} is known on its own link only: the node does not pass the packet on to another`;
    case 'bridge-hairpin-off':
      return `the packet would leave by the port of ${reason.bridge} that it came in by, and the ports of ${reason.bridge} do not have hairpin mode`;
    case 'frame-rule-drop':
      return `ebtables drops the frame in ${reason.place}: \`${reason.text}\``;
    case 'bridge-ports-isolated':
      return `${reason.bridge} passes nothing from one isolated port to another`;
    case 'route-localnet-off':
      return `a packet from 127.0.0.0/8 may not leave through ${reason.device}: net.ipv4.conf.all.route_localnet and conf.${reason.device}.route_localnet are 0`;
    case 'forwarding-off':
      return `forwarding is off for ${reason.device} (sysctl net.${reason.family}.conf): the node does not pass packets on`;
    case 'frame-not-unicast':
      return `the packet came as a ${reason.frame}, and such are not passed on to another machine`;
    case 'tproxy-not-local':
      return 'TPROXY gave the packet to a socket, but no route of type local brings it there';
    case 'multicast-not-joined':
      return `${reason.device ?? 'the interface'} has not joined group ${formatAddress(reason.group)}`;
    case 'vrf-not-followed':
      return `it goes by VRF ${reason.vrf}, which is not followed`;
    case 'bridged-unseen':
      return `${reason.bridge} hands the packet on itself, and net.bridge.bridge-nf-call-${reason.family === 'ipv4' ? 'iptables' : 'ip6tables'} is not 1: iptables does not see it`;
    case 'conntrack-full':
      return `the conntrack table is full (nf_conntrack_count ${reason.count} of nf_conntrack_max ${reason.most}): a new connection gets no entry, and its packet is dropped`;
    case 'masquerade-moved':
      return masqueradeMoved(reason.address, reason.by, reason.out);
    case 'flow-offloaded':
      return `its flow is in a flow table (${reason.file}:${reason.line}): the packet is rewritten and sent on as it comes in, and no rule sees it`;
    case 'answers-taken':
      return `another flow gets the answers that it would get (${reason.file}:${reason.line}), and nothing gives it another source port: conntrack makes no entry for it, and the packet is dropped (insert_failed)`;
    case 'no-address':
      return 'the interface has no address that the packet could be rewritten to';
    case 'nat-target-unreadable':
      return `${place(reason.rule)} rewrites the packet, but the dump does not say to what ("${unreadableText(reason.why)}")`;
    case 'redirect-address':
      return `${place(reason.rule)} redirects the packet to ${redirectText(reason.ports)} of this node itself, at the first address of the interface it came in by, which is not known`;
    case 'nat-not-listed':
    case 'chain-not-captured':
    case 'rules-left-out':
      return 'where the packet goes then is not known';
    case 'mode-ipvs':
      return `IPVS carries Services here, and ${reason.listed ? 'its listing is not whole' : 'was not captured'}: whether it takes the packet, and to which endpoint, is not known`;
    case 'ipvs-beyond':
      return `IPVS ${reason.server} takes it, and from there packets are not followed`;
    case 'ipvs-mark':
      return 'IPVS balances packets by their mark, and what mark this one has is not known';
    case 'ipvs-method':
      return `IPVS ${reason.server} hands the packet to ${reason.real} ${METHODS[reason.method]}: what follows is not traced`;
    case 'ipvs-server-gone':
      return reason.forgets
        ? `IPVS has this connection at ${reason.real}, which is no real server of ${reason.server} any more: it drops the packet and forgets the connection`
        : `IPVS keeps this connection at ${reason.real}, which is no real server of ${reason.server} any more, and drops its packets: net.ipv4.vs.expire_nodest_conn is not 1`;
    case 'ipvs-connections':
      return `IPVS ${reason.server} schedules only the first packet of a TCP connection, and whether it has this connection, and at which endpoint, is not known`;
    case 'synproxy':
      return 'SYNPROXY answers the client itself, and opens the connection once the client has answered';
    case 'rules-not-captured':
      return familyMissing(reason.family).text;
    case 'target-unrecognised':
      return `kp-explain does not know what "${reason.text}" does`;
    case 'chain-missing':
      return `${place(reason.rule)} leads to chain ${reason.target}, which is not in the capture`;
    case 'nft-chain-missing':
      return `${nftPlace(reason.rule)} leads to chain ${reason.target}, which is not in the listing`;
    case 'nft-statement':
      return `kp-explain does not know what "${reason.text}" does in ${nftPlace(reason.rule)}`;
    case 'nft-map':
      return `what "${reason.text}" of ${nftPlace(reason.rule)} finds for this packet is not in the listing`;
    case 'nft-xt':
      return `nft lists ${nftPlace(reason.rule)} without what its ${reason.text} asks: iptables wrote the rule`;
    case 'nft-cut':
      return `the nft listing breaks off in ${reason.rule.table} ${reason.rule.chain}, behind rule ${reason.rule.number}: a rule that is missing may decide`;
    case 'nft-rules-unknown':
      return `the rules of ${reason.table} ${reason.chain} are not known: ${UNLISTED[reason.why]}`;
    case 'chain-loop':
      return `the chains lead back into each other at ${place(reason.rule)}; the kernel would refuse these rules`;
    case 'walk-too-long':
      return `the packet passes more than ${reason.jumps} jumps in one table; its way was not followed further`;
    case 'sent-round':
      return `the packet is sent back to a hook more than ${reason.times} times; its way was not followed further`;
    case 'dump-cut':
      return `the dump breaks off at ${reason.file}:${reason.line}, ${cutText(reason.place)}`;
    case 'too-many-questions':
      return 'what rules do to the packet rests on more open questions than are followed';
    case 'too-many-ways':
      return 'there are more open ways than are followed; this one was not followed further';
  }
}

/** Ways of IPVS to hand on a packet that kube-proxy never uses. */
const METHODS: Readonly<Record<Extract<Reason, { code: 'ipvs-method' }>['method'], string>> = {
  tunnel: 'in a tunnel (-i)',
  route: 'by its hardware address (-g)',
  local: 'as to itself',
};

const UNLISTED: Readonly<Record<Unlisted, string>> = {
  'head-alone': '`nft list chains` prints chains without them',
  terse: '`nft -t` prints none',
  twice: 'they are listed twice, and not alike',
  'not-captured': 'the chain is not in the listing',
};

function reasonSettle(reason: Reason): string | null {
  switch (reason.code) {
    case 'rules-not-captured':
      return captureOfFamily(reason.family);
    case 'answer-unsent':
      return reason.because === 'perhaps-no-route' ? 'capture `sysctl -a`' : null;
    case 'nat-target-unreadable':
      return 'capture with an iptables as new as the one that wrote the rules, or give the API objects (services.json, endpointslices.json)';
    case 'redirect-address':
      return 'give --in-interface, and capture `ip -j addr`';
    case 'nat-not-listed':
    case 'rules-left-out':
      return 'capture all tables with `iptables-save -c`';
    case 'mode-ipvs':
      return 'capture `ipvsadm-save -n`';
    case 'ipvs-connections':
      return 'capture `ipvsadm -Lnc`';
    case 'chain-missing':
    case 'chain-not-captured':
      return 'capture the whole table with iptables-save';
    case 'table-left-out':
    case 'nft-chain-missing':
    case 'nft-map':
    case 'nft-cut':
    case 'nft-rules-unknown':
      return 'capture the whole rule set with `nft -j list ruleset`';
    case 'nft-statement':
      return 'look the statement up in nft(8) of the node';
    case 'nft-xt':
      return 'capture the rules with `iptables-save -c` and `ip6tables-save -c`';
    case 'chain-loop':
      return 'capture the rules again with iptables-save';
    case 'dump-cut':
      return AGAIN;
    case 'too-many-questions':
    case 'too-many-ways':
      return 'narrow the question: --from ADDRESS, --source-port, --in-interface';
    default:
      return null;
  }
}

/** How a dump that broke off is had whole. */
export const AGAIN = 'take the dump again on the node with `iptables-save -c`, and copy the file whole';

function redirectText(ports: Extract<Reason, { readonly code: 'redirect-address' }>['ports']): string {
  if (ports === null) return 'the same port';
  return ports.from === ports.to ? `port ${ports.from}` : `a port of ${ports.from}-${ports.to}`;
}

function unreadableText(why: Extract<Reason, { readonly code: 'nat-target-unreadable' }>['why']): string {
  return why === 'wide-range' ? 'more addresses than can be followed one by one' : why.text;
}

function cutText(place: CutPlace): string {
  const { table } = place;
  switch (place.lost) {
    case 'all':
      return `before the rules of ${table} ${place.chain}: what they do is not known`;
    case 'start':
      return `and ${table} ${place.chain} has lost rules at its start: one of them may decide`;
    case 'end':
      return `in ${table} ${place.chain}, behind rule ${place.after}: a rule that is missing may decide`;
    case 'table':
      return `before table ${table}: what its chain ${place.hook} does is not known`;
  }
}

function nftPlace({ table, chain, number }: NftPlacedRule): string {
  return `${table} ${chain} rule ${number}`;
}

function place({ chain, number }: PlacedRule): string {
  return `${chain} rule ${number}`;
}

/** @returns what happened between rules, in words. */
export function turnText(turn: TurnFact): string {
  switch (turn.fact) {
    case 'ended':
      return reasonText(turn.reason);
    case 'routed': {
      const { destination, device, gateway, table } = turn.route;
      return `route to ${formatAddress(destination)}: ${device ?? 'an interface not named'}${viaText(gateway)} (table ${table})`;
    }
    case 'delivered':
      return `${formatAddress(turn.destination)} is an address of this node: delivered here`;
    case 'to-loopback':
      return `${formatAddress(turn.destination)} is an address of this node: through lo`;
    case 'bridged':
      return `${formatAddress(turn.destination)} is on ${turn.bridge}, which hands the frame on by itself`;
    case 'flow-found': {
      const { file, line, state, status, answersFrom } = turn;
      const port = answersFrom.port === null ? '' : `:${answersFrom.port}`;
      const words = [...(state === null ? [] : [state]), ...status];
      const flow = [...words, `answers come from ${formatAddress(answersFrom.address)}${port}`].join(', ');
      return `${file} line ${line} holds this flow (${flow}): nat rules are not asked`;
    }
    case 'flow-opened': {
      const { direction, answersFrom } = turn;
      const port = answersFrom.port === null ? '' : `:${answersFrom.port}`;
      const from = `${formatAddress(answersFrom.address)}${port}`;
      return `conntrack has it ${direction === 'reply' ? 'as an answer' : 'as a packet'} of the connection, whose answers come from ${from}: nat rules are not asked`;
    }
    case 'flow-replaced':
      return `${turn.file} line ${turn.line} holds this flow as ${turn.state}; a new SYN replaces it`;
    case 'port-taken':
      return `${turn.file} line ${turn.line} holds a flow that gets the same answers: the kernel takes another source port than ${turn.port}`;
  }
}

/** Why the sender does not get to know that a packet is refused. */
const UNSENT: Readonly<Record<Extract<Reason, { code: 'answer-unsent' }>['because'], string>> = {
  'no-route': 'but no route leads back to the sender: nobody gets the answer',
  'perhaps-no-route':
    'but whether a route leads back to the sender depends on the mark of the answer (sysctl fwmark_reflect), which is not in the capture',
  'not-translated':
    'which leaves by the port of the bridge with its source not translated back: the client ignores it',
  'not-own':
    'but the answer would come from an address that table local does not have, and is not sent: nobody gets it',
  'perhaps-not-own':
    'but the answer comes from an address that a route outside table local makes local: whether it is sent is not in the capture',
};
