import type { Manifest } from '../capture/manifest.ts';
import type { CiliumServices } from '../cilium/model.ts';
import type { FlowTable } from '../conntrack/flow-table.ts';
import type { FlowSource } from '../conntrack/scan-flows.ts';
import type { CaptureInfo } from '../explain/explanation.ts';
import type { CounterSample } from '../host/counter-sample.ts';
import type { Host } from '../host/facts.ts';
import type { Sockets } from '../host/parse-sockets.ts';
import type { Ruleset } from '../iptables/ruleset.ts';
import type { Cluster } from '../kubernetes/objects.ts';
import type { HookOrder } from '../nftables/parse-hooks.ts';
import type { NftRuleset } from '../nftables/ruleset.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { Twins } from '../trace/twins.ts';
import type { Ipvs } from '../trace/world.ts';

/**
 * The state of one node, as far as it was given. The rules are indexed; everything else is read when it is first asked
 * for, at most once: tracing one packet never opens a list of 100,000 pods unless a name is wanted.
 */
export interface Capture {
  /** `capture` of every document. */
  readonly info: CaptureInfo;
  readonly manifest: Manifest;
  /** At most one for each family and backend. Empty on nodes whose kube-proxy does not use iptables. */
  readonly rulesets: readonly Ruleset[];
  /** Its fields are read one by one when asked for. */
  readonly host: Host;
  /** What nft listed; null where that was not captured. Read when first asked for. */
  readonly nft: NftRuleset | null;
  /** When chains were hooked, as `nft list hooks` tells it, or null. */
  readonly nftHooks: HookOrder | null;
  /** The flows, or null where conntrack was not captured. */
  flows(): FlowTable | null;
  /** The same listings, to be read through once; empty where conntrack was not captured. */
  readonly flowListings: readonly FlowSource[];
  cluster(): Promise<Cluster>;
  /** `conntrack -S` as text, or null. */
  conntrackStats(): string | null;
  /** What counters did between two samples; null where one was taken. */
  counterSample(): CounterSample | null;
  /** IPVS; `not-captured` where it balances here and was not listed; null where nothing tells of it. */
  ipvs(): Ipvs;
  /** Sockets of the node's own network that listen; null where `ss -ltnu` was not captured. */
  sockets(): Sockets | null;
  /** Tells endpoints that the node treats alike. */
  readonly twins: Twins;
  /** What Cilium lists of its Services; null where that was not given. */
  cilium(): CiliumServices | null;
  /** `expect.yaml` as text, or null. */
  expectations(): string | null;
  /** A node was asked just now; false: a capture tells of it. */
  readonly isLive: boolean;
  /** Of a live node, how a call of kubectl begins that asks the same cluster as the same user; absent: that is not known. */
  readonly kubectl?: readonly string[];
  /** Collects problems, also those met later, when more is read. */
  readonly problems: ProblemList;
}
