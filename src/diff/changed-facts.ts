import type { Host, IpSet } from '../host/facts.ts';
import { isLocalAddress } from '../host/local-addresses.ts';
import { jumpsOf } from '../iptables/jumps.ts';
import type { Rule, Ruleset, TableName } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import { Intervals } from '../net/intervals.ts';
import { lowered } from '../rules/lowered-rule.ts';
import type { IpsetLookup } from '../rules/test.ts';
import { fullTable } from '../trace/conntrack-full.ts';
import type { ReachFinder } from './rules/reach.ts';
import { textOf } from './rules/rule-key.ts';
import { type Box, intersect } from './space/box.ts';
import { membersOf } from './space/set-partition.ts';
import type { Space } from './space/space.ts';
import { bits, everything } from './space/universe.ts';

/** @returns the packets that may fare otherwise because of what changed beside the rules. */
export function boxesOfChangedFacts(
  space: Space,
  reach: ReachFinder,
  rulesets: readonly Ruleset[],
  sets: ReadonlySet<string>,
): Box[] {
  const [before, after] = space.hosts;
  const { family } = space.universe;
  const all = everything(space.universe);
  const { hasPolicy } = space.routing;
  const shared = sharedLinks(before, after);
  const [own, other] = [before, after].map((host) => switchesOf(host, family, shared, hasPolicy));
  if (own !== other) return [all];
  const full = isFullOnOneSide(before, after)
    ? [{ ...all, states: bits(space.universe.states, (state) => state === 'NEW') }]
    : [];
  if (policyOf(before, family) !== policyOf(after, family)) return [all];
  const changed = space.routing.changed();
  const unbound = bits(space.universe.doors, (door) => door.kind === 'node' && !door.bound);
  const routed = changed.isEmpty
    ? []
    : [...reach.boxesTowards(changed), { ...all, source: changed, doors: all.doors & ~unbound }].filter(
        ({ doors }) => doors !== 0n,
      );
  const redirecting = redirectingDoors(space, rulesets);
  if (redirecting !== 0n) routed.push({ ...all, doors: redirecting });
  return [...full, ...routed, ...[...sets].flatMap((name) => boxesOfSet(name, space, reach, rulesets))];
}

/** Switches that a trace asks: of routing, bridging, addresses, and of what matches are told. */
const SWITCHES =
  /^net\.ipv4\.ip_forward$|^net\.ipv[46]\.fwmark_reflect$|^net\.ipv[46]\.conf\..*\.(?:forwarding|force_forwarding|bc_forwarding|rp_filter|route_localnet|accept_local|src_valid_mark|send_redirects|proxy_arp|disable_ipv6|use_oif_addrs_only|use_tempaddr)$|^net\.bridge\.bridge-nf-call-|^net\.netfilter\.nf_conntrack_acct$/;

/** @returns true where a sysctl can decide what becomes of a packet. */
export function isSwitch(name: string): boolean {
  return SWITCHES.test(name);
}

/** @returns true where conntrack's table has no room for a new connection on one side alone. Its count differs between any two captures. */
export function isFullOnOneSide(before: Host, after: Host): boolean {
  return (fullTable(before) === null) !== (fullTable(after) === null);
}

/** A switch of an interface that only one side has is part of the interface's change; those of a bridge's ports are not asked. */
function sharedLinks(before: Host, after: Host): Set<string> {
  const others = new Set((after.links ?? []).map(({ name }) => name));
  return new Set(
    (before.links ?? [])
      .filter(({ name, master }) => master === null && others.has(name))
      .map(({ name }) => name),
  );
}

function switchesOf(host: Host, family: Family, shared: ReadonlySet<string>, hasPolicy: boolean): string {
  const other = family === 'ipv4' ? 'net.ipv6.' : 'net.ipv4.';
  const list = [...(host.sysctls ?? [])].filter(([name]) => {
    const device = /^net\.ipv[46]\.conf\.([^.]+)\./.exec(name)?.[1]?.replaceAll('/', '.');
    const counts = device === undefined || device === 'all' || shared.has(device);
    // A mark that is asked of the way back counts only where a policy rule asks for marks.
    if (!hasPolicy && name.endsWith('.src_valid_mark')) return false;
    return isSwitch(name) && !name.startsWith(other) && counts;
  });
  const links = (host.links ?? [])
    .filter(
      ({ kind, group, master }) => kind === 'bridge' || master !== null || (group ?? 'default') !== 'default',
    )
    .map(({ name, kind, group, master, hairpin, isolated, callsIptables }) =>
      master === null
        ? `${name} ${kind} ${group} ${callsIptables?.join() ?? ''}`
        : `port of ${master} ${group} ${hairpin} ${isolated}`,
    );
  // Ports of a bridge come and go with pods; what counts is whether they are alike.
  return JSON.stringify([
    host.sysctls === null,
    list.sort(),
    host.links === null,
    [...new Set(links)].sort(),
  ]);
}

