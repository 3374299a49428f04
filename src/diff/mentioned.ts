import type { Host } from '../host/facts.ts';
import { type Address, type Family, formatAddress } from '../net/address.ts';
import type { Survey } from './rules/survey.ts';
import type { Door, Mentioned } from './space/universe.ts';

/** Processes bind to one of so many local addresses; more are not followed. */
const MOST_OWN = 6;

/** Interfaces that nothing but their name tells apart stand for one another; so many kinds are followed. */
const MOST_DEVICES = 16;

/** @returns what packets of a family can have, by the rules and the hosts of both sides. */
export function gatherMentioned(survey: Survey, hosts: readonly [Host, Host], family: Family): Mentioned {
  const marks = new Set(survey.marks);
  const protocols = new Set(survey.protocols);
  for (const host of hosts) {
    for (const rule of host.policyRules[family] ?? []) {
      if (rule.mark !== null && rule.mark !== 0) marks.add(rule.mark >>> 0);
      if (rule.protocol !== null) protocols.add(rule.protocol);
    }
  }
  return {
    doors: [...devicesOf(survey, hosts, family), ...processesOf(hosts, family)],
    states: survey.states,
    marks,
    protocols,
    icmp: survey.icmp,
  };
}

function devicesOf(survey: Survey, hosts: readonly [Host, Host], family: Family): Door[] {
  // Without links the interface is an open question of the trace: rules that name one are answered both ways.
  if (hosts.every(({ links }) => links === null)) return [{ kind: 'in', device: undefined }];
  const names = new Set<string>();
  // The uplink first, then bridges and others that routes lead to, then those that rules name, then the rest.
  for (const host of hosts)
    for (const { destination, nextHops } of host.routes[family] ?? [])
      if (destination.mask === 0n) for (const { device } of nextHops) if (device !== null) names.add(device);
  const links = hosts.flatMap((host) => host.links ?? []);
  const usable = links.filter(({ loopback, master }) => !loopback && !isBridgePort(links, master));
  for (const { name, kind } of usable) if (kind === 'bridge') names.add(name);
  const named = usable.filter(({ name }) =>
    [...survey.devices].some(
      (pattern) =>
        pattern.replace(/\+$/, '') === name ||
        (pattern.endsWith('+') && name.startsWith(pattern.slice(0, -1))),
    ),
  );
  // One interface for each pattern that names several.
  for (const pattern of survey.devices) {
    const first = named.find(({ name }) =>
      pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
    );
    if (first !== undefined) names.add(first.name);
  }
  for (const { name, addresses } of usable)
    if (addresses.some(({ address }) => address.family === family)) names.add(name);
  const [other] = usable.filter(({ name }) => !names.has(name));
  if (other !== undefined) names.add(other.name);
  return [...names].slice(0, MOST_DEVICES).map((device) => ({ kind: 'in', device }));
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

function processesOf(hosts: readonly [Host, Host], family: Family): Door[] {
  const own = new Map<string, Address>();
  for (const { links } of hosts)
    for (const { addresses } of links ?? [])
      for (const { address, scope } of addresses)
        if (address.family === family && scope !== 'link') own.set(formatAddress(address), address);
  const bound = [...own.values()].slice(0, MOST_OWN);
  return [{ kind: 'node', source: null }, ...bound.map((source): Door => ({ kind: 'node', source }))];
}
