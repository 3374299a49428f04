import type { ConnectionReason, Leg, Place, SourceWriter } from '../../connection/connection.ts';
import { sourceWriter } from '../../connection/source-writer.ts';
import { formatAddress } from '../../net/address.ts';
import { socketText } from '../../net/socket.ts';
import type { Note } from '../explanation.ts';
import { placeOf } from '../trace/remarks/path-facts.ts';
import { givenNote } from '../words/question-words.ts';
import { reasonNote } from '../words/reason-words.ts';

/** @returns why a connection does not work, or why that is not known: a clause without final stop, and what would tell more. */
export function connectionNote(reason: ConnectionReason): Note {
  return { code: reason.code, text: textOf(reason), settle: settleOf(reason) };
}

function textOf(reason: ConnectionReason): string {
  switch (reason.code) {
    case 'refused':
      return `${nodeOf(reason.leg)} refuses it: ${decisionOf(reason.leg)}`;
    case 'refusal-unheard':
      return `${nodeOf(reason.leg)} refuses it with an error that a UDP socket is not told of, unless it asks for all (IP_RECVERR): ${decisionOf(reason.leg)}`;
    case 'lost':
      return `the ${reason.leg.direction} is lost on ${nodeOf(reason.leg)}: ${decisionOf(reason.leg)}`;
    case 'tunnel-lost':
      return `the packet in which ${reason.device} carries the ${reason.leg.direction} is lost on ${nodeOf(reason.leg)}: ${decisionOf(reason.leg)}`;
    case 'device-down':
      return `the ${reason.leg.direction} goes on to ${reason.node ?? 'a node'}, where ${reason.device} is down and takes nothing`;
    case 'not-followed':
      return `what ${nodeOf(reason.leg)} does with the ${reason.leg.direction} is not known: ${decisionOf(reason.leg)}`;
    case 'dead-end': {
      const { exit } = reason.leg.outcome;
      const device = exit?.kind === 'interface' ? exit.name : 'the interface';
      return `the ${reason.leg.direction} leaves ${nodeOf(reason.leg)} through ${device}, which nobody is behind`;
    }
    case 'not-listening':
      return `nothing listens at ${socketOf(reason.at)}${onNode(reason.at)}`;
    case 'listening-unknown':
      return `whether anything listens at ${socketOf(reason.at)}${onNode(reason.at)} is not in the capture`;
    case 'asks-itself':
      return `who sends to ${formatAddress(reason.at.address)} reaches itself, not ${reason.at.node ?? 'the node'}: whether anything listens there is not in the capture`;
    case 'to-many':
      return toManyText(reason);
    case 'echo-ignored':
      return echoIgnoredText(reason);
    case 'refusal-lost':
      return `nothing listens at ${socketOf(reason.at)}${onNode(reason.at)}, and no route leads the refusal back to the client`;
    case 'nobody-there':
      return `no known pod or node has ${formatAddress(reason.at.address)}`;
    case 'address-not-own':
      return notOwnText(reason);
    case 'own-packet':
      return ownPacketText(reason);
    case 'leaves-cluster': {
      const { to, nextHop, leg, astray } = reason;
      const by = nextHop === null ? '' : ` by way of ${formatAddress(nextHop)}`;
      if (astray)
        return `the ${leg.direction} leaves the nodes for ${formatAddress(to)}${by}: ${nodeOf(leg)} has no route of its own to the pods of that node, and whether the router has one is not in a capture`;
      return `the ${leg.direction} leaves the nodes for ${formatAddress(to)}${by}: what becomes of it there is not in a capture`;
    }
    case 'node-not-captured':
      return `the ${reason.leg.direction} goes on to ${reason.node}, which is not among the captures`;
    case 'node-not-read':
      return `the ${reason.leg.direction} goes on to ${reason.node}, whose capture is not read for this answer: more nodes are on the way than are followed`;
    case 'source-not-own':
      return `the answer goes to ${formatAddress(reason.to)}${writerText(reason.by)}, which is no address of ${nodeOf(reason.leg)}: whether it comes back there is not in a capture`;
    case 'answer-unsure':
      return `the answer is lost on ${nodeOf(reason.leg)} where it comes in by ${reason.device}, as the request left (${decisionOf(reason.leg)}): whether it does is not in a capture`;
    case 'answer-source':
      return `the answer of ${socketOf(reason.at)}${onNode(reason.at)} comes from ${formatAddress(reason.from)}, which routing chooses, unless ${reason.listed ? 'the process' : 'its socket is bound to that address, or it'} says otherwise (IP_PKTINFO): which, is not in a capture`;
    case 'answer-by-device':
      return `the socket at ${socketOf(reason.at)}${onNode(reason.at)} is bound to ${reason.device} and answers by it alone, by which the way to ${formatAddress(reason.to)} does not lead: whether the answer arrives is not known`;
    case 'mark-unknown':
      return `what becomes of the answer depends on ${reason.sysctl}, by which it has the mark of the request on ${nodeOf(reason.leg)} or none`;
    case 'way-unknown':
      return `where the ${reason.leg.direction} to ${formatAddress(reason.to)} leaves ${nodeOf(reason.leg)} is not known`;
    case 'wrong-source':
      return `the answer comes from ${socketOf(reason.from)}${writerText(reason.by)}, and the client, who asked ${socketOf(reason.asked)}, takes no answer from there`;
    case 'answer-astray':
      return `the answer goes to ${formatAddress(reason.to)}, which asked nothing${writerText(reason.by)}: nobody on its way undoes what the request went through`;
    case 'answer-skips':
      return `the answer comes back past ${nodeOf(reason.leg)}, which takes what the client sends next for INVALID and drops it: ${decisionOf(reason.leg)}`;
    case 'later-lost':
      return laterText(reason.leg);
    case 'client-unknown':
      return "the client's address is not known, and so not where the answer goes";
    case 'open-question': {
      const [first] = reason.given;
      const what = first === undefined ? '' : `: ${givenNote(first).text}, or not`;
      return `what ${reason.node ?? 'the node'} does with it depends on what its capture does not tell${what}`;
    }
    case 'sent-round':
      return `it is passed on by more than ${reason.nodes} nodes; its way was not followed further`;
  }
}