function policyOf(host: Host, family: Family): string {
  return JSON.stringify(host.policyRules[family], (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
}

/** @returns true where a set holds the same on both sides. */
export function sameSet(before: IpSet | undefined, after: IpSet | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  const shape = ({ type, family, options, entries }: IpSet): string =>
    JSON.stringify([
      type,
      family,
      options.filter(
        (word) =>
          !/^\d+$/.test(word) &&
          word !== 'hashsize' &&
          word !== 'maxelem' &&
          word !== 'bucketsize' &&
          word !== 'initval',
      ),
      entries.map((entry) => JSON.stringify(entry)).sort(),
    ]);
  return shape(before) === shape(after);
}

function boxesOfSet(name: string, space: Space, reach: ReachFinder, rulesets: readonly Ruleset[]): Box[] {
  const [before, after] = space.hosts.map((host) => host.ipsets?.get(name));
  const [known, knownAfter] = space.hosts.map((host) => host.ipsets !== null);
  if (known === knownAfter && sameSet(before, after) && !isList(before)) return [];
  const changed = changedAddresses(before, after);
  const boxes: Box[] = [];
  for (const { table, rule } of rulesAsking(name, rulesets)) {
    for (const box of reach.boxesOf(table, rule.chain, rule)) {
      const [side] = lookUpIn(name, rule)?.directions ?? [];
      // Before the security table SNAT may have written any source.
      if (changed === null || side !== 'src' || table === 'security') boxes.push(box);
      else boxes.push(...narrowSource(box, changed, space, mayRewriteSource(rulesets)));
    }
  }
  return boxes;
}

/** Processes of the node have their own source, whatever the box says. */
function narrowSource(box: Box, changed: Intervals, space: Space, rewritten: boolean): Box[] {
  const inside = bits(space.universe.doors, ({ kind }) => kind === 'in');
  const all = everything(space.universe);
  // A process sends from an address of its node, and MASQUERADE writes one.
  const local = space.routing.where('own', (host, address) => isLocalAddress(host, address) !== false);
  const own = rewritten || !local.and(changed).isEmpty;
  return [
    intersect(box, { ...all, doors: inside, source: changed }),
    own ? intersect(box, { ...all, doors: all.doors & ~inside }) : null,
  ].filter((one) => one !== null);
}

/** SNAT can give a packet any source before it comes back in through lo. */
function mayRewriteSource(rulesets: readonly Ruleset[]): boolean {
  return hasTarget(rulesets, ['SNAT', 'NETMAP']);
}

function hasTarget(rulesets: readonly Ruleset[], targets: readonly string[]): boolean {
  return rulesets.some(({ tables }) => {
    const nat = tables.get('nat');
    return nat !== undefined && jumpsOf(nat).to(targets).length > 0;
  });
}

/** REDIRECT sends a packet to the first address of the interface it came in through. */
function redirectingDoors({ universe, hosts }: Space, rulesets: readonly Ruleset[]): bigint {
  if (!hasTarget(rulesets, ['REDIRECT'])) return 0n;
  const addresses = (host: Host, device: string): string =>
    JSON.stringify(
      host.links
        ?.find(({ name }) => name === device)
        ?.addresses.flatMap(({ address, tentative }) =>
          address.family === universe.family ? [`${address.value} ${tentative}`] : [],
        ) ?? null,
    );
  return bits(
    universe.doors,
    (door) =>
      door.kind === 'in' &&
      door.device !== undefined &&
      addresses(hosts[0], door.device) !== addresses(hosts[1], door.device),
  );
}

function isList(set: IpSet | undefined): boolean {
  return set?.type === 'list:set';
}

/** @returns the addresses that only one side holds, for sets that ask for one address alone; null for others. */
function changedAddresses(before: IpSet | undefined, after: IpSet | undefined): Intervals | null {
  if (before === undefined || after === undefined || before.type !== after.type) return null;
  if (!/:(?:ip|net)$/.test(before.type) || before.type.includes(',')) return null;
  if (
    [before, after].some(
      (set) => set.entries.some(({ nomatch }) => nomatch) || set.options.includes('netmask'),
    )
  )
    return null;
  const held = [before, after].map((set) => {
    const width = set.family === 'ipv4' ? 32 : 128;
    return Intervals.of(
      membersOf(set).flatMap(({ keys }) =>
        keys.flatMap((key): [bigint, bigint][] =>
          key.kind === 'address' ? [[key.value, key.value + (1n << BigInt(width - key.length)) - 1n]] : [],
        ),
      ),
    );
  });
  const [own, other] = held;
  if (own === undefined || other === undefined) return null;
  const gone = own.without(other);
  const come = other.without(own);
  return Intervals.of([...gone.ranges(), ...come.ranges()]);
}

function* rulesAsking(
  name: string,
  rulesets: readonly Ruleset[],
): Generator<{ table: TableName; rule: Rule }> {
  const seen = new Set<string>();
  for (const { tables } of rulesets)
    for (const table of tables.values())
      for (const { rules } of table.chains.values())
        for (let index = 0; index < rules.length; index++) {
          if (!rules.text(index).includes(` ${name} `)) continue;
          const rule = rules.at(index);
          const key = `${table.name} ${rule.chain} ${lowered(rule).tests.map(textOf).join()}`;
          if (seen.has(key) || !(lookUpIn(name, rule) !== null || mapsFrom(name, rule))) continue;
          seen.add(key);
          yield { table: table.name, rule };
        }
}

/** The first look-up of a rule in this set. */
function lookUpIn(name: string, rule: Rule): IpsetLookup | null {
  for (const test of lowered(rule).tests) if (test.field === 'ipset' && test.in.set === name) return test.in;
  return null;
}

/** Whether a rule gives packets what this set holds beside their addresses. */
function mapsFrom(name: string, rule: Rule): boolean {
  const { effect } = lowered(rule);
  return effect?.kind === 'change-sets' && effect.maps?.set === name;
}
