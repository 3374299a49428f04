import { command, joined } from '../../command/command.js';
import { parseAddress } from '../../net/address.js';
import { maskOfLength, prefixContains } from '../../net/prefix.js';
import { bridgeCallsIptables, isBridge } from '../../trace/bridge.js';
import { listed } from '../../words/numbers.js';
import { onlyService, serviceNames } from '../affected.js';
import { setSysctl } from '../commands.js';
import { factEvidence } from '../evidence.js';
/** Answers between pods of one bridge skip iptables, so nobody translates them back. */
export const bridgeNetfilterOff = {
    code: 'KP115',
    title: 'bridge-nf-call-iptables is off',
    find(context) {
        const { host } = context.known;
        // A few sysctls by themselves say nothing of those that are not among them.
        if (context.notCompared !== null || host.sysctls === null || host.sysctls.size < WHOLE)
            return [];
        const off = FAMILIES.flatMap((family) => switchedOff(context, family));
        const [first, second] = off;
        // Without br_netfilter neither switch is there: one fault.
        if (first !== undefined && second !== undefined && first.value === null && second.value === null)
            return [findingOf({ ...first, ports: [...first.ports, ...second.ports] })];
        return off.map(findingOf);
    },
};
const FAMILIES = ['ipv4', 'ipv6'];
function switchedOff(context, family) {
    const { host } = context.known;
    // With --masquerade-all answers come back to the node whoever asked.
    if (context.detection(family).kind === 'all')
        return [];
    const bridges = (host.links ?? []).filter(({ name, up }) => up && isBridge(host, name) === true && bridgeCallsIptables(host, family, name) === false);
    const hit = bridges.flatMap((bridge) => (context.expected ?? [])
        .filter((port) => port.family === family && isBehind(port, bridge))
        .map((port) => ({ port, bridge })));
    const [first] = hit;
    if (first === undefined)
        return [];
    const option = `net.bridge.bridge-nf-call-${family === 'ipv4' ? 'iptables' : 'ip6tables'}`;
    const value = host.sysctls?.get(option) ?? null;
    return [{ option, value, bridge: first.bridge.name, ports: hit.map(({ port }) => port) }];
}
function findingOf({ option, value, bridge, ports }) {
    const names = serviceNames(ports);
    return {
        code: 'KP115',
        severity: 'error',
        message: `answers between pods behind ${bridge} skip iptables (${option} is ${value ?? 'not there: br_netfilter is not loaded'}): a pod that asks ${listed(names, 3)} and gets an endpoint on this node times out`,
        service: onlyService(ports),
        objects: names,
        hits: `pods behind ${bridge}, whenever the chosen endpoint is behind ${bridge} too; other endpoints and clients work, so it looks random`,
        evidence: [
            factEvidence(value === null ? `${option} is not among the captured sysctls` : `${option} = ${value}`),
            factEvidence(`${bridge} is a bridge with pods of this node`),
        ],
        advice: 'load br_netfilter and set the switch to 1, in /etc/modules-load.d and /etc/sysctl.d so that it stays',
        command: joined('if-done', command('modprobe', 'br_netfilter'), setSysctl(option, 1)),
        certainty: value === null ? 'probable' : 'certain',
    };
}
/** `sysctl -a` prints some thousand, a chosen few of `net.` still dozens. */
const WHOLE = 20;
function isBehind({ endpoints, family }, bridge) {
    return endpoints.some(({ address: text, ready }) => {
        const address = parseAddress(text);
        return (ready &&
            address !== null &&
            networksOf(bridge, family).some((network) => prefixContains(network, address)));
    });
}
function networksOf({ addresses }, family) {
    return addresses
        .filter(({ address, scope, prefixLength }) => address.family === family && scope !== 'link' && prefixLength < (family === 'ipv4' ? 32 : 128))
        .map(({ address, prefixLength }) => {
        const mask = maskOfLength(family, prefixLength);
        return { family, value: address.value & mask, mask };
    });
}
