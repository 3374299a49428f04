import type { Host, Link } from '../host/facts.ts';
import type { Family } from '../net/address.ts';
import { deviceMatches } from '../rules/value-set.ts';
import type { Survey } from './rules/survey.ts';
import { deviceKey, isRouted } from './space/door-key.ts';
import { membersOf } from './space/set-partition.ts';
import type { Door, Mentioned } from './space/universe.ts';

/** @returns what packets of a family can have, by the rules and the hosts of both sides. */
export function gatherMentioned(
  survey: Pick<Survey, 'protocols' | 'devices' | 'sets'>,
  hosts: readonly [Host, Host],
  family: Family,
): Mentioned {
  const protocols = new Set(survey.protocols);
  const devices = new Set(survey.devices);
  for (const host of hosts) {
    for (const rule of host.policyRules[family] ?? []) {
      if (rule.protocol !== null) protocols.add(rule.protocol);
      if (rule.inInterface !== null) devices.add(rule.inInterface);
    }
    for (const name of survey.sets) takeSet(host, name, protocols, devices);
  }
  return {
    doors: [
      ...devicesOf(devices, hosts, family),
      { kind: 'node', bound: false },
      ...(hosts.some(({ links }) => links !== null) ? [{ kind: 'node', bound: true } as const] : []),
    ],
    protocols,
  };
}

/** Members of a set name protocols and interfaces as rules do. */
function takeSet(host: Host, name: string, protocols: Set<number>, devices: Set<string>): void {
  const set = host.ipsets?.get(name);
  if (set === undefined) return;
  if (set.type === 'list:set') {
    for (const { parts } of set.entries) {
      const inner = parts[0] ?? '';
      if (host.ipsets?.get(inner)?.type !== 'list:set') takeSet(host, inner, protocols, devices);
    }
    return;
  }
  if (!/port|iface/.test(set.type)) return;
  for (const { keys } of membersOf(set))
    for (const key of keys) {
      if (key.kind === 'port') protocols.add(key.protocol);
      if (key.kind === 'iface') devices.add(key.wildcard ? `${key.name}+` : key.name);
    }
}

/**
 * One interface for all that nothing can tell from it: neither a rule's pattern nor their own kind, switches and addresses
 * nor a route. The uplink first, then bridges: they are the ones shown as examples.
 */
function devicesOf(patterns: ReadonlySet<string>, hosts: readonly [Host, Host], family: Family): Door[] {
  // Without links the interface is an open question of the trace: rules that name one are answered both ways.
  if (hosts.every(({ links }) => links === null)) return [{ kind: 'in', device: undefined }];
  const usable = new Map<string, Link>();
  for (const { links } of hosts)
    for (const link of links ?? [])
      if (!link.loopback && !isBridgePort(links ?? [], link.master) && !usable.has(link.name))
        usable.set(link.name, link);
  for (const name of lonelyLinks(hosts)) usable.delete(name);
  const uplinks = new Set(
    hosts.flatMap((host) =>
      (host.routes[family] ?? [])
        .filter(({ destination }) => destination.mask === 0n)
        .flatMap(({ nextHops }) => nextHops.map(({ device }) => device)),
    ),
  );
  const rank = (link: Link): number =>
    uplinks.has(link.name)
      ? 0
      : link.kind === 'bridge'
        ? 1
        : [...patterns].some((pattern) => deviceMatches(link.name, pattern))
          ? 2
          : link.addresses.some(({ address }) => address.family === family)
            ? 3
            : 4;
  const names = [...usable.values()]
    .map((link) => ({ name: link.name, rank: rank(link) }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  const found = new Map<string, string>();
  for (const { name } of names) {
    const named = [...patterns].filter((pattern) => deviceMatches(name, pattern));
    const key = JSON.stringify([named, isRouted(hosts, name) ? name : null, deviceKey(hosts, name)]);
    if (!found.has(key)) found.set(key, name);
  }
  return [...found.values()].map((device) => ({ kind: 'in', device }));
}

/** @returns interfaces that only one side has: no packet can come in through them on both. */
export function lonelyLinks([before, after]: readonly [Host, Host]): string[] {
  if (before.links === null || after.links === null) return [];
  const has = (links: readonly Link[]) => (name: string) => links.some((link) => link.name === name);
  const lonely = (links: readonly Link[], others: readonly Link[]): string[] =>
    links
      .filter(({ loopback, master, name }) => !loopback && !isBridgePort(links, master) && !has(others)(name))
      .map(({ name }) => name);
  return [...lonely(before.links, after.links), ...lonely(after.links, before.links)].sort();
}

/** Ports of a bridge hand their packets to it: rules see the bridge. */
function isBridgePort(
  links: readonly { name: string; kind: string | null }[],
  master: string | null,
): boolean {
  return (
    master !== null && links.some(({ name, kind }) => name === master && (kind === 'bridge' || kind === null))
  );
}
