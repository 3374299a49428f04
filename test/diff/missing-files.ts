import { compareStates, type DiffOptions } from '../../src/diff/compare-states.ts';
import type { Diff } from '../../src/diff/document.ts';
import type { Known } from '../../src/explain/question/question.ts';
import type { Host, Link, NftFacts } from '../../src/host/facts.ts';
import { UNKNOWN_CLUSTER } from '../../src/kubernetes/objects.ts';
import { AddressBook } from '../../src/proxy/addresses.ts';
import { packetOf, type Rules, worldOf } from '../trace/ask.ts';
import { type NodeChanges, nodeOf } from '../trace/node.ts';
import { SETS } from './small-rules.ts';

/** Facts of the node that stand in files of their own. */
export const FACTS = ['links', 'details', 'routes', 'policyRules', 'sysctls', 'ipsets', 'nft'] as const;

/** One of them. */
export type Fact = (typeof FACTS)[number];

const NFT: NftFacts = { iptablesBaseChains: new Set(), nativeChains: [], kubeProxyTable: false };

const BLOCKING: NftFacts = {
  ...NFT,
  nativeChains: [
    {
      ...{ family: 'inet', table: 'firewall', chain: 'forward', hook: 'forward' },
      ...{ priority: 0, policy: 'drop', rules: 1 },
    },
  ],
};

/** What may have happened to the node beside its rules, and which file alone tells of it. */
export const EVENTS = {
  'forwarding is off': { told: 'sysctls', node: { sysctls: { 'net.ipv4.ip_forward': '0' } } },
  'a strict rp_filter': { told: 'sysctls', node: { sysctls: { 'net.ipv4.conf.all.rp_filter': '1' } } },
  'a set has one member more': { told: 'ipsets', node: { ipsets: `${SETS}add blocked 8.8.8.8\n` } },
  'the default route is gone': { told: 'routes', node: {} },
  'a policy rule is a blackhole': {
    told: 'policyRules',
    node: { rules: [{ priority: 100, src: 'all', action: 'blackhole', dst: '8.8.4.4' }] },
  },
  'a native table drops': { told: 'nft', node: {} },
  'one port has no hairpin mode': { told: 'links', node: {} },
  'two ports are isolated': { told: 'details', node: {} },
} as const satisfies Readonly<Record<string, { readonly told: Fact; readonly node: NodeChanges }>>;

/** One of them. */
export type Event = keyof typeof EVENTS;

/** @returns the node, of which everything was captured, after this happened to it. */
export function nodeAfter(event: Event | null): Host {
  const plain = nodeOf({ ipsets: SETS, ...(event === null ? {} : EVENTS[event].node) });
  const hairpin = (link: Link): Link =>
    link.master === null ? link : { ...link, hairpin: true, isolated: false };
  const host: Host = { ...plain, nft: NFT, links: plain.links?.map(hairpin) ?? null };
  switch (event) {
    case 'the default route is gone':
      return {
        ...host,
        routes: {
          ...host.routes,
          ipv4: host.routes.ipv4?.filter(({ destination }) => destination.mask !== 0n) ?? null,
        },
      };
    case 'a native table drops':
      return { ...host, nft: BLOCKING };
    case 'one port has no hairpin mode':
      return {
        ...host,
        links:
          host.links?.map((link) => (link.name === 'veth1' ? { ...link, hairpin: false } : link)) ?? null,
      };
    case 'two ports are isolated':
      return {
        ...host,
        links: host.links?.map((link) => (link.master === null ? link : { ...link, isolated: true })) ?? null,
      };
    default:
      return host;
  }
}

/** @returns the node as a capture without these files tells of it. */
export function without(host: Host, facts: readonly Fact[]): Host {
  const none = { ipv4: null, ipv6: null };
  const lost: { readonly [F in Fact]: Partial<Host> } = {
    links: { links: null },
    // As `ip addr` tells it without -d.
    details: {
      links:
        host.links?.map(({ hairpin: _h, isolated: _i, callsIptables: _c, tunnel: _t, ...link }) => ({
          ...link,
          kind: null,
        })) ?? null,
    },
    routes: { routes: none },
    policyRules: { policyRules: none },
    sysctls: { sysctls: null },
    ipsets: { ipsets: null },
    nft: { nft: null },
  };
  return Object.assign({}, host, ...facts.map((fact) => lost[fact]));
}

/** @returns what the program knows of a node with these rules. */
export function knownWith(rules: Rules, host: Host): Known {
  return {
    ...{ rulesets: worldOf(rules, packetOf({}), { host }).rulesets, host, cluster: UNKNOWN_CLUSTER },
    ...{ book: new AddressBook(UNKNOWN_CLUSTER), proxyMode: 'iptables', flows: null, node: null },
  };
}

/** Compares two captures. */
export function diff(
  before: Known,
  after: Known,
  { strict = false, budget = 20_000, senders = null }: Partial<DiffOptions> = {},
): Pick<Diff, 'identical' | 'proof' | 'witnesses' | 'state' | 'linkLocal' | 'rules'> {
  return compareStates(before, after, { budget, senders, service: null, strict });
}
