import { hash } from 'node:crypto';
import { socketText } from '../net/socket.js';
import { chainName } from './chains.js';
/** The prefixes, in the order in which a packet may meet them. */
export const SERVICE_PREFIXES = ['SVC', 'SVL', 'EXT', 'FW', 'XLB'];
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/**
 * @returns the 16 characters that end a chain name: base32 of the first ten bytes of the SHA-256.
 * (`portProtoHash` and `servicePortEndpointChainName` in pkg/proxy/iptables/proxier.go, 1.20 to 1.36.)
 */
export function chainHash(text) {
    const digest = hash('sha256', text, 'hex');
    // 40 bits are eight letters, and a plain number holds them exactly.
    return (letters(Number.parseInt(digest.slice(0, 10), 16)) + letters(Number.parseInt(digest.slice(10, 20), 16)));
}
function letters(bits) {
    let text = '';
    let rest = bits;
    for (let i = 0; i < 8; i++) {
        text = (BASE32[rest % 32] ?? '') + text;
        rest = Math.floor(rest / 32);
    }
    return text;
}
/**
 * @returns the texts that are hashed for a Service port, the usual one first. Releases before 1.20 wrote a colon after
 * the name of a Service whose port has no name (`kube-system/canal-etcd:`).
 */
export function hashedTexts(service) {
    const name = `${service.namespace}/${service.name}`;
    const protocol = service.protocol.toLowerCase();
    if (service.port !== '')
        return [`${name}:${service.port}${protocol}`];
    return [name + protocol, `${name}:${protocol}`];
}
/** @returns the endpoint as it is hashed and written after `->`: `10.0.0.1:80`, `[fd00::1]:80`. */
export function endpointText(address, port) {
    return socketText(address, port);
}
/** @returns the five chain names of a Service port, as releases since 1.20 write them. */
export function serviceChainNames(service) {
    const hash = chainHash(hashedTexts(service)[0] ?? '');
    return {
        SVC: chainName('SVC', hash),
        SVL: chainName('SVL', hash),
        EXT: chainName('EXT', hash),
        FW: chainName('FW', hash),
        XLB: chainName('XLB', hash),
    };
}
/** @returns the chain name of one endpoint of a Service port, as releases since 1.20 write it. */
export function endpointChainName(service, address, port) {
    return chainName('SEP', chainHash((hashedTexts(service)[0] ?? '') + endpointText(address, port)));
}