function settleOf(reason: ConnectionReason): string | null {
  switch (reason.code) {
    case 'node-not-captured':
      return `capture ${reason.node} too, and give both with -f`;
    case 'listening-unknown':
      return reason.inPod
        ? `look in the pod: ss -ltnu`
        : `save \`ss -ltnu\` of ${reason.at.node ?? 'the node'} as sockets.txt`;
    case 'answer-source':
      return reason.listed
        ? `look on ${reason.at.node ?? 'the node'} while a client asks: tcpdump -ni any udp port ${reason.at.port}`
        : `save \`ss -ltnu\` of ${reason.at.node ?? 'the node'} as sockets.txt`;
    case 'answer-by-device':
      return null;
    case 'address-not-own':
      return notOwnSettle(reason);
    case 'echo-ignored':
      return reason.captured ? null : `capture \`sysctl ${reason.sysctl}\``;
    case 'mark-unknown':
      return `capture \`sysctl ${reason.sysctl}\``;
    case 'way-unknown':
      return 'capture `ip -j route show table all` and `ip -j addr`';
    case 'client-unknown':
      return 'give --from pod:NAMESPACE/NAME or an address';
    case 'leaves-cluster':
      return reason.astray
        ? `look on ${nodeOf(reason.leg)}, and on a node that reaches it: ip route get ${formatAddress(reason.to)}`
        : null;
    case 'open-question': {
      const [first] = reason.given;
      return first === undefined ? null : givenNote(first).settle;
    }
    case 'not-followed':
      return reason.leg.outcome.reason === null ? null : reasonNote(reason.leg.outcome.reason).settle;
    case 'refused':
    case 'refusal-unheard':
    case 'lost':
    case 'tunnel-lost':
    case 'device-down':
    case 'dead-end':
    case 'not-listening':
    case 'nobody-there':
    case 'asks-itself':
    case 'to-many':
    case 'refusal-lost':
    case 'own-packet':
    case 'node-not-read':
    case 'answer-skips':
    case 'later-lost':
    case 'sent-round':
      return null;
    case 'answer-unsure':
      return 'capture the node of who answers, too, and give both with -f';
    case 'source-not-own':
      return `capture the node of who answers, too; else keep what is for pods of other nodes from ${placeOf(reason.by.step)}`;
    case 'wrong-source':
    case 'answer-astray':
      return reason.by === null
        ? null
        : `keep what is for pods of other nodes from ${placeOf(reason.by.step)} of ${nodeOf(reason.by.leg)}: \`trace\` over both captures shows the way there and back`;
  }
}

