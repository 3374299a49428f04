import type { OpaqueModule } from '../iptables/match.ts';
import type { Effect } from './effect.ts';
import type { Field, Test } from './test.ts';

/** What must be known of a field besides how to answer it. */
interface FieldTraits {
  /** Whether asking alone changes something for other rules or packets: a list, a counter, a bucket. */
  readonly remembers: boolean;
  /** Whether what it remembers belongs to its rule alone, so that a rule which only counts may hold it without effect. */
  readonly ofItsRule: boolean;
  /** Whether a rule that asks it makes the kernel track connections (`nf_ct_netns_get` as the matcher is loaded). */
  readonly needsConntrack: boolean;
  /** Whether a rule with it can tell packets apart that no trace stands for: which. */
  readonly beyond: Beyond | null;
}

/** Packets that are not traced, though a rule can tell them from others. */
export type Beyond = 'answers' | 'fragments' | 'chunks';

const LOOKS: FieldTraits = { remembers: false, ofItsRule: false, needsConntrack: false, beyond: null };
const TRACKS: FieldTraits = { ...LOOKS, needsConntrack: true };
const ASKS_CONNECTION: FieldTraits = { ...TRACKS, beyond: 'answers' };
const REMEMBERS: FieldTraits = { ...LOOKS, remembers: true };
const COUNTS: FieldTraits = { ...REMEMBERS, ofItsRule: true };

/** One line a field. */
const FIELDS: { readonly [F in Field]: FieldTraits } = {
  'meta.nfproto': LOOKS,
  'meta.l4proto': LOOKS,
  'ip.saddr': LOOKS,
  'ip.daddr': LOOKS,
  'ip.fragment': { ...LOOKS, beyond: 'fragments' },
  'meta.length': LOOKS,
  'ip.ttl': LOOKS,
  'ip.dscp': LOOKS,
  'ip.tos': LOOKS,
  'ip.ecn': LOOKS,
  'th.sport': LOOKS,
  'th.dport': LOOKS,
  'th.port': LOOKS,
  'tcp.flags': LOOKS,
  'tcp.option': LOOKS,
  'tcp.mss': LOOKS,
  'sctp.chunks': { ...LOOKS, beyond: 'chunks' },
  'dccp.type': { ...LOOKS, beyond: 'chunks' },
  'dccp.option': LOOKS,
  'icmp.type-code': LOOKS,
  'meta.pkttype': LOOKS,
  'ether.saddr': LOOKS,
  'meta.iifname': LOOKS,
  'meta.oifname': LOOKS,
  'meta.iifgroup': LOOKS,
  'meta.oifgroup': LOOKS,
  'bridge.port.in': LOOKS,
  'bridge.port.out': LOOKS,
  'bridge.carries': LOOKS,
  'meta.mark': LOOKS,
  'meta.skuid': LOOKS,
  'meta.skgid': LOOKS,
  'meta.sender': LOOKS,
  // What a rule sees of a connection beside its state is of the whole connection; see `beyond` for DNAT and SNAT.
  'ct.state': TRACKS,
  'ct.status': ASKS_CONNECTION,
  'ct.mark': ASKS_CONNECTION,
  'ct.direction': ASKS_CONNECTION,
  'ct.protocol': TRACKS,
  'ct.original.saddr': ASKS_CONNECTION,
  'ct.original.daddr': ASKS_CONNECTION,
  'ct.reply.saddr': ASKS_CONNECTION,
  'ct.reply.daddr': ASKS_CONNECTION,
  'ct.original.sport': ASKS_CONNECTION,
  'ct.original.dport': ASKS_CONNECTION,
  'ct.reply.sport': ASKS_CONNECTION,
  'ct.reply.dport': ASKS_CONNECTION,
  'ct.expiration': ASKS_CONNECTION,
  'ct.helper': ASKS_CONNECTION,
  'ct.counted': { ...REMEMBERS, needsConntrack: true },
  'ct.label': { ...REMEMBERS, needsConntrack: true },
  'fib.saddr.type': LOOKS,
  'fib.daddr.type': LOOKS,
  'fib.saddr.oif': LOOKS,
  'ipvs.taken': TRACKS,
  'ipvs.protocol': TRACKS,
  'ipvs.address': TRACKS,
  'ipvs.port': TRACKS,
  ipset: LOOKS,
  recent: REMEMBERS,
  chance: LOOKS,
  opaque: REMEMBERS,
  unrecognised: { ...REMEMBERS, needsConntrack: true },
  lost: REMEMBERS,
};

