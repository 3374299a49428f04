import { type Address, formatAddress, parseAddress } from '../net/address.ts';
import { chainHash, type ServicePortName } from './hash.ts';

/** Chains, sets and maps of one Service port or endpoint, by what their names begin with. */
export type NftPrefix = 'service' | 'local' | 'external' | 'firewall' | 'endpoint' | 'affinity';

/** What the name of such a chain or set tells. */
export interface NftName {
  readonly prefix: NftPrefix;
  /** What follows the prefix; the same for all chains of one Service port. */
  readonly base: string;
  /** Null where the name was cut. */
  readonly service: ServicePortName | null;
  /** For `endpoint-` and `affinity-`; null else, and where the name was cut. */
  readonly endpoint: { readonly address: string; readonly port: number } | null;
  /** The name was too long for the kernel. */
  readonly cut: boolean;
}

/** Of the 256 bytes that knftables allows, 16 are kept for the prefix (chainNameBaseLengthMax). */
const LONGEST = 240;

const FORM = /^(service|local|external|firewall|endpoint|affinity)-([A-Z2-7]{8})-(.*)$/;
const REST = /^([^/]+)\/([^/]+)\/([a-z]+)\/([^/_]*)(?:__([^/]+)\/(\d+))?$/;

/**
 * @returns the name of a Service port's chain, as pkg/proxy/nftables/proxier.go of 1.29 to 1.36 makes it
 *   (servicePortChainNameBase, hashAndTruncate): `service-ULMVA6XW-ns1/svc1/tcp/p80`
 */
export function nftServiceName(
  prefix: Exclude<NftPrefix, 'endpoint' | 'affinity'>,
  service: ServicePortName,
): string {
  return `${prefix}-${nftBaseOf(service)}`;
}

/**
 * @returns the name of an endpoint's chain or affinity set (servicePortEndpointChainNameBase):
 *   `endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80`
 */
export function nftEndpointName(
  prefix: Extract<NftPrefix, 'endpoint' | 'affinity'>,
  service: ServicePortName,
  address: Address,
  port: number,
): string {
  const place = `${formatAddress(address).replaceAll(':', '.')}/${port}`;
  return `${prefix}-${hashed(`${baseOf(service)}__${place}`)}`;
}

/** @returns what a name tells; null where it is not that of one Service port or endpoint. */
export function parseNftName(name: string): NftName | null {
  const [, prefix, hash = '', rest = ''] = FORM.exec(name) ?? [];
  if (prefix === undefined) return null;
  const base = `${hash}-${rest}`;
  const cut = base.length === LONGEST && base.endsWith('...');
  const parts = cut ? null : REST.exec(rest);
  const [, namespace = '', service = '', protocol = '', port = '', place, number] = parts ?? [];
  const address = place === undefined ? null : addressIn(place);
  return {
    prefix: prefix as NftPrefix,
    base,
    service: parts === null ? null : { namespace, name: service, protocol, port },
    endpoint: address === null ? null : { address, port: Number(number) },
    cut,
  };
}

/** @returns true for the name of a chain that chooses among endpoints of one Service port: `service-…`, `local-…`. */
export function isChooser(name: string): boolean {
  const prefix = parseNftName(name)?.prefix;
  return prefix === 'service' || prefix === 'local';
}

/** @returns true where the hash in a name is that of the rest: kube-proxy made it. Of a name that was cut this cannot be told. */
export function isConfirmed({ base, cut }: NftName): boolean {
  return !cut && shortHash(base.slice(9)) === base.slice(0, 8);
}

/** @returns what all chains of a Service port share behind their prefix. */
export function nftBaseOf(service: ServicePortName): string {
  return hashed(baseOf(service));
}

/** Nobody writes a dotted IPv4 address of eight groups, and `::` is two dots. */
function addressIn(text: string): string | null {
  const address = parseAddress(text) ?? parseAddress(text.replaceAll('.', ':'));
  return address === null ? null : formatAddress(address);
}

function baseOf({ namespace, name, protocol, port }: ServicePortName): string {
  return `${namespace}/${name}/${protocol.toLowerCase()}/${port}`;
}

function hashed(text: string): string {
  const name = `${shortHash(text)}-${text}`;
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 3)}...` : name;
}

function shortHash(text: string): string {
  return chainHash(text).slice(0, 8);
}
