import { parseAddress } from '../../net/address.js';
import { parsePrefix } from '../../net/prefix.js';
import { parseAddressRange } from './addresses.js';
import { findPart, targetText, valueText } from './extension.js';
import { parseRange, parseUnsigned } from './values.js';
/** Targets that rewrite addresses. */
export const natTargets = {
    DNAT: {
        arity: { '--to-destination': 1, '--random': 0, '--random-fully': 0, '--persistent': 0 },
        read: (target, context) => readNat('dnat', '--to-destination', target, context),
    },
    SNAT: {
        arity: { '--to-source': 1, '--random': 0, '--random-fully': 0, '--persistent': 0 },
        read: (target, context) => readNat('snat', '--to-source', target, context),
    },
    MASQUERADE: {
        arity: { '--to-ports': 1, '--random': 0, '--random-fully': 0 },
        read: (target) => readPortsOnly('masquerade', target),
    },
    REDIRECT: {
        arity: { '--to-ports': 1, '--to-port': 1, '--random': 0, '--random-fully': 0 },
        read: (target) => readPortsOnly('redirect', target),
    },
    NETMAP: {
        arity: { '--to': 1 },
        read: (target, context) => {
            const part = findPart(target.parts, '--to');
            const prefix = part === null ? null : parsePrefix(valueText(part));
            if (prefix?.family !== context.family)
                return null;
            return { kind: 'netmap', value: prefix.value, mask: prefix.mask };
        },
    },
};
/**
 * Reads `1.2.3.4`, `1.2.3.4-1.2.3.9:80-90`, `:80`, `1.2.3.4:80-90/8000`, `[fd00::1]:80`, `[fd00::1-fd00::9]:80`.
 * @returns the range; null where the text is none, and where it holds what iptables never accepts: port 0 or the
 * unspecified address. An iptables-save older than the rule prints those (`--to-destination :0`, kubernetes#114537),
 * while the kernel holds a good address.
 */
export function parseNatRange(text, context) {
    const { addresses, ports: portText } = splitPorts(text, context);
    const range = addresses === '' ? null : parseAddressRange(addresses, context);
    if (addresses !== '' && (range === null || range.from === 0n))
        return null;
    if (portText === null)
        return range && { ...range, ports: null, portBase: null };
    const slash = portText.indexOf('/');
    const ports = readPorts(slash < 0 ? portText : portText.slice(0, slash));
    const portBase = slash < 0 ? null : parseUnsigned(portText.slice(slash + 1), 65535);
    if (ports === null || (slash >= 0 && portBase === null))
        return null;
    return { from: range?.from ?? null, to: range?.to ?? null, ports, portBase };
}
function splitPorts(text, context) {
    if (text.startsWith('[')) {
        const close = text.indexOf(']');
        const rest = text.slice(close + 1);
        if (close < 0 || (rest !== '' && !rest.startsWith(':')))
            return { addresses: text, ports: null };
        return { addresses: text.slice(1, close), ports: rest.startsWith(':') ? rest.slice(1) : null };
    }
    const colon = text.indexOf(':');
    const onlyPorts = colon === 0 && text[1] !== ':';
    if (colon < 0 || (context.family === 'ipv6' && !onlyPorts))
        return { addresses: text, ports: null };
    return { addresses: text.slice(0, colon), ports: text.slice(colon + 1) };
}
function readPorts(text) {
    const ports = parseRange(text, 65535, '-');
    return ports === null || ports.from === 0 ? null : ports;
}
/** A rule that cannot be read keeps `to: null`: a wrong address would be worse than none. */
function readNat(kind, flag, target, context) {
    const given = target.parts.filter((part) => part.flag.text === flag);
    const [only] = given;
    const readable = only !== undefined && given.length === 1 && target.strays.length === 0;
    return {
        kind,
        to: readable ? parseNatRange(valueText(only), context) : null,
        random: isRandom(target),
        persistent: findPart(target.parts, '--persistent') !== null,
        text: targetText(target),
    };
}
function readPortsOnly(kind, target) {
    const part = findPart(target.parts, '--to-ports', '--to-port');
    const ports = part === null ? null : readPorts(valueText(part));
    if (part !== null && ports === null)
        return null;
    return { kind, ports, random: isRandom(target) };
}
function isRandom(target) {
    return findPart(target.parts, '--random', '--random-fully') !== null;
}
/** @returns the address given, or null where it is unspecified or missing; undefined where it cannot be read. */
export function specifiedAddress(text) {
    if (text === null)
        return null;
    const address = parseAddress(text);
    if (address === null)
        return undefined;
    return address.value === 0n ? null : text;
}
