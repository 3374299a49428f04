import { compareFamily, type FamilyComparison } from '../../src/diff/compare-family.ts';
import { type State, stateOf } from '../../src/diff/two-sides.ts';
import type { Host } from '../../src/host/facts.ts';
import { UNKNOWN_CLUSTER } from '../../src/kubernetes/objects.ts';
import { AddressBook } from '../../src/proxy/addresses.ts';
import { packetOf, type Rules, worldOf } from '../trace/ask.ts';
import { nodeOf } from '../trace/node.ts';

/** A node with a set `blocked` that holds 8.8.8.8. */
export const PLAIN: Host = nodeOf({ ipsets: 'create blocked hash:ip family inet\nadd blocked 8.8.8.8\n' });

/** The same node, of which all that `diff` asks was captured: nftables holds no native rules. */
export const CAPTURED: Host = {
  ...PLAIN,
  nft: { iptablesBaseChains: new Set(), nativeChains: [], kubeProxyTable: false },
};

/** @returns a state of these IPv4 rules on this node, of a cluster that nothing is known of. */
export function stateFrom(rules: Rules, host: Host): State {
  return stateOf({
    ...{ rulesets: worldOf(rules, packetOf({}), { host }).rulesets, host, cluster: UNKNOWN_CLUSTER },
    ...{ book: new AddressBook(UNKNOWN_CLUSTER), proxyMode: 'iptables', flows: null, node: null },
  });
}

/** Compares two sets of rules, on one node or on one each. */
export function compare(
  before: Rules,
  after: Rules,
  hosts: readonly [Host, Host] = [PLAIN, PLAIN],
  budget = 5000,
): FamilyComparison {
  const states = [stateFrom(before, hosts[0]), stateFrom(after, hosts[1])] as const;
  return compareFamily(states, 'ipv4', { budget, senders: null, native: 'alike' });
}

/** @returns a nat table with these rules. */
export const nat = (rules: string, chains = ''): string => `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
${chains}${rules}
COMMIT
`;

/** @returns a filter table with these rules; the policy is that of FORWARD. */
export const filter = (rules: string, policy = 'ACCEPT'): string => `*filter
:INPUT ACCEPT [0:0]
:FORWARD ${policy} [0:0]
:OUTPUT ACCEPT [0:0]
${rules}
COMMIT
`;
