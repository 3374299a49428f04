import type { CiliumServices } from '../../cilium/model.ts';
import type { FlowTable } from '../../conntrack/flow-table.ts';
import type { Host } from '../../host/facts.ts';
import type { Sockets } from '../../host/parse-sockets.ts';
import type { Ruleset } from '../../iptables/ruleset.ts';
import type { Cluster } from '../../kubernetes/objects.ts';
import type { HookOrder } from '../../nftables/parse-hooks.ts';
import type { NftRuleset } from '../../nftables/ruleset.ts';
import type { AddressBook } from '../../proxy/addresses.ts';
import type { Twins } from '../../trace/twins.ts';
import type { Ipvs } from '../../trace/world.ts';
import type { ProxyMode } from '../explanation.ts';

/** What `trace` is asked. */
export interface TraceQuestion {
  /** As typed: `10.96.0.10:53`, `namespace/service:port`, `node:31000`. */
  readonly destination: string;
  /** As typed: `pod`, `pod:NS/NAME`, `node`, `external`, an address; null: all vantages. */
  readonly from: string | null;
  /** `tcp`, `udp`, `sctp`, `icmp`; null: the Service port's, else tcp. */
  readonly protocol: string | null;
  readonly sourcePort: number | null;
  readonly inInterface: string | null;
  /** Unsigned 32 bits; null: 0. */
  readonly mark: number | null;
  /** `NEW`, `ESTABLISHED`, `RELATED`, `INVALID`, `UNTRACKED`; null: NEW. */
  readonly ctstate: string | null;
  /** Completes a destination that names a Service alone. */
  readonly namespace: string;
  /** With `full`, rules that did not match are listed too. */
  readonly detail: 'answer' | 'path' | 'full';
}

/** @returns the question where a packet to this destination goes, as typed, of which nothing else is asked. */
export function plainQuestion(destination: string): TraceQuestion {
  return {
    destination,
    from: null,
    protocol: null,
    sourcePort: null,
    inInterface: null,
    mark: null,
    ctstate: null,
    namespace: 'default',
    detail: 'answer',
  };
}

/** What is known of the node and the cluster. */
export interface Known {
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  /** What nft listed; null or absent where that was not captured. */
  readonly nft?: NftRuleset | null;
  /** When chains were hooked; null or absent where `nft list hooks` was not captured. */
  readonly nftHooks?: HookOrder | null;
  readonly cluster: Cluster;
  /** The cluster's addresses, indexed. */
  readonly book: AddressBook;
  readonly flows: FlowTable | null;
  /** The node's name, where the capture says. */
  readonly node: string | null;
  readonly proxyMode: ProxyMode;
  /** Absent: nothing tells of it. */
  readonly ipvs?: Ipvs;
  /** What Cilium lists of its Services; null or absent where that was not given. */
  readonly cilium?: CiliumServices | null;
  /** Sockets of the node's own network; null or absent where `ss -ltnu` was not captured. */
  readonly sockets?: Sockets | null;
  /** Tells endpoints that the node treats alike; null or absent: each is followed. */
  readonly twins?: Twins | null;
}

/** The question cannot be asked as it stands. The message names what is wrong and the way out; it may quote what was typed. */
export class QuestionError extends Error {}
