import { splitChainName } from './chain-name.js';
import { CHAINS, chainName, hasRole, OF_SERVICE } from './chains.js';
/**
 * Finds the chains of rows that were picked from a listing without their heads (`iptables -L | grep NAME`): target, comment
 * and match columns of kube-proxy's rules tell which chain each is of. What others wrote is not told.
 * @param rows in the order of the text.
 * @returns blocks of the chains found, `picked`, and the rows of which nothing is known.
 */
export function adoptRows(rows) {
    const told = rows.flatMap((row) => tell(row) ?? []);
    const hashes = new Map();
    const endpoints = new Map();
    for (const { target, label, endpoint } of told) {
        const hash = hasRole(target, ...OF_SERVICE) ? splitChainName(target)?.hash : undefined;
        if (hash !== undefined && label !== null)
            hashes.set(label, hash);
        if (hasRole(target, 'endpoint') && endpoint !== null)
            endpoints.set(`${label} ${endpoint}`, target);
    }
    const chains = new Map();
    const placed = new Set();
    for (const one of told) {
        const chain = chainOf(one, hashes, endpoints);
        if (chain === null)
            continue;
        placed.add(one.row);
        const own = chains.get(chain);
        if (own === undefined)
            chains.set(chain, [one.row]);
        else
            own.push(one.row);
    }
    const blocks = [...chains].map(([chain, own]) => ({
        ...{ chain, policy: null, counters: null, references: null, layout: null, command: null },
        line: own[0]?.line ?? 1,
        rows: own,
        picked: true,
    }));
    return { blocks, left: rows.filter((row) => !placed.has(row)) };
}
function tell(row) {
    const { columns } = row;
    if (columns === null || columns.target === null)
        return null;
    const comment = /\/\* (.*?) \*\//.exec(columns.rest)?.[1] ?? null;
    const [, label = null, endpoint = null] = /^(\S+)(?: (?:cluster|external|loadbalancer|load balancer) IP| has no (?:local )?endpoints| loadbalancer| -> (\S+))?$/.exec(comment ?? '') ?? [];
    return {
        row,
        target: columns.target,
        label: label?.replace(/:$/, '') ?? null,
        endpoint,
        rest: columns.rest,
        towardsAll: isAll(columns.destination.text),
        fromAll: isAll(columns.source.text),
    };
}
function isAll(address) {
    return address === 'anywhere' || address === '0.0.0.0/0' || address === '::/0';
}
function chainOf({ target, label, rest, towardsAll, fromAll }, hashes, endpoints) {
    const hash = label === null ? undefined : hashes.get(label);
    const hasPort = /\bdpt:\S+/.test(rest);
    if (hasRole(target, ...OF_SERVICE)) {
        if (!towardsAll && fromAll)
            return CHAINS.services;
        if (hasPort)
            return CHAINS.nodePorts;
        return hasRole(target, 'service') && hash !== undefined ? chainName('EXT', hash) : null;
    }
    if (hasRole(target, 'endpoint'))
        return hash === undefined ? null : chainName('SVC', hash);
    if (target === 'DNAT') {
        const to = /\bto:(\S+)/.exec(rest)?.[1];
        return endpoints.get(`${label} ${to}`) ?? null;
    }
    if (target === 'REJECT' && /has no endpoints/.test(rest))
        return /dst-type LOCAL/.test(rest) ? CHAINS.externalServices : CHAINS.services;
    return null;
}
