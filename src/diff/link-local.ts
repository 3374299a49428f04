import type { Host, Link } from '../host/facts.ts';
import { ipv6Class } from '../host/ipv6-address-class.ts';
import { type Address, formatAddress } from '../net/address.ts';
import type { LinkLocal } from './document.ts';
import type { DifferingClass } from './explore/explore.ts';
import { sameOutcomes } from './explore/fate.ts';

/** Link-local addresses of interfaces that one side alone has. */
export interface RenewedAddresses {
  readonly before: ReadonlyMap<bigint, string>;
  readonly after: ReadonlyMap<bigint, string>;
}

/**
 * The kernel makes them up anew for each interface that is made: after a reboot every veth has another. Nothing that is
 * written down anywhere names them, so a difference that is one of these addresses alone tells of the reboot and of nothing else.
 * @returns IPv6 link-local addresses of interfaces that one side alone has, as `address on interface`
 */
export function renewedAddresses(before: Host, after: Host): RenewedAddresses {
  const [own, other] = [linkLocalOf(before), linkLocalOf(after)];
  return { before: lackingIn(own, other), after: lackingIn(other, own) };
}

function linkLocalOf({ links }: Host): Map<bigint, string> {
  return new Map(
    (links ?? []).flatMap((link) =>
      ownLinkLocal(link).map((value): [bigint, string] => [
        value,
        `${formatAddress({ family: 'ipv6', value })} on ${link.name}`,
      ]),
    ),
  );
}

function lackingIn(
  own: ReadonlyMap<bigint, string>,
  other: ReadonlyMap<bigint, string>,
): Map<bigint, string> {
  return new Map([...own].filter(([value]) => !other.has(value)));
}

/**
 * @returns the second node with the link-local addresses that interfaces of the same names have on the first: then nothing that
 * is compared differs for them.
 */
export function withAddressesOf(before: Host, after: Host): Host {
  let links: Host['links'] | undefined;
  let routes: Host['routes']['ipv6'] | undefined;
  let renewed: ReadonlyMap<bigint, bigint> | undefined;
  const same = (address: Address): Address => {
    renewed ??= pairedAddresses(before, after);
    const value = renewed.get(address.value);
    return value === undefined || address.family === 'ipv4' ? address : { ...address, value };
  };
  return {
    policyRules: after.policyRules,
    ...(after.listedTables && { listedTables: after.listedTables }),
    recent: after.recent,
    get sysctls() {
      return after.sysctls;
    },
    get ipsets() {
      return after.ipsets;
    },
    get nft() {
      return after.nft;
    },
    get links() {
      links ??= (after.links ?? null)?.map((link) => ({
        ...link,
        addresses: link.addresses.map((entry) => ({ ...entry, address: same(entry.address) })),
      }));
      return links ?? null;
    },
    routes: {
      get ipv4() {
        return after.routes.ipv4;
      },
      get ipv6() {
        routes ??= after.routes.ipv6?.map((route) => ({
          ...route,
          destination: { ...route.destination, value: same(route.destination).value },
          preferredSource: route.preferredSource === null ? null : same(route.preferredSource),
        }));
        return routes ?? null;
      },
    },
  };
}

/** New addresses with those that the interfaces of the same names had; of interfaces that have as many as before. */
function pairedAddresses(before: Host, after: Host): Map<bigint, bigint> {
  const paired = new Map<bigint, bigint>();
  const named = new Map((before.links ?? []).map((link) => [link.name, link]));
  for (const link of after.links ?? []) {
    const twin = named.get(link.name);
    if (twin === undefined) continue;
    const [own, other] = [ownLinkLocal(twin), ownLinkLocal(link)];
    const gone = own.filter((value) => !other.includes(value));
    const come = other.filter((value) => !own.includes(value));
    if (gone.length !== come.length) continue;
    for (const [at, value] of come.entries()) paired.set(value, gone[at] ?? value);
  }
  return paired;
}

function ownLinkLocal({ addresses }: Link): bigint[] {
  return addresses
    .map(({ address }) => address)
    .filter(({ family, value }) => family === 'ipv6' && ipv6Class(value).linkLocal)
    .map(({ value }) => value);
}

/** @returns true for a link-local address that one side alone has. */
export function isRenewed({ family, value }: Address, { before, after }: RenewedAddresses): boolean {
  return family === 'ipv6' && (before.has(value) || after.has(value));
}

/** @returns true where the class is of packets to or from such an address, or would fare alike if these were the same on both sides. */
export function tellsOfRenewal(one: DifferingClass, renewed: RenewedAddresses): boolean {
  const { family, source, destination } = one.packet;
  if (family === 'ipv4' || renewed.before.size + renewed.after.size === 0) return false;
  const isAside = (address: Address): boolean => isRenewed(address, renewed);
  if (isAside(destination) || (source.address !== null && isAside(source.address))) return true;
  if (isGroupOf(destination, renewed)) return true;
  return sameOutcomes(one.before, one.after, isAside);
}

/** ff02::1:ff00:0/104 with the last 24 bits of an address: the group by which neighbours look for it. */
function isGroupOf({ value }: Address, { before, after }: RenewedAddresses): boolean {
  if (value >> 24n !== SOLICITED_NODE) return false;
  return [...before.keys(), ...after.keys()].some((own) => (own & 0xffffffn) === (value & 0xffffffn));
}

const SOLICITED_NODE = ((0xff02n << 112n) | (0x1ffn << 24n)) >> 24n;

/**
 * @param classes how many classes of packets were put aside for them: those of interfaces that one side alone has
 * @returns what the answer says of them; null where there is nothing to say.
 */
export function describeRenewal({ before, after }: RenewedAddresses, classes: number): LinkLocal | null {
  if (before.size + after.size === 0) return null;
  return { before: [...before.values()].sort(), after: [...after.values()].sort(), classes };
}
