import { type Fields, numberInText, objectOf, objectsOf, textOf, textsOf } from '../json/fields.ts';
import { readJsonObjects } from '../json/read-json.ts';
import { ADDRESS_BITS, type Family, parseAddress } from '../net/address.ts';
import { maskOfLength } from '../net/prefix.ts';
import type { ProblemList } from '../problems/problem.ts';
import { addressesAsJson } from './addresses-text.ts';
import type { Link, LinkAddress } from './facts.ts';
import { isTextForm } from './text-forms.ts';

/**
 * Reads `ip -j addr` or `ip -j -d addr` (iproute2 4.18 and later), or `ip addr` as text.
 * @returns the links in the order of the dump, or null where the text cannot be read as a whole. Never throws.
 */
export function parseLinks(text: string, file: string, problems: ProblemList): Link[] | null {
  const objects = readJsonObjects(isTextForm(text, 'address') ? addressesAsJson(text) : text, file, problems);
  if (objects === null) return null;
  const links: Link[] = [];
  for (const object of objects) {
    const name = textOf(object.ifname);
    if (name === null || name === '') {
      problems.add('unreadable-link', {}, file);
      continue;
    }
    links.push(readLink(object, name, file, problems));
  }
  return links;
}

function readLink(object: Fields, name: string, file: string, problems: ProblemList): Link {
  const flags = textsOf(object.flags);
  const info = objectOf(object.linkinfo);
  const port = objectOf(info?.info_slave_data);
  const addresses: LinkAddress[] = [];
  let isWhole = true;
  for (const entry of objectsOf(object.addr_info)) {
    const address = readAddress(entry);
    if (address !== null) addresses.push(address);
    else if (entry.family === 'inet' || entry.family === 'inet6') {
      isWhole = false;
      problems.add('unreadable-address', { link: name }, file);
    }
  }
  return {
    index: numberInText(object.ifindex) ?? 0,
    name,
    up: flags.includes('UP'),
    ...(flags.includes('NO-CARRIER') ? { carrier: false as const } : {}),
    ...readMtu(object.mtu),
    loopback: flags.includes('LOOPBACK') || object.link_type === 'loopback',
    addresses,
    ...(isWhole ? {} : { incomplete: true as const }),
    group: textOf(object.group),
    mac: object.link_type === 'ether' || object.link_type === undefined ? textOf(object.address) : null,
    master: textOf(object.master),
    kind: info === null ? kindByFlags(flags) : textOf(info.info_kind),
    ...(typeof port?.hairpin === 'boolean' ? { hairpin: port.hairpin } : {}),
    ...(typeof port?.isolated === 'boolean' ? { isolated: port.isolated } : {}),
    ...(objectOf(object.xdp) === null ? {} : { xdp: true as const }),
    ...readCalls(objectOf(info?.info_data)),
    ...readTunnel(objectOf(info?.info_data)),
  };
}

function readMtu(value: unknown): Pick<Link, 'mtu'> {
  const mtu = numberInText(value);
  return mtu === null ? {} : { mtu };
}

/**
 * Without -d only flags tell a bond (IFF_MASTER) and a VRF (IFF_NOARP too: vrf_dev_init, drivers/net/vrf.c) from a bridge: all
 * have ports that name them as their master.
 */
function kindByFlags(flags: readonly string[]): Link['kind'] {
  if (!flags.includes('MASTER')) return null;
  return flags.includes('NOARP') ? 'vrf' : 'bond';
}

/** Without br_netfilter the kernel does not print these switches (br_fill_info). */
function readCalls(bridge: Fields | null): Pick<Link, 'callsIptables'> {
  const keys = { ipv4: 'nf_call_iptables', ipv6: 'nf_call_ip6tables' } as const;
  if (bridge === null || !Object.hasOwn(bridge, keys.ipv4)) return {};
  const families: readonly Family[] = ['ipv4', 'ipv6'];
  return { callsIptables: families.filter((family) => numberInText(bridge[keys[family]]) === 1) };
}

/** The ends of a tunnel: `local` (VXLAN of IPv6: `local6`) and `port`, or `port` alone where the device has no address of its own. */
function readTunnel(data: Fields | null): Pick<Link, 'tunnel'> {
  if (data === null || !['local', 'local6', 'port'].some((key) => Object.hasOwn(data, key))) return {};
  const local = textOf(data.local) ?? textOf(data.local6) ?? '';
  return { tunnel: { local: parseAddress(local), port: numberInText(data.port) } };
}

function readAddress(entry: Fields): LinkAddress | null {
  const address = parseAddress(textOf(entry.local) ?? '');
  const family: Family | null = entry.family === 'inet' ? 'ipv4' : entry.family === 'inet6' ? 'ipv6' : null;
  const prefixLength = numberInText(entry.prefixlen);
  if (address === null || prefixLength === null) return null;
  if (address.family !== family || prefixLength > ADDRESS_BITS[family]) return null;
  // With a peer, the prefix length belongs to the peer's address (ifa_address in the kernel).
  const peer = parseAddress(textOf(entry.address) ?? '');
  const mask = maskOfLength(family, prefixLength);
  return {
    address,
    prefixLength,
    scope: readScope(entry),
    secondary: entry.secondary === true,
    deprecated: entry.deprecated === true || entry.optimistic === true,
    peer: peer !== null && peer.family === family ? { family, value: peer.value & mask, mask } : null,
    // An optimistic address is used while duplicate detection still runs (IFA_F_OPTIMISTIC, ipv6_chk_addr_and_flags).
    ...((entry.tentative === true && entry.optimistic !== true) || entry.dadfailed === true
      ? { tentative: true }
      : {}),
    ...(entry.temporary === true ? { temporary: true } : {}),
  };
}

function readScope(entry: Fields): string {
  const scope = entry.scope;
  if (typeof scope === 'number') return String(scope);
  return typeof scope === 'string' ? scope : 'global';
}
