/** The Services whose endpoints were exchanged while their flows were open. */
const STALE = {
    '10.96.10.40 5353': 'shop/udp-stale',
    '192.168.100.11 30100': 'shop/udp-stale-np',
    '192.168.100.12 30100': 'shop/udp-stale-np',
};
/** @returns what the clients of the open flows saw as they connected, as pairs are told: one for each client and destination. */
export function pairsOfFlows({ flows }) {
    const groups = new Map();
    for (const [place, made] of Object.entries(flows?.made ?? {})) {
        for (const flow of made) {
            const [source = ''] = flow.src.split(' ');
            const key = [source, flow.dst, flow.proto].join();
            const group = groups.get(key) ?? { first: flow, kind: kindOf(place), seen: [] };
            group.seen.push(seenOf(flow));
            groups.set(key, group);
        }
    }
    return [...groups.values()].map(({ first, kind, seen }) => {
        const [ip = '', port = ''] = first.dst.split(' ');
        const [source = ''] = first.src.split(' ');
        const service = STALE[first.dst];
        return {
            client: { kind, name: '', ip: source },
            clientAddr: [source],
            dst: { ip, port: Number(port), proto: first.proto, ...(service === undefined ? {} : { service }) },
            outcome: [...new Set(seen)].join('+'),
            attempts: seen.length,
            backends: {},
        };
    });
}
/** The lab's network namespaces, seen from node-1: its pods are numbered from 11, those of node-2 from 21. */
function kindOf(place) {
    if (place === 'lab-ext')
        return 'external';
    if (place === 'lab-node')
        return 'node';
    if (place === 'lab-node2')
        return 'remote-node';
    return place.startsWith('lab-p1') ? 'pod' : 'remote-pod';
}
function seenOf({ error }) {
    if (error === undefined)
        return 'reached';
    return /refused/.test(error) ? 'rejected' : 'timeout';
}
