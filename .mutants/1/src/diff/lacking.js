import { completeListings } from '../explain/question/complete-listing.js';
import { forwards } from '../host/sysctl.js';
import { HOOK_NAMES } from '../iptables/ruleset.js';
/**
 * For each fact about a node, what a capture without it leaves open: everything that such a file could hold could differ
 * between the sides, and let packets fare otherwise. A fact that is not asked by any rule or route of either side is no gap.
 */
const GAPS = {
    links: ({ links }, { families }) => {
        const gap = { file: 'ip-addr.json', settle: 'capture `ip -j -d addr`' };
        if (links === null)
            return [{ ...gap, what: 'the addresses and interfaces of the node' }];
        const addresses = links.flatMap((link) => link.addresses);
        // Loopback has an address of each family that is on: a listing without one is of the other (`ip -4 addr`).
        return families
            .filter((family) => addresses.every(({ address }) => address.family !== family))
            .map((family) => ({ ...gap, what: `${IN_WORDS[family]} addresses of the node`, partly: true }));
    },
    routes: ({ routes }, { families }) => families.flatMap((family) => {
        const option = family === 'ipv6' ? '-6 ' : '';
        const file = family === 'ipv6' ? 'ip6-route.json' : 'ip-route.json';
        const gap = { file, settle: `capture \`ip -j ${option}route show table all\`` };
        const list = routes[family];
        if (list === null)
            return [{ ...gap, what: `${IN_WORDS[family]} routes` }];
        if (list.some(({ table }) => table === 'local'))
            return [];
        return [{ ...gap, what: `${IN_WORDS[family]} routes of other tables than main`, partly: true }];
    }),
    policyRules: ({ policyRules }, { families }) => families
        .filter((family) => policyRules[family] === null)
        .map((family) => ({
        file: family === 'ipv6' ? 'ip6-rule.json' : 'ip-rule.json',
        what: `${IN_WORDS[family]} policy routing rules`,
        settle: `capture \`ip -j ${family === 'ipv6' ? '-6 ' : ''}rule\``,
    })),
    sysctls: (host, { families }) => {
        const gap = { file: 'sysctl.txt', settle: 'capture `sysctl -a`' };
        if (host.sysctls === null)
            return [{ ...gap, what: 'forwarding, rp_filter and other sysctls' }];
        return families
            .filter((family) => forwards(host, family, 'all') === null)
            .map((family) => ({
            ...gap,
            what: `whether the node forwards ${IN_WORDS[family]} packets`,
            partly: true,
        }));
    },
    ipsets: ({ ipsets }, { sets }) => {
        const gap = { file: 'ipset.txt', settle: 'capture `ipset save`' };
        if (sets.size === 0)
            return [];
        if (ipsets === null)
            return [{ ...gap, what: 'the members of the ipsets that rules ask' }];
        return [...withMembers(ipsets, sets)]
            .filter((name) => ipsets.get(name)?.incomplete !== undefined || !ipsets.has(name))
            .map((name) => ({ ...gap, what: `the members of ipset ${name}`, partly: true }));
    },
    // Which clients a list holds is what packets left there, and is asked as an open question.
    recent: () => [],
    nft: ({ nft }) => nft === null
        ? [
            {
                file: 'nft.json',
                what: 'rules of native nftables, which may drop what iptables accepts',
                settle: 'capture `nft -j list ruleset`',
            },
        ]
        : [],
};
const IN_WORDS = { ipv4: 'IPv4', ipv6: 'IPv6' };
/** The sets that a list holds are asked as it is. */
function withMembers(ipsets, sets) {
    const all = new Set(sets);
    for (const name of sets) {
        const set = ipsets.get(name);
        if (set?.type === 'list:set')
            for (const { parts } of set.entries)
                if (parts[0] !== undefined)
                    all.add(parts[0]);
    }
    return all;
}
/** Rules that a dump which broke off has lost, or that a listing of some tables or chains does not show. */
function gapsOfRules({ known: { rulesets }, namer }, { families }) {
    const taken = completeListings(rulesets, namer.naming).rulesets;
    return rulesets.flatMap((ruleset, at) => {
        const { family, cut, tables } = ruleset;
        if (!families.includes(family))
            return [];
        const file = RULES[family];
        const gap = { file, settle: settleRules(file), partly: true };
        if (cut !== undefined || [...tables.values()].some((table) => table.cut !== undefined))
            return [{ ...gap, what: `${IN_WORDS[family]} rules behind the place where the dump breaks off` }];
        if (taken[at]?.form === 'save')
            return [];
        const hidden = TABLES.filter((name) => !isShown(tables.get(name)));
        if (hidden.length === 0)
            return [];
        const what = `${IN_WORDS[family]} rules of ${hidden.length === 1 ? 'table' : 'tables'} ${hidden.join(', ')}`;
        return [{ ...gap, what }];
    });
}
/** A listing of a table begins with its built-in chains. */
function isShown(table) {
    return HOOK_NAMES.some((name) => (table?.chains.get(name)?.policy ?? null) !== null);
}
function settleRules(file) {
    return `capture \`${file.replace('.txt', '')} -c\``;
}
const RULES = { ipv4: 'iptables-save.txt', ipv6: 'ip6tables-save.txt' };
const TABLES = ['raw', 'mangle', 'nat', 'filter'];
/**
 * @param sides as they were captured: not what one was lent by the other
 * @returns what one side or both do not tell
 */