/** Of extensions that cannot be answered, each has its own. */
const OPAQUE: { readonly [M in OpaqueModule]: FieldTraits } = {
  ah: REMEMBERS,
  bpf: REMEMBERS,
  cgroup: REMEMBERS,
  cluster: { ...REMEMBERS, needsConntrack: true },
  connbytes: { ...REMEMBERS, needsConntrack: true },
  connlabel: { ...REMEMBERS, needsConntrack: true },
  connlimit: { ...REMEMBERS, needsConntrack: true },
  cpu: REMEMBERS,
  dst: REMEMBERS,
  esp: REMEMBERS,
  eui64: REMEMBERS,
  frag: REMEMBERS,
  hashlimit: REMEMBERS,
  hbh: REMEMBERS,
  ipcomp: REMEMBERS,
  ipv6header: REMEMBERS,
  ipvs: { ...REMEMBERS, needsConntrack: true },
  limit: COUNTS,
  mh: REMEMBERS,
  osf: REMEMBERS,
  policy: REMEMBERS,
  quota: COUNTS,
  rateest: REMEMBERS,
  realm: REMEMBERS,
  rt: REMEMBERS,
  socket: REMEMBERS,
  srh: REMEMBERS,
  string: REMEMBERS,
  time: REMEMBERS,
  u32: REMEMBERS,
  unclean: REMEMBERS,
  'nfacct-list': COUNTS,
};

/** @returns what is to be known of a test besides its answer. */
export function traitsOf(test: Test): FieldTraits {
  switch (test.field) {
    case 'opaque':
      return OPAQUE[test.in.module];
    case 'chance':
      return test.in.every === null ? LOOKS : COUNTS;
    case 'ct.state':
      return seesRewrite(test.in) ? ASKS_CONNECTION : FIELDS[test.field];
    default:
      return FIELDS[test.field];
  }
}

/** Answers of rewritten connections are in state DNAT or SNAT beside ESTABLISHED. */
function seesRewrite(states: readonly string[]): boolean {
  return (states.includes('DNAT') || states.includes('SNAT')) && !states.includes('ESTABLISHED');
}

/** What must be known of an effect besides how it is applied. */
interface EffectTraits {
  /** `none`: the packet goes on as it was; `unseen`: changed, in a way that is in no outcome of a trace; `seen`: anything else. */
  readonly shows: 'none' | 'unseen' | 'seen';
  /** Whether every packet leaves the chain by it, the same way whatever the packet is. */
  readonly leaves: boolean;
  /** Whether a rule with it makes the kernel track connections. */
  readonly needsConntrack: boolean;
  /** Whether it can write to the packet's mark. */
  readonly writesMark: boolean;
  /** As of {@link FieldTraits.beyond}. */
  readonly beyond: Beyond | null;
}

const SEEN: EffectTraits = {
  shows: 'seen',
  leaves: false,
  needsConntrack: false,
  writesMark: false,
  beyond: null,
};
const MARKS: EffectTraits = { ...SEEN, writesMark: true };
const LEAVES: EffectTraits = { ...SEEN, leaves: true };
const TRACKED: EffectTraits = { ...SEEN, needsConntrack: true };
const UNSEEN: EffectTraits = { ...SEEN, shows: 'unseen' };

/** One line an effect. */
const EFFECTS: { readonly [K in Effect['kind']]: EffectTraits } = {
  accept: LEAVES,
  drop: LEAVES,
  reject: LEAVES,
  return: LEAVES,
  queue: SEEN,
  tproxy: SEEN,
  synproxy: TRACKED,
  unrecognised: TRACKED,
  jump: SEEN,
  goto: SEEN,
  dnat: TRACKED,
  snat: TRACKED,
  masquerade: TRACKED,
  redirect: TRACKED,
  netmap: TRACKED,
  'set-mark': MARKS,
  'set-ct-mark': TRACKED,
  'save-mark': TRACKED,
  // The mark of a connection is what earlier packets left there.
  'restore-mark': { ...TRACKED, writesMark: true, beyond: 'answers' },
  'blur-mark': MARKS,
  'set-tos': SEEN,
  'set-ttl': SEEN,
  npt: SEEN,
  // Alone it does not start tracking (`xt_ct_tg_check`).
  notrack: SEEN,
  zone: TRACKED,
  // With --map-mark.
  'change-sets': MARKS,
  'segment-size': UNSEEN,
  alter: UNSEEN,
  note: { ...SEEN, shows: 'none' },
};

/** @returns what is to be known of an effect besides how it is applied. */
export function traitsOfEffect({ kind }: Effect): EffectTraits {
  return EFFECTS[kind];
}
