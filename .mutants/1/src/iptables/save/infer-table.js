const TARGET_TABLES = new Map([
    ['DNAT', 'nat'],
    ['SNAT', 'nat'],
    ['MASQUERADE', 'nat'],
    ['REDIRECT', 'nat'],
    ['NETMAP', 'nat'],
    ['NOTRACK', 'raw'],
    ['CT', 'raw'],
    ['TPROXY', 'mangle'],
    ['TTL', 'mangle'],
    ['HL', 'mangle'],
    ['DSCP', 'mangle'],
    ['TOS', 'mangle'],
    ['ECN', 'mangle'],
    ['CLASSIFY', 'mangle'],
    ['REJECT', 'filter'],
]);
/** Works out the table of an `iptables -S` output: first from its built-in chains, then targets and chain names. */
export function inferTable(chains, known) {
    const policies = [...chains.values()].filter((chain) => chain.policy !== null);
    const builtIn = new Set(policies.map((chain) => chain.name));
    const all = (...names) => names.every((name) => builtIn.has(name));
    if (all('FORWARD', 'POSTROUTING'))
        return { table: 'mangle', because: 'it has the chains of mangle' };
    if (all('PREROUTING', 'POSTROUTING'))
        return { table: 'nat', because: 'it has the chains of nat' };
    if (all('PREROUTING', 'OUTPUT'))
        return { table: 'raw', because: 'it has the chains of raw' };
    if (all('INPUT', 'FORWARD', 'OUTPUT'))
        return { table: 'filter', because: 'it has the chains of filter' };
    return (fromRules(chains, known) ??
        fromNames(chains, known) ?? { table: 'filter', because: 'that is the default' });
}
function fromRules(chains, known) {
    for (const { rules } of chains.values()) {
        for (let index = 0; index < rules.length; index++) {
            const target = rules.targetName(index) ?? '';
            const table = TARGET_TABLES.get(target) ?? known.tableOf(target);
            if (table !== null)
                return { table, because: `a rule has the target ${target}` };
        }
    }
    return null;
}
function fromNames(chains, known) {
    for (const name of chains.keys()) {
        const table = known.tableOf(name);
        if (table !== null)
            return { table, because: `it has a chain ${name}` };
    }
    const forward = chains.has('FORWARD');
    for (const name of ['PREROUTING', 'POSTROUTING']) {
        if (chains.has(name))
            return { table: forward ? 'mangle' : 'nat', because: `it has a chain ${name}` };
    }
    return null;
}
