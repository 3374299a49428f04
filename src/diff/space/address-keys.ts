import { addressType } from '../../host/address-type.ts';
import type { Host } from '../../host/facts.ts';
import { findRoute, type RouteAnswer } from '../../host/find-route.ts';
import { ipv6Class } from '../../host/ipv6-address-class.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';
import type { RouteQuery } from '../../host/route-query.ts';
import { reversePath } from '../../host/route-reverse.ts';
import { masqueradeAddress, sourceForOutput } from '../../host/source-address.ts';
import { ADDRESS_BITS, type Address, type Family, formatAddress } from '../../net/address.ts';
import { SPECIAL_RANGES } from '../../net/special-ranges.ts';
import { isBridge } from '../../trace/bridge.ts';
import { weightsOf } from '../../trace/sent-route.ts';
import type { Door } from './universe.ts';

/** `hop` is where the packet goes next; it decides nothing, but it is part of the outcome. */
export function destinationKey(
  host: Host,
  address: Address,
  kind: Door['kind'],
): { readonly kind: string; readonly hop: string } {
  const { family } = address;
  const unbound: Address = { family, value: 0n };
  const route = findRoute(
    host,
    kind === 'in' ? queryOf(address, null, null) : queryOf(address, unbound, 'lo'),
  );
  const own = kind === 'node' ? sourceForOutput(host, route, address) : null;
  const rewritten =
    route.kind === 'route' && route.device !== null
      ? masqueradeAddress(host, family, route.device, route.gateway ?? address, address)
      : null;
  const key = JSON.stringify([
    isLocalAddress(host, address),
    classOf(address),
    routeKey(route),
    own === null ? null : sameOrText(own, address),
    rewritten === null ? null : formatAddress(rewritten),
    kind === 'in' ? bridgedNetworks(host, address) : [],
  ]);
  return { kind: key, hop: JSON.stringify(hopsOf(route)) };
}

/**
 * What the kernel says of a source depends on the destination only by what kind of address that is, and on the interface it
 * leaves by only where that is the one it came in by.
 */
export function judgedAs(
  host: Host,
  source: Address,
  device: string | undefined,
): { readonly text: string; readonly turnsBack: boolean } {
  if (device === undefined) return { text: classOf(source), turnsBack: false };
  const { family } = source;
  const open = { mark: 0, protocol: null, sourcePort: null, destinationPort: null };
  const ways = DESTINATIONS[family].map((destination) =>
    [null, device, ''].map(
      (outInterface) =>
        reversePath(host, { source, destination, outInterface, inInterface: device, ...open }).answer,
    ),
  );
  const linkLocal = family === 'ipv6' && ipv6Class(source.value).linkLocal;
  return {
    text: `${family === 'ipv6' ? classOf(source) : ''} ${ways.flat().join(' ')}`,
    turnsBack:
      linkLocal || isBridge(host, device) !== false || ways.some(([, same, other]) => same !== other),
  };
}

/** One destination of each kind that the checks of a source tell apart: 192.0.2.1, 127.0.0.1, 0.0.0.0, 224.0.0.1, 255.255.255.255. */
const DESTINATIONS: Readonly<Record<Family, readonly Address[]>> = {
  ipv4: addressesOf('ipv4', [0xc0000201n, 0x7f000001n, 0n, 0xe0000001n, 0xffffffffn]),
  ipv6: addressesOf('ipv6', [0x20010db8n << 96n, 1n]),
};

function addressesOf(family: Family, values: readonly bigint[]): Address[] {
  return values.map((value) => ({ family, value }));
}

/** What an address is by its bits alone. */
function classOf({ family, value }: Address): string {
  if (family === 'ipv6') return JSON.stringify(ipv6Class(value));
  if (value === 0n || value === 0xffffffffn) return String(value);
  if (value >> 28n === 0xen) return value >> 8n === 0xe00000n ? 'link multicast' : 'multicast';
  return value >> 24n === 127n ? 'loopback' : 'other';
}

/** The networks of bridges: what stays within one is handed on by the bridge, shown to iptables or not. */
function bridgedNetworks(host: Host, address: Address): string[] {
  const networks = networksOf(host, address);
  return networks.filter((network) => isBridge(host, network.split(' ')[0] ?? '') !== false);
}

export function sourceKey(host: Host, address: Address): string {
  const unbound: Address = { family: address.family, value: 0n };
  return JSON.stringify([
    isLocalAddress(host, address),
    typesOf(host, address),
    routeKey(findRoute(host, queryOf(address, unbound, 'lo'))),
    SPECIAL_RANGES[address.family].map(([from, to]) => address.value >= from && address.value <= to),
    networksOf(host, address),
  ]);
}

/** A process that sends to an address of its node sends from it: the same for all such addresses. */
function sameOrText(own: Address, destination: Address): string {
  return own.value === destination.value ? 'itself' : formatAddress(own);
}

function typesOf(host: Host, address: Address): readonly string[] | string {
  const answer = addressType(host, address.family, address, null);
  return answer.kind === 'unknown' ? answer.why.code : answer.types;
}

function networksOf(host: Host, address: Address): string[] {
  const bits = BigInt(ADDRESS_BITS[address.family]);
  return (host.links ?? []).flatMap(({ name, addresses }) =>
    addresses
      .filter((entry) => {
        const shift = bits - BigInt(entry.prefixLength);
        return (
          entry.address.family === address.family && entry.address.value >> shift === address.value >> shift
        );
      })
      .map((entry) => `${name} ${entry.address.value === address.value}`),
  );
}

function routeKey(answer: RouteAnswer): unknown {
  if (answer.kind === 'unknown')
    return [answer.kind, answer.why.code, answer.unlessOwn === undefined ? null : routeKey(answer.unlessOwn)];
  if (answer.kind !== 'route') return answer.kind;
  return [
    answer.type,
    answer.device,
    answer.gateway === null,
    answer.preferredSource === null ? null : formatAddress(answer.preferredSource),
    answer.alternatives.map(({ device, gateway }) => [device, gateway === null]),
  ];
}

function hopsOf(answer: RouteAnswer): unknown {
  if (answer.kind !== 'route') return null;
  const gateways = [answer, ...answer.alternatives].map(({ gateway }) =>
    gateway === null ? null : formatAddress(gateway),
  );
  return answer.alternatives.length === 0 ? gateways : [...gateways, ...weightsOf(answer)];
}

export function queryOf(
  destination: Address,
  source: Address | null,
  inInterface: string | null,
): RouteQuery {
  return {
    family: destination.family,
    destination,
    source,
    mark: 0,
    inInterface,
    outInterface: null,
    protocol: null,
    sourcePort: null,
    destinationPort: null,
    uid: null,
  };
}
