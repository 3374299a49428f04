import type { HookName, TableName } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import { ownerOf } from './owners.ts';

/** A jump that a program writes the same way on every node. */
export interface HookedAt {
  /** The chain that holds the jump: a built-in one, or another chain of the same program. */
  readonly from: HookName | 'KUBE-SERVICES' | 'CNI-FORWARD' | 'DOCKER-FORWARD';
  /** Options of the jump's rule as iptables-save spells them; empty where every packet takes it. */
  readonly condition: string;
}

/** A chain whose entry its author fixed. */
interface HookedChain {
  readonly name: RegExp;
  readonly table: TableName;
  /** Empty: at the hook that the name holds. */
  readonly at: (HookedAt & { readonly only?: Family })[];
}

const NEW = '-m conntrack --ctstate NEW';
const LOCAL = '-m addrtype --dst-type LOCAL';
const NOT_LOCAL = '-m addrtype ! --dst-type LOCAL';

/**
 * Where the programs of a Kubernetes node hook their chains, in the order in which the jumps of one built-in chain
 * usually stand. kube-proxy: iptablesJumpChains of pkg/proxy/iptables/proxier.go (1.20 to 1.36), the IPVS and userspace
 * proxiers of the same; kubelet_network_linux.go; portmap, firewall and bridge of containernetworking/plugins; libnetwork's
 * iptables setup; the daemons' own sources else. A chain of another name has no place of its own.
 */
