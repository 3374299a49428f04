/** How often the kernel confirmed what: schedulers, ways through IPVS, sets that were asked. */
export class BalancedCounts {
    schedulers = new Map();
    ways = new Map();
    sets = new Map();
    /** Counts what the kernel has confirmed by going the way of this outcome. */
    add(outcome, { question, host, ipvs }) {
        for (const { step } of outcome.path) {
            if (step.program === 'ipvs') {
                count(this.schedulers, step.scheduler ?? 'unknown');
                count(this.ways, wayOf(outcome, question.entersAt));
            }
            if (step.program !== 'iptables' || step.rule === null)
                continue;
            for (const match of step.rule.matches)
                if (match.kind === 'set')
                    count(this.sets, host.ipsets?.get(match.name)?.type ?? 'unknown');
        }
        if (ipvs !== undefined && !outcome.path.some(({ step }) => step.program === 'ipvs'))
            count(this.ways, question.state === 'NEW' && !isAnswer(outcome) ? 'past IPVS' : 'answer');
    }
}
function wayOf({ verdict, exit, source }, entersAt) {
    const from = entersAt === 'OUTPUT' ? 'the node' : 'elsewhere';
    if (verdict === 'reject')
        return `refused, from ${from}`;
    if (verdict !== 'accept')
        return `${verdict} behind IPVS, from ${from}`;
    const where = exit?.kind === 'local' ? 'a server on the node' : exit?.kind === 'interface' ? exit.name : '?';
    return `from ${from} to ${where}${source.rewrite === 'none' ? '' : ', masqueraded'}`;
}
function isAnswer({ path }) {
    return path.some(({ state }) => state.connection?.direction === 'REPLY');
}
function count(map, name) {
    map.set(name, (map.get(name) ?? 0) + 1);
}