export function lackingOf([before, after], asked) {
    const kinds = Object.keys(GAPS);
    const gapsOf = (state) => [
        ...gapsOfRules(state, asked),
        ...rulesMissing(state, asked),
        ...kinds.flatMap((kind) => GAPS[kind](state.host, asked)),
    ];
    const key = ({ file, what }) => `${file} ${what}`;
    const [own, other] = [gapsOf(before), gapsOf(after)];
    const found = new Map([...own, ...other].map((gap) => [key(gap), gap]));
    const has = (gaps) => new Set(gaps.map(key));
    const [lacksOwn, lacksOther] = [has(own), has(other)];
    const lacking = [...found].map(([name, { file, what, settle, partly }]) => {
        const held = lacksOwn.has(name) ? (lacksOther.has(name) ? 'neither' : 'after') : 'before';
        return { file, held, partly: partly === true, what, settle };
    });
    return [...lacking, ...hairpinGaps(before.host, after.host)];
}
/** A family whose rules one side alone has. Where neither has them, its packets are not asked about. */
function rulesMissing({ known: { rulesets } }, { families }) {
    return families
        .filter((family) => rulesets.every((ruleset) => ruleset.family !== family))
        .map((family) => ({
        file: RULES[family],
        what: `${IN_WORDS[family]} rules of iptables`,
        settle: settleRules(RULES[family]),
    }));
}
/**
 * Which port of a bridge a packet came in by is not followed: where some ports have hairpin mode and others do not, and not
 * the same ones on both sides, a pod that reaches itself may do so on one side alone; and so where one side alone tells it.
 */
function hairpinGaps(before, after) {
    const [own, other] = [portsWithout(before), portsWithout(after)];
    return [...own].flatMap(([bridge, ports]) => {
        const others = other.get(bridge);
        if (others === undefined || others === ports)
            return [];
        const gap = { file: 'ip-addr.json', partly: true };
        if (ports !== null && others !== null) {
            if (isUniform(ports) && isUniform(others))
                return [];
            const what = `which port of ${bridge} a pod is behind, of which not all have hairpin mode`;
            return [{ ...gap, held: 'neither', what, settle: null }];
        }
        const what = `whether the ports of ${bridge} have hairpin mode`;
        return [{ ...gap, held: ports === null ? 'after' : 'before', what, settle: 'capture `ip -j -d addr`' }];
    });
}
/** No port has hairpin mode. */
const ALL = 'all';
/** The trace follows bridges whose ports are alike. */
function isUniform(ports) {
    return ports === ALL || ports === '';
}
/** @returns for each bridge the ports that lack hairpin mode, as one text; null where that is not told. */
function portsWithout({ links }) {
    const bridges = new Set((links ?? []).flatMap(({ master }) => master ?? []));
    return new Map([...bridges].map((bridge) => {
        const ports = (links ?? []).filter(({ master }) => master === bridge);
        const without = ports.filter(({ hairpin }) => hairpin === false);
        if (ports.some(({ hairpin }) => hairpin === undefined))
            return [bridge, null];
        return [
            bridge,
            without.length === ports.length
                ? ALL
                : without
                    .map(({ name }) => name)
                    .sort()
                    .join(),
        ];
    }));
}
const HELD = {
    neither: 'neither side tells',
    before: 'only the first side tells',
    after: 'only the second side tells',
};
/** @returns what a comparison takes to be the same on both sides for want of a file. */
export function noteOf({ file, held, what, settle }) {
    return {
        code: 'not-captured',
        text: `taken to be the same on both sides: ${what} (${file}: ${HELD[held]})`,
        settle,
    };
}
