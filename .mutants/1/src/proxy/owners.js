import { PROGRAMS } from './programs.js';
const patterns = new Map();
function fits(pattern, rest) {
    const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern})$`);
    patterns.set(pattern, known);
    return known.test(rest);
}
function find(chain) {
    for (const program of PROGRAMS) {
        const prefix = program.prefix.exec(chain)?.[0];
        if (prefix !== undefined)
            return { program, prefix, rest: chain.slice(prefix.length) };
    }
    return null;
}
/** @returns what the first row that fits the chain and tells it says. */
function told(found, tell) {
    for (const row of found?.program.chains ?? []) {
        const value = tell(row);
        if (value !== undefined && fits(row.name, found?.rest ?? ''))
            return value;
    }
    return null;
}
/** @returns the program that makes chains of this name, or null where the name tells nothing (`INPUT`, a chain of one's own). */
export function ownerOf(chainName) {
    const found = find(chainName);
    return told(found, ({ owner }) => owner) ?? found?.program.owner ?? null;
}
/** @returns what chains of this name are for, in plain words, or null where the name is not known. */
export function purposeOf(chainName) {
    return told(find(chainName), ({ purpose }) => purpose);
}
/** @returns the one table into which the author of chains of this name puts them; null where nothing tells. */
export function tableOf(chainName) {
    return told(find(chainName), ({ only }) => only);
}
/** @returns true where the author of chains of this name writes no interface into their rules. */
export function isWithoutInterfaces(chainName) {
    return told(find(chainName), ({ noInterfaces }) => noInterfaces) === true;
}
/** @returns the service proxy that chains of this name betray, by its name; null for none. */
export function servesAs(chainName) {
    const found = find(chainName);
    return told(found, ({ serves }) => serves) ?? found?.program.serves ?? null;
}
/** @returns where the author of a chain hooks it in this table, and its place among others' jumps; null where nobody knows. */
export function entryOf(chain, table) {
    const found = find(chain);
    const entry = told(found, ({ entries }) => entries?.[table]);
    if (found === null || entry === null)
        return null;
    const row = found.program.chains.findIndex(({ name, entries }) => entries?.[table] === entry && fits(name, found.rest));
    return { entry, order: PROGRAMS.indexOf(found.program) * 1000 + row };
}
/** @returns true where the name begins as a program's chains do. */
export function hasPrefixOfProgram(name) {
    return (find(name)?.prefix ?? '') !== '';
}
/** @returns true for chains that programs make once on every node: their names tell nothing of the cluster. */
export function isCommonName(chain) {
    const found = find(chain);
    const common = found?.program.common;
    return found !== null && common !== undefined && fits(common, found.rest);
}
/** @returns what stands before the identifier in a chain's name, and how its program spells it; null where it has none. */
export function identifierIn(chain) {
    const found = find(chain);
    for (const [before, length, alphabet] of found?.program.identified ?? []) {
        const own = new RegExp(`^${before}`).exec(found?.rest ?? '')?.[0];
        if (found !== null && own !== undefined)
            return { head: found.prefix + own, length, alphabet };
    }
    return null;
}
/** Comments that betray who wrote a rule straight into a built-in chain, or into a chain of someone else. */
const COMMENT_OWNERS = [
    [/^NodeLocal DNS Cache: /, 'node-local-dns'],
    [/^ip-masq(?:-agent)?: /, 'ip-masq-agent'],
    [/^cali:/, 'calico'],
    [/^cilium(?:-feeder)?: /, 'cilium'],
    [/^flanneld /, 'flannel'],
    [/^Antrea: /, 'antrea'],
    [/^AWS, |^AWS SNAT CHAIN/, 'aws-vpc-cni'],
    [/^localdns: /, 'aks-localdns'],
    [/^metadata-concealment: /, 'gke'],
    [/^CNI portfwd |^dnat name: "/, 'cni-portmap'],
    [/^CNI firewall plugin /, 'cni-firewall'],
    [/^name: "[^"]*" id: "/, 'cni-bridge'],
    [/^rule to (?:permit|explicitly|mark|log|REJECT|drop|ACCEPT)|^kube-router /, 'kube-router'],
    [
        /^kubernetes (?:service|externally|forwarding|postrouting|load balancer|health check|firewall)/,
        'kube-proxy',
    ],
    [
        /^block incoming localnet connections$|^Redirect pods trying to reach external loadbalancer VIP/,
        'kube-proxy',
    ],
    [/^handle (?:ClusterIPs|service NodePorts); NOTE: |^Ensure that non-local NodePort traffic/, 'kube-proxy'],
];
/** @returns the program that writes comments like this one, or null. A comment is a hint: anyone can write it. */
export function ownerOfComment(comment) {
    return COMMENT_OWNERS.find(([pattern]) => pattern.test(comment))?.[1] ?? null;
}