function laterText(leg: Leg): string {
  const does = leg.outcome.verdict === 'reject' ? 'refuses' : 'drops';
  return `the connection opens, and ${nodeOf(leg)} ${does} what the client sends next: ${decisionOf(leg)}`;
}

function writerText(by: SourceWriter | null): string {
  if (by === null) return '';
  return ` (${placeOf(by.step)} of ${nodeOf(by.leg)} gives the ${by.leg.direction} that source)`;
}

function ownPacketText({ at, leg }: Extract<ConnectionReason, { code: 'own-packet' }>): string {
  const address = formatAddress(at.address);
  const { outcome } = leg;
  if (outcome.end.sourceRewrite === 'none')
    return `${address} gets its own packet back with its own address as source: its kernel drops it`;
  const by = sourceWriter([leg], leg.direction, at.address);
  const rule = by === null ? '' : `, ${placeOf(by.step)}`;
  return `${nodeOf(leg)} gives the ${leg.direction} ${address} as its source${rule}, and ${address} is who gets it: its kernel drops what comes from its own address`;
}

function toManyText({ at, many, because }: Extract<ConnectionReason, { code: 'to-many' }>): string {
  const is = `${formatAddress(at.address)} is ${ARTICLES[many]} address`;
  switch (because) {
    case 'connect':
      return `${is}: the sender's own kernel makes no connection to it`;
    case 'tcp':
      return `${is}: TCP to it is neither accepted nor refused`;
    case 'datagram':
      return `nothing listens on port ${at.port}${onNode(at)}, and ${is}: what is sent to it is not refused`;
    case 'answers':
      return `${is}: who gets it answers from an address of their own, if at all`;
  }
}

const ARTICLES = { broadcast: 'a broadcast', multicast: 'a multicast', anycast: 'an anycast' } as const;

function echoIgnoredText({
  at,
  sysctl,
  captured,
}: Extract<ConnectionReason, { code: 'echo-ignored' }>): string {
  const node = at.node ?? 'the node';
  return captured
    ? `${node} answers no ping to ${formatAddress(at.address)} (${sysctl})`
    : `whether ${node} answers a ping to ${formatAddress(at.address)} depends on ${sysctl}, and by default it does not`;
}

type NotOwnReason = Extract<ConnectionReason, { code: 'address-not-own' }>;

function notOwnText({ at, because }: NotOwnReason): string {
  const address = formatAddress(at.address);
  const node = at.node ?? 'the node';
  switch (because) {
    case 'echo':
      return `table local of ${node} does not have ${address}, which another table makes local: its kernel sends no answer from there`;
    case 'refusal':
      return `nothing listens at ${socketOf(at)}${onNode(at)}, and no refusal comes: table local does not have that address, and the kernel sends nothing from there`;
    case 'socket':
      return `table local of ${node} does not have ${address}, which another table makes local: only a transparent socket answers from there, and whether one listens is not in the capture`;
    case 'tables':
      return `a route outside table local makes ${address} local: whether ${node} can answer from there is not in the capture`;
  }
}

function notOwnSettle({ at, because }: NotOwnReason): string | null {
  const on = `look on ${at.node ?? 'the node'}:`;
  switch (because) {
    case 'echo':
    case 'refusal':
      return null;
    case 'socket':
      return `${on} ss -ltnu --inet-sockopt says \`transparent\` of such a socket`;
    case 'tables':
      return `${on} ip route get 127.0.0.1 from ${formatAddress(at.address)} fails where it cannot`;
  }
}

/** What decided on a node: a rule or policy, else what its kernel did by itself. */
function decisionOf({ outcome }: Leg): string {
  if (outcome.reason !== null) return reasonNote(outcome.reason).text;
  const { decidedBy, rejectWith } = outcome;
  const by = decidedBy === null ? outcome.verdict : placeOf(decidedBy);
  return rejectWith === null ? by : `${by} (${rejectWith})`;
}

function nodeOf({ view }: Leg): string {
  return view.name ?? 'the node';
}

function socketOf({ address, port }: Pick<Place, 'address' | 'port'>): string {
  return socketText(formatAddress(address), port);
}

function onNode({ node }: Place): string {
  return node === null ? '' : ` (on ${node})`;
}
