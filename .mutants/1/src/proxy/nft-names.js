import { formatAddress, parseAddress } from '../net/address.js';
import { chainHash } from './hash.js';
/** Of the 256 bytes that knftables allows, 16 are kept for the prefix (chainNameBaseLengthMax). */
const LONGEST = 240;
const FORM = /^(service|local|external|firewall|endpoint|affinity)-([A-Z2-7]{8})-(.*)$/;
const REST = /^([^/]+)\/([^/]+)\/([a-z]+)\/([^/_]*)(?:__([^/]+)\/(\d+))?$/;
/**
 * @returns the name of a Service port's chain, as pkg/proxy/nftables/proxier.go of 1.29 to 1.36 makes it
 *   (servicePortChainNameBase, hashAndTruncate): `service-ULMVA6XW-ns1/svc1/tcp/p80`
 */
export function nftServiceName(prefix, service) {
    return `${prefix}-${nftBaseOf(service)}`;
}
/**
 * @returns the name of an endpoint's chain or affinity set (servicePortEndpointChainNameBase):
 *   `endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80`
 */
export function nftEndpointName(prefix, service, address, port) {
    const place = `${formatAddress(address).replaceAll(':', '.')}/${port}`;
    return `${prefix}-${hashed(`${baseOf(service)}__${place}`)}`;
}
/** @returns what a name tells; null where it is not that of one Service port or endpoint. */
export function parseNftName(name) {
    const [, prefix, hash = '', rest = ''] = FORM.exec(name) ?? [];
    if (prefix === undefined)
        return null;
    const base = `${hash}-${rest}`;
    const cut = base.length === LONGEST && base.endsWith('...');
    const parts = cut ? null : REST.exec(rest);
    const [, namespace = '', service = '', protocol = '', port = '', place, number] = parts ?? [];
    const address = place === undefined ? null : addressIn(place);
    return {
        prefix: prefix,
        base,
        service: parts === null ? null : { namespace, name: service, protocol, port },
        endpoint: address === null ? null : { address, port: Number(number) },
        cut,
    };
}
/** @returns true for the name of a chain that chooses among endpoints of one Service port: `service-…`, `local-…`. */
export function isChooser(name) {
    const prefix = parseNftName(name)?.prefix;
    return prefix === 'service' || prefix === 'local';
}
/** @returns true where the hash in a name is that of the rest: kube-proxy made it. Of a name that was cut this cannot be told. */
export function isConfirmed({ base, cut }) {
    return !cut && shortHash(base.slice(9)) === base.slice(0, 8);
}
/** @returns what all chains of a Service port share behind their prefix. */
export function nftBaseOf(service) {
    return hashed(baseOf(service));
}
/** Nobody writes a dotted IPv4 address of eight groups, and `::` is two dots. */
function addressIn(text) {
    const address = parseAddress(text) ?? parseAddress(text.replaceAll('.', ':'));
    return address === null ? null : formatAddress(address);
}
function baseOf({ namespace, name, protocol, port }) {
    return `${namespace}/${name}/${protocol.toLowerCase()}/${port}`;
}
function hashed(text) {
    const name = `${shortHash(text)}-${text}`;
    return name.length > LONGEST ? `${name.slice(0, LONGEST - 3)}...` : name;
}
function shortHash(text) {
    return chainHash(text).slice(0, 8);
}