const HOOKED: readonly HookedChain[] = [
  hooked(/^ts-input$/, 'filter', at('INPUT')),
  hooked(/^ts-forward$/, 'filter', at('FORWARD')),
  hooked(/^cali-(?:INPUT|FORWARD|OUTPUT)$/, 'filter'),
  hooked(/^cali-(?:PREROUTING|OUTPUT|POSTROUTING)$/, 'nat'),
  hooked(/^cali-(?:PREROUTING|POSTROUTING)$/, 'mangle'),
  hooked(/^cali-(?:PREROUTING|OUTPUT)$/, 'raw'),
  hooked(/^felix-(?:INPUT|FORWARD|OUTPUT)$/, 'filter'),
  hooked(/^KUBE-ROUTER-(?:INPUT|FORWARD|OUTPUT)$/, 'filter'),
  hooked(/^KUBE-ROUTER-SERVICES$/, 'filter', at('INPUT', '-m set --match-set kube-router-service-ips dst')),
  hooked(/^KUBE-ROUTER-HAIRPIN$/, 'nat', at('POSTROUTING', '-m ipvs --vdir ORIGINAL --vmethod MASQ')),
  hooked(/^CILIUM_(?:INPUT|FORWARD|OUTPUT)$/, 'filter'),
  hooked(/^CILIUM_(?:PRE|OUTPUT|POST)_nat$/, 'nat'),
  hooked(/^CILIUM_(?:PRE|POST)_mangle$/, 'mangle'),
  hooked(/^CILIUM_(?:PRE|OUTPUT)_raw$/, 'raw'),

  hooked(/^KUBE-PROXY-FIREWALL$/, 'filter', at('INPUT', NEW), at('FORWARD', NEW), at('OUTPUT', NEW)),
  hooked(/^KUBE-(?:NODEPORTS|NODE-PORT)$/, 'filter', at('INPUT')),
  hooked(/^KUBE-NODEPORT-NON-LOCAL$/, 'filter', at('INPUT')),
  hooked(/^KUBE-FORWARD$/, 'filter', at('FORWARD')),
  hooked(/^KUBE-SERVICES$/, 'filter', at('FORWARD', NEW), at('OUTPUT', NEW)),
  hooked(/^KUBE-EXTERNAL-SERVICES$/, 'filter', at('INPUT', NEW), at('FORWARD', NEW)),
  hooked(/^KUBE-FIREWALL$/, 'filter', at('INPUT'), at('OUTPUT')),
  hooked(/^KUBE-IPVS-FILTER$/, 'filter', at('INPUT', NEW)),
  hooked(/^KUBE-IPVS-OUT-FILTER$/, 'filter', at('OUTPUT', NEW)),
  hooked(/^KUBE-SERVICES$/, 'nat', at('PREROUTING'), at('OUTPUT')),
  hooked(/^KUBE-(?:NODEPORTS|NODE-PORT)$/, 'nat', at('KUBE-SERVICES', LOCAL)),
  hooked(/^KUBE-LOAD-BALANCER$/, 'nat', at('KUBE-SERVICES', '-m set --match-set KUBE-LOAD-BALANCER dst,dst')),
  hooked(/^KUBE-PORTALS-CONTAINER$/, 'nat', at('PREROUTING')),
  hooked(/^KUBE-PORTALS-HOST$/, 'nat', at('OUTPUT')),
  hooked(/^KUBE-NODEPORT-CONTAINER$/, 'nat', at('PREROUTING', LOCAL)),
  hooked(/^KUBE-NODEPORT-HOST$/, 'nat', at('OUTPUT', LOCAL)),
  hooked(/^KUBE-POSTROUTING$/, 'nat', at('POSTROUTING')),

  hooked(/^(?:CNI|NETAVARK)-HOSTPORT-DNAT$/, 'nat', at('PREROUTING', LOCAL), at('OUTPUT', LOCAL)),
  hooked(/^CNI-HOSTPORT-MASQ$|^NETAVARK-HOSTPORT-MASQ$/, 'nat', at('POSTROUTING')),
  hooked(/^CNI-FORWARD$|^NETAVARK_FORWARD$/, 'filter', at('FORWARD')),
  hooked(/^NETAVARK_INPUT$/, 'filter', at('INPUT')),
  hooked(/^CNI-ADMIN$/, 'filter', at('CNI-FORWARD')),
  hooked(/^CNI-ISOLATION-STAGE-1$/, 'filter', at('FORWARD')),
  hooked(
    /^DOCKER$/,
    'nat',
    at('PREROUTING', LOCAL),
    { ...at('OUTPUT', `! -d 127.0.0.0/8 ${LOCAL}`), only: 'ipv4' },
    { ...at('OUTPUT', `! -d ::1/128 ${LOCAL}`), only: 'ipv6' },
  ),
  hooked(/^DOCKER-USER$/, 'filter', at('FORWARD')),
  hooked(/^DOCKER-FORWARD$/, 'filter', at('FORWARD')),
  hooked(/^DOCKER-(?:CT|BRIDGE)$/, 'filter', at('DOCKER-FORWARD')),
  hooked(/^DOCKER-ISOLATION-STAGE-1$/, 'filter', at('FORWARD')),
  hooked(/^DOCKER$/, 'filter', at('FORWARD', '-o docker0')),

  hooked(/^FLANNEL-FWD$/, 'filter', at('FORWARD')),
  hooked(/^FLANNEL-POSTRTG$/, 'nat', at('POSTROUTING')),
  hooked(/^WEAVE-NPC$/, 'filter', at('FORWARD', '-o weave')),
  hooked(/^WEAVE-NPC-EGRESS$/, 'filter', at('FORWARD', '-i weave')),
  hooked(/^WEAVE-EXPOSE$/, 'filter', at('FORWARD', '-o weave')),
  hooked(/^WEAVE$/, 'nat', at('POSTROUTING')),
  hooked(/^ANTREA-(?:INPUT|FORWARD|OUTPUT)$/, 'filter'),
  hooked(/^ANTREA-(?:PREROUTING|OUTPUT|POSTROUTING)$/, 'nat'),
  hooked(/^ANTREA-MANGLE$/, 'mangle', at('PREROUTING')),
  hooked(/^OVN-KUBE-(?:NODEPORT|EXTERNALIP|ITP)$/, 'nat', at('PREROUTING'), at('OUTPUT')),
  hooked(/^OVN-KUBE-ETP$/, 'nat', at('PREROUTING')),
  hooked(/^OVN-KUBE-(?:SNAT-MGMTPORT|EGRESS-SVC)$/, 'nat', at('POSTROUTING')),
  hooked(/^OVN-(?:PREROUTING|POSTROUTING)$/, 'nat'),
  hooked(/^AZURE-NPM$/, 'filter', at('FORWARD')),
  hooked(/^SWIFT$/, 'nat', at('POSTROUTING')),
  hooked(/^AWS-CONNMARK-CHAIN-0$/, 'nat', at('PREROUTING', '-i eni+')),
  hooked(/^AWS-SNAT-CHAIN-0$/, 'nat', at('POSTROUTING')),
  hooked(/^IP-MASQ(?:-AGENT)?$/, 'nat', at('POSTROUTING', NOT_LOCAL)),
  hooked(/^ts-postrouting$/, 'nat', at('POSTROUTING')),

  hooked(/^ISTIO_INBOUND$/, 'nat', at('PREROUTING', '-p tcp')),
  hooked(/^ISTIO_OUTPUT$/, 'nat', at('OUTPUT', '-p tcp')),
  hooked(/^ISTIO_PRERT$/, 'nat', at('PREROUTING')),
  hooked(/^ISTIO_POSTRT$/, 'nat', at('POSTROUTING')),
  hooked(/^PROXY_INIT_REDIRECT$/, 'nat', at('PREROUTING')),
  hooked(/^PROXY_INIT_OUTPUT$/, 'nat', at('OUTPUT')),
  hooked(/^KUMA_MESH_INBOUND$/, 'nat', at('PREROUTING', '-p tcp')),
  hooked(/^KUMA_MESH_OUTBOUND$/, 'nat', at('OUTPUT', '-p tcp')),

  hooked(/^LIBVIRT_(?:INP|OUT|FW[XIO])$/, 'filter'),
  hooked(/^LIBVIRT_PRT$/, 'nat', at('POSTROUTING')),
  ...['before-logging', 'before', 'after', 'after-logging', 'reject', 'track'].map((stage) =>
    hooked(new RegExp(`^ufw6?-${stage}-(?:input|output|forward)$`), 'filter'),
  ),
  hooked(/^(?:INPUT|FORWARD|OUTPUT)_direct$/, 'filter'),
  hooked(/^(?:INPUT|FORWARD|OUTPUT)_ZONES$/, 'filter'),
  hooked(/^FORWARD_(?:IN|OUT)_ZONES$/, 'filter'),
  hooked(/^(?:PREROUTING|POSTROUTING|OUTPUT)_direct$/, 'nat'),
  hooked(/^(?:PREROUTING|POSTROUTING)_ZONES$/, 'nat'),
];

