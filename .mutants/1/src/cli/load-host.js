import { parseIpsets } from '../host/parse-ipsets.js';
import { parseLinks } from '../host/parse-links.js';
import { parsePolicyRules } from '../host/parse-policy-rules.js';
import { parseRecent } from '../host/parse-recent.js';
import { parseRoutes } from '../host/parse-routes.js';
import { parseSysctls } from '../host/parse-sysctls.js';
import { summaryOf } from '../nftables/summary.js';
import { once } from './once.js';
import { textOf } from './sort-sources.js';
/** @returns the node's facts; each is parsed when first asked for. */
export function loadHost(sources, problems, ruleset) {
    const only = (kind, parse) => once(() => {
        const [first, ...more] = sources.get(kind) ?? [];
        reportRepeats(more, problems);
        const text = first === undefined ? null : textOf(first.source, problems);
        return first === undefined || text === null
            ? null
            : parse(text, first.source.name, first.source.cut === true);
    });
    const links = once(() => loadLinks(sources.get('ip-addr') ?? [], problems));
    const nft = once(() => {
        const listed = ruleset();
        return listed === null ? null : summaryOf(listed);
    });
    const ipsets = only('ipset', (text, file, cut) => byName(parseIpsets(text, file, problems, cut)));
    const sysctls = only('sysctl', (text, _file, cut) => parseSysctls(cut ? text.slice(0, text.lastIndexOf('\n') + 1) : text));
    const recent = once(() => loadRecent(sources.get('recent') ?? [], problems));
    const routes = perFamily(sources.get('ip-route') ?? [], parseRoutes, problems);
    const policyRules = perFamily(sources.get('ip-rule') ?? [], parsePolicyRules, problems);
    return {
        get links() {
            return links().all;
        },
        get someLinks() {
            return links().some;
        },
        routes,
        policyRules,
        get sysctls() {
            return sysctls();
        },
        get ipsets() {
            return ipsets();
        },
        get recent() {
            return recent();
        },
        get nft() {
            return nft();
        },
    };
}
/** Of addresses, routes and policy rules a missing one changes the answer for all packets: what broke off is not used. */
function wholeTextOf(source, problems) {
    if (source.cut !== true)
        return textOf(source, problems);
    problems.add('truncated', 'it breaks off, so it is not used: what is missing could change the answer', source.name);
    return null;
}
/**
 * A listing belongs to the family that its content or its name tells. `ip route show table all` lists IPv6 routes too:
 * they are used where no listing of their own was given.
 */
function perFamily(sources, parse, problems) {
    const read = (family) => {
        const own = sources.filter((source) => source.family === family);
        reportRepeats(own.slice(1), problems);
        const unclear = sources.find((source) => source.family === null);
        const chosen = own[0] ?? unclear ?? (family === 'ipv6' ? sources[0] : undefined);
        const text = chosen === undefined ? null : wholeTextOf(chosen.source, problems);
        if (chosen === undefined || text === null)
            return null;
        const found = parse(text, family, chosen.source.name, problems);
        // In another family's listing, none found means that they were not asked for.
        return chosen !== own[0] && found?.length === 0 ? null : found;
    };
    const ipv4 = once(() => read('ipv4'));
    const ipv6 = once(() => read('ipv6'));
    return {
        get ipv4() {
            return ipv4();
        },
        get ipv6() {
            return ipv6();
        },
    };
}
/** `ip -4 addr` and `ip -6 addr` tell of the same links: their addresses are joined by the link's name. */
function loadLinks(sources, problems) {
    const links = new Map();
    let read = false;
    for (const sorted of sources) {
        const text = wholeTextOf(sorted.source, problems);
        if (text === null)
            continue;
        const found = parseLinks(text, sorted.source.name, problems);
        let more = !read;
        read ||= found !== null;
        for (const link of found ?? []) {
            const known = links.get(link.name);
            const families = new Set(known?.addresses.map(({ address }) => address.family));
            const added = link.addresses.filter(({ address }) => !families.has(address.family));
            more ||= known === undefined || added.length > 0;
            if (known === undefined)
                links.set(link.name, link);
            else
                links.set(link.name, { ...known, addresses: [...known.addresses, ...added] });
        }
        if (!more && found !== null)
            reportRepeats([sorted], problems);
    }
    const all = [...links.values()];
    // Every network namespace has its loopback link: a listing without it is of single links (`ip addr show dev eth0`).
    const [first] = all;
    if (first === undefined || all.some(({ loopback, name }) => loopback || name === 'lo'))
        return { all: read ? all : null, some: [] };
    const names = all.map(({ name }) => name).join(', ');
    problems.add('partial-listing', `only the addresses that it shows are used: it lists ${names} only, without the loopback link; list all links with \`ip -j addr\``, sources[0]?.source.name ?? null);
    return { all: null, some: all };
}
function loadRecent(sources, problems) {
    if (sources.length === 0)
        return null;
    const lists = new Map();
    for (const { source } of sources) {
        const text = textOf(source, problems) ?? '';
        lists.set(source.name.slice(source.name.lastIndexOf('/') + 1), parseRecent(text, source.name, problems));
    }
    return lists;
}
function byName(sets) {
    return new Map(sets.map((set) => [set.name, set]));
}
function reportRepeats(more, problems) {
    for (const { source } of more) {
        problems.add('repeated-input', 'not used: the same output was given before', source.name);
    }
}
