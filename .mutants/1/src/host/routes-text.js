import { pairsOf } from './text-forms.js';
const ROUTE_TYPES = /^(?:unicast|local|broadcast|anycast|multicast|blackhole|unreachable|prohibit|throw|nat)$/;
const ROUTE_PAIRS = ['dev', 'table', 'proto', 'scope', 'metric', 'from', 'tos', 'pref'];
/** @returns `ip route` as `ip -j route` prints it; an encapsulation is left out, the device and gateway tell the way. */
export function routesAsJson(text) {
    const routes = [];
    for (const line of text.split('\n')) {
        const words = line.trim().split(/\s+/);
        if (words[0] === '' || words[0] === undefined)
            continue;
        if (words[0] === 'nexthop') {
            const route = routes.at(-1);
            if (route === undefined)
                continue;
            const hops = Array.isArray(route.nexthops) ? route.nexthops : [];
            hops.push({ ...hopOf(line), ...pairsOf(line, ['weight']) });
            route.nexthops = hops;
            continue;
        }
        const type = ROUTE_TYPES.test(words[0]) ? words.shift() : undefined;
        const dst = words.shift();
        const tail = ` ${words.join(' ')}`;
        const { proto, ...pairs } = pairsOf(tail, ROUTE_PAIRS);
        const flags = ['onlink', 'dead', 'linkdown', 'pervasive', 'unresolved'].filter((flag) => words.includes(flag));
        routes.push({
            ...(type === undefined ? {} : { type }),
            dst,
            ...pairs,
            ...hopOf(tail),
            ...(proto === undefined ? {} : { protocol: proto }),
            ...(pairs.metric === undefined ? {} : { metric: Number(pairs.metric) }),
            ...renamed(tail, 'src', 'prefsrc'),
            flags,
        });
    }
    return JSON.stringify(routes);
}
function hopOf(text) {
    const via = / via (?:(inet6?) )?(\S+)/.exec(text);
    const [, family, gateway] = via ?? [];
    const device = pairsOf(text, ['dev']);
    if (gateway === undefined)
        return device;
    return family === undefined ? { ...device, gateway } : { ...device, via: { family, host: gateway } };
}
function renamed(text, word, key) {
    const value = new RegExp(` ${word} (\\S+)`).exec(text)?.[1];
    return value === undefined ? {} : { [key]: value };
}
