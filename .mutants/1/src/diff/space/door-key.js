import { formatAddress } from '../../net/address.js';
/**
 * @returns a text that is equal for interfaces of which nothing but a rule that names them, and the routes through them, can
 * tell one from another, on both nodes.
 */
export function deviceKey(hosts, device) {
    return JSON.stringify(hosts.map((host) => {
        const link = host.links?.find(({ name }) => name === device);
        return [
            link?.kind,
            link?.group,
            link?.loopback,
            link?.master,
            link?.callsIptables,
            link?.addresses.map(({ address }) => formatAddress(address)),
            ports(host, device),
            switchesOf(host, device),
        ];
    }));
}
/** @returns true where a route of one of the hosts leads out through the interface: answers to some senders do. */
export function isRouted(hosts, device) {
    return hosts.some((host) => Object.values(host.routes).some((routes) => routes?.some(({ nextHops }) => nextHops.some((hop) => hop.device === device))));
}
/** What a bridge's ports let pass (`bridgeTurnsBack`); empty for anything else. */
function ports(host, device) {
    const all = (host.links ?? []).filter(({ master }) => master === device);
    const modes = all.map(({ hairpin, isolated }) => `${hairpin} ${isolated}`);
    return [all.length > 0, ...new Set(modes)];
}
const SWITCHES = new WeakMap();
function switchesOf(host, device) {
    let known = SWITCHES.get(host);
    if (known === undefined) {
        known = new Map();
        for (const [name, value] of host.sysctls ?? []) {
            const [, family, link, key] = /^net\.(ipv[46])\.conf\.(.+)\.([^.]+)$/.exec(name) ?? [];
            if (link === undefined)
                continue;
            const list = known.get(link);
            const text = `${family} ${key}=${value}`;
            if (list === undefined)
                known.set(link, [text]);
            else
                list.push(text);
        }
        for (const list of known.values())
            list.sort();
        SWITCHES.set(host, known);
    }
    return known.get(device.replaceAll('.', '/')) ?? known.get(device) ?? [];
}