/** The word of a chain's name that says at which hook its author puts it. */
const WORDS: readonly (readonly [RegExp, HookName])[] = [
  [/(?:^|[-_])(?:PREROUTING|PRE)(?:[-_]|$)/, 'PREROUTING'],
  [/(?:^|[-_])(?:POSTROUTING|POST)(?:[-_]|$)/, 'POSTROUTING'],
  [/(?:^|[-_])(?:INPUT|input|INP)(?:[-_]|$)/, 'INPUT'],
  [/(?:^|[-_])(?:FORWARD|forward|FW[XIO])(?:[-_]|$)/, 'FORWARD'],
  [/(?:^|[-_])(?:OUTPUT|output|OUT)(?:[-_]|$)/, 'OUTPUT'],
];

function at(from: HookedAt['from'], condition = ''): HookedAt {
  return { from, condition };
}

/** @param places none: the built-in chain that the name itself holds, as in `cali-FORWARD` and `ufw-after-input`. */
function hooked(name: RegExp, table: TableName, ...at: HookedChain['at']): HookedChain {
  return { name, table, at };
}

/** What is known of a chain's entry. */
export interface KnownHook extends HookedAt {
  readonly chain: string;
  readonly table: TableName;
  /** The program that writes the jump; null where only the chain's name is known. */
  readonly owner: string | null;
  /** Place among the jumps of one built-in chain. */
  readonly order: number;
}

/** @returns the jumps by which the author of a chain of this name lets packets into it; none where nobody knows. */
export function hooksOf(chain: string, table: TableName, family: Family): readonly KnownHook[] {
  const order = HOOKED.findIndex((row) => row.table === table && row.name.test(chain));
  const row = HOOKED[order];
  if (row === undefined) return [];
  const named = WORDS.find(([word]) => word.test(chain))?.[1];
  const places: HookedChain['at'] = row.at.length === 0 && named !== undefined ? [at(named)] : row.at;
  return places
    .filter(({ only }) => only === undefined || only === family)
    .map(({ from, condition }) => ({ chain, table, from, condition, owner: ownerOf(chain), order }));
}

/** @returns the tables in which an author hooks chains of this name. */
export function tablesHooking(chain: string): readonly TableName[] {
  return HOOKED.filter(({ name }) => name.test(chain)).map(({ table }) => table);
}
