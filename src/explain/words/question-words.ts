import type { OpaqueModule } from '../../iptables/match.ts';
import { hasBucket } from '../../trace/buckets.ts';
import type { Given, Question } from '../../trace/question.ts';
import type { Note } from '../explanation.ts';
import { denied, ofRule, said, type Words } from './clauses.ts';
import { CONNECTION_WORDS } from './connection-words.ts';
import { IPVS_WORDS } from './ipvs-words.ts';
import { onceRewritten } from './nft-words.ts';
import { PACKET_WORDS } from './packet-words.ts';
import { addressSetText } from './value-words.ts';

/**
 * @param flowsCaptured whether the capture holds conntrack's table: then the flow need only be named
 * @returns an answer that an outcome rests on, as a condition
 */
export function givenNote({ question, held, joined }: Given, flowsCaptured = false): Note {
  const { holds, fails, settle: way, needsFlows } = wordsOf(question);
  const settle = needsFlows && !flowsCaptured ? `capture \`conntrack -L\` and ${way}` : way;
  const text = held ? holds : fails;
  const { code } = question;
  if (joined === null) return { code, text, settle };
  const others =
    code === 'recent'
      ? `nor in the next ${joined.more} lists`
      : code === 'ipvs-template'
        ? `nor at the next ${joined.more}`
        : `and outside the next ${joined.more} asked for`;
  return { code, text: `${text}, ${others} (the last: ${subjectOf(joined.last)})`, settle };
}

/** @returns what it means that the question is answered so. */
export function answerText(question: Question, held: boolean): string {
  const words = wordsOf(question);
  return held ? words.holds : words.fails;
}

/** What a question of a run is about, in a word. */
function subjectOf(question: Question): string {
  switch (question.code) {
    case 'recent':
      return question.list;
    case 'ipvs-template':
      return question.real ?? 'none';
    case 'source-address':
      return addressSetText(question);
    default:
      return question.code;
  }
}

const WORDS = { ...PACKET_WORDS, ...CONNECTION_WORDS, ...IPVS_WORDS };

function wordsOf(question: Question): Words {
  if ('module' in question) return opaqueWords(question);
  if (question.code === 'many-questions') {
    const { holds, settle } = wordsOf(question.last);
    return denied(
      `one of ${question.count} further questions has another answer (the last: ${holds})`,
      settle,
    );
  }
  // The tables tie each code to its words; TypeScript cannot follow that through an index.
  const words = WORDS[question.code] as (asked: Question) => Words;
  return words(question);
}

function opaqueWords({
  module,
  text,
  rule,
  writes,
  rewritten,
}: Extract<Question, { readonly module: OpaqueModule }>): Words {
  const of = `${rule === null ? '' : ` ${ofRule(rule)}`}${onceRewritten(rewritten)}`;
  const again = hasBucket(module) ? ' when the packet comes there again' : ' by then';
  const why = `${writes === undefined ? '' : again} (${WHY[module]})`;
  return said(`"${text}"${of} matches${why}`, `"${text}"${of} does not match${why}`);
}

/** Why a recognised extension cannot be answered from a capture. */
const WHY: Readonly<Record<OpaqueModule, string>> = {
  ah: 'it reads the IPsec AH header',
  bpf: 'it runs a BPF program on the packet',
  cgroup: "it asks for the sending process's control group",
  cluster: 'it hashes the connection among cluster nodes',
  connbytes: 'it counts what the connection has carried',
  connlabel: "it reads the connection's labels",
  connlimit: 'it counts the connections of the client',
  cpu: 'it asks which processor handles the packet',
  dst: 'it reads the IPv6 destination options header',
  esp: 'it reads the IPsec ESP header',
  eui64: "it compares the source with the sender's link address",
  frag: 'it reads the IPv6 fragment header',
  hashlimit: 'it depends on how full a token bucket is',
  hbh: 'it reads the IPv6 hop-by-hop options header',
  ipcomp: 'it reads the IPComp header',
  ipv6header: 'it asks which IPv6 extension headers there are',
  ipvs: 'it asks what IPVS did with the connection',
  limit: 'it depends on how full a token bucket is',
  mh: 'it reads the IPv6 mobility header',
  osf: "it guesses the sender's operating system from its SYN",
  policy: 'it asks whether the packet passes IPsec',
  quota: 'it depends on what is left of a byte quota',
  rateest: 'it compares measured rates',
  realm: 'it asks for the routing realm',
  rt: 'it reads the IPv6 routing header',
  socket: 'it looks for an open socket of the node',
  srh: 'it reads the IPv6 segment routing header',
  string: 'it searches the payload',
  time: "it depends on the node's clock",
  u32: 'it reads arbitrary bytes of the packet',
  unclean: 'it asks whether the packet is malformed',
  'nfacct-list': 'it depends on an accounting quota',
};
