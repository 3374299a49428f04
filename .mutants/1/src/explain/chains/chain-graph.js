/** Built-in chains that a dump of the table always shows; nat got INPUT with Linux 2.6.36, so it may be absent. */
const BUILT_IN = {
    raw: ['PREROUTING', 'OUTPUT'],
    mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
    nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
    filter: ['INPUT', 'FORWARD', 'OUTPUT'],
    security: ['INPUT', 'FORWARD', 'OUTPUT'],
};
/** Words behind `-j` that are no chains. Any other word without a chain of that name is a jump out of the dump. */
const TARGETS = 'ACCEPT DROP RETURN REJECT QUEUE NFQUEUE DNAT SNAT MASQUERADE REDIRECT NETMAP DNPT SNPT TPROXY SYNPROXY MARK CONNMARK ' +
    'HMARK NOTRACK CT DSCP TOS TTL HL AUDIT CHECKSUM CLASSIFY CONNSECMARK ECN IDLETIMER LED LOG NFLOG RATEEST SECMARK SET ' +
    'TCPMSS TCPOPTSTRIP TEE TRACE ULOG ACCOUNT CLUSTERIP MIRROR SAME';
/** @returns the graph of a table. One pass over all its rules. */
export function graphOf(table) {
    const callers = new Map();
    const calls = new Map();
    const lacking = new Set();
    const targets = new Set(TARGETS.split(' '));
    for (const chain of table.chains.values()) {
        const called = new Set();
        calls.set(chain.name, called);
        for (let index = 0; index < chain.rules.length; index++) {
            const target = chain.rules.targetName(index);
            if (target === null)
                continue;
            if (!table.chains.has(target)) {
                if (!targets.has(target))
                    lacking.add(chain.name);
                continue;
            }
            called.add(target);
            const known = callers.get(target);
            if (known === undefined)
                callers.set(target, [{ chain, index }]);
            else
                known.push({ chain, index });
        }
    }
    const starts = [...table.chains.values()].filter(isBuiltIn).map(({ name }) => name);
    const reached = new Set(starts);
    for (const name of reached)
        for (const called of calls.get(name) ?? [])
            reached.add(called);
    const whole = BUILT_IN[table.name].every((name) => table.chains.has(name));
    const complete = whole && table.cut === undefined && ![...lacking].some((name) => reached.has(name));
    return { callersOf: (chain) => callers.get(chain) ?? [], reached, complete };
}
/** @returns true for the chains that the kernel itself calls. Only they have a policy; a listing may leave it out. */
export function isBuiltIn(chain) {
    return chain.policy !== null || /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/.test(chain.name);
}
