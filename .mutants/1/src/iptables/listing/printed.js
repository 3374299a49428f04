import { parsePrefix } from '../../net/prefix.js';
import { parsePortWord } from './service-names.js';
/** @returns an option as a save spells it. */
export function option(flag, negated, ...values) {
    return {
        flag: word(flag),
        bang: negated ? { word: word('!'), before: true } : null,
        values: values.map(word),
    };
}
/** @returns the match that stands for something a listing does not tell. */
export function lost(what, text, negated = false) {
    return { kind: 'lost', negated, what, text };
}
/** @returns a port or `from:to` in numbers for a word with numbers or service names, or null for an unknown name. */
export function portsInNumbers(text) {
    const ports = text.split(':').map(parsePortWord);
    return ports.includes(null) || ports.length > 2 ? null : ports.join(':');
}
/** Names that spell their address: those of AWS instances, and those of Pods in the cluster's DNS (Kubernetes DNS specification 1.1). */
const SPELT_NAMES = [
    /^ip-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})(?:\.(?:[a-z0-9-]+\.compute|ec2)\.internal)?$/,
    /^(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})\.(?:[a-z0-9-]+\.[a-z0-9-]+\.svc|[a-z0-9-]+\.pod)\.[a-z0-9.-]+$/,
];
const LOCAL_NAMES = new Set([
    'localhost',
    'localhost.localdomain',
    'ip6-localhost',
    'ip6-loopback',
]);
/** Networks of /etc/networks as netbase ships it. */
const NETWORK_NAMES = new Map([
    ['loopback', '127.0.0.0'],
    ['link-local', '169.254.0.0'],
]);
/**
 * Reads an address of a listing that was printed without `-n`, where the resolver's names replace addresses.
 * @param text an address or a name, with or without `/mask`.
 * @returns `text` in numbers and whether a name was read: the cloud's own spelling of an address
 * (`ip-10-42-0-0.eu-west-1.compute.internal`), `localhost`, or a network of /etc/networks. Null for any other name.
 */
export function parseAddressWord(text, family) {
    const plain = parsePrefix(text);
    if (plain !== null)
        return plain.family === family ? { text, named: false } : null;
    const slash = text.indexOf('/');
    const name = slash < 0 ? text : text.slice(0, slash);
    const mask = slash < 0 ? '' : text.slice(slash);
    let address;
    for (const pattern of SPELT_NAMES)
        address ??= pattern.exec(name)?.slice(1, 5).join('.');
    if (address !== undefined)
        return readNamed(address + mask, family);
    if (LOCAL_NAMES.has(name))
        address = family === 'ipv4' ? '127.0.0.1' : '::1';
    else if (slash >= 0)
        address = NETWORK_NAMES.get(name);
    return address === undefined ? null : readNamed(address + mask, family);
}
function readNamed(text, family) {
    return parsePrefix(text)?.family === family ? { text, named: true } : null;
}
function word(text) {
    return { text, style: /[\s"'\\]/.test(text) || text === '' ? 'quoted' : 'bare', blanks: 1 };
}
