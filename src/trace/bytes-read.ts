import type { OpaqueModule } from '../iptables/match.ts';
import type { AsRead } from './nft/as-read.ts';
import { type End, rewrittenOf } from './rewritten.ts';
import type { PacketState } from './state.ts';
import { writesOf } from './writes.ts';

/** What a module that cannot be answered reads of what rules, NAT and routing write. */
interface Reads {
  readonly ends: readonly End[];
  /** Any byte of the headers. */
  readonly bytes: boolean;
}

const NOTHING: Reads = { ends: [], bytes: false };
const SENDER: Reads = { ends: ['source'], bytes: false };
const ENDS: Reads = { ends: ['source', 'destination'], bytes: false };
const ANYTHING: Reads = { ends: ['source', 'destination'], bytes: true };

/** One line a module (net/netfilter/xt_*.c, net/ipv6/netfilter/ip6t_*.c); a connection's own facts stay. */
const READS: { readonly [M in OpaqueModule]: Reads } = {
  ah: NOTHING,
  bpf: ANYTHING,
  cgroup: NOTHING,
  cluster: NOTHING,
  connbytes: NOTHING,
  connlabel: NOTHING,
  connlimit: ENDS,
  cpu: NOTHING,
  dst: NOTHING,
  esp: NOTHING,
  eui64: SENDER,
  frag: NOTHING,
  hashlimit: ENDS,
  hbh: NOTHING,
  ipcomp: NOTHING,
  ipv6header: NOTHING,
  ipvs: NOTHING,
  limit: NOTHING,
  mh: NOTHING,
  // The hop limit and the options of a SYN, and whether the sender is near.
  osf: { ends: ['source'], bytes: true },
  policy: NOTHING,
  quota: NOTHING,
  rateest: NOTHING,
  // Of the packet's route.
  realm: ENDS,
  rt: NOTHING,
  socket: ENDS,
  srh: NOTHING,
  string: ANYTHING,
  time: NOTHING,
  u32: ANYTHING,
  unclean: ANYTHING,
  'nfacct-list': NOTHING,
};

/**
 * @param before how often the module's own bucket was written
 * @returns what tells a question of the module from the same words asked before the packet was changed.
 */
export function bytesRead(module: OpaqueModule, state: PacketState, before: number): AsRead {
  const { ends, bytes } = READS[module];
  const writes = before + (bytes ? writesOf(state, 'bytes') : 0);
  return { ...(writes === 0 ? {} : { writes }), ...rewrittenOf(ends, state) };
}
