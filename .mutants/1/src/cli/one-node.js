import { InputError } from '../capture/input-error.js';
import { parseManifest } from '../capture/manifest.js';
import { parseLinks } from '../host/parse-links.js';
import { formatAddress } from '../net/address.js';
import { ProblemList } from '../problems/problem.js';
import { textOf } from './sort-sources.js';
const ONE_AT_A_TIME = 'An answer is about one node at one time: give -f what belongs together, and ask for each by itself';
/**
 * Refuses inputs of two nodes: their manifests name different ones, or their links share no address.
 * Throws InputError that names both files.
 */
export function requireOneNode(sources) {
    const manifests = (sources.get('manifest') ?? []).flatMap(({ source }) => {
        const node = parseManifest(textOf(source, new ProblemList()) ?? '')?.node ?? null;
        return node === null ? [] : [{ file: source.name, node }];
    });
    const [first] = manifests;
    const other = manifests.find(({ node }) => node !== first?.node);
    if (first !== undefined && other !== undefined) {
        throw twoStates(`${first.file} is of node ${first.node}, and ${other.file} of node ${other.node}`, other.file);
    }
    const links = sources.get('ip-addr') ?? [];
    if (links.length < 2)
        return;
    const [own, ...others] = links.map(({ source }) => ({
        file: source.name,
        addresses: addressesOf(textOf(source, new ProblemList()) ?? '', source.name),
    }));
    for (const { file, addresses } of others) {
        if (own === undefined || !areStrangers(own.addresses, addresses))
            continue;
        throw twoStates(`${own.file} and ${file} have no address in common: they are of two nodes`, file);
    }
}
/** Pieces of one node may list other links, or another family: of two nodes, links of one name have other addresses. */
function areStrangers(a, b) {
    const owner = (entry) => entry.slice(0, entry.lastIndexOf(' '));
    const owners = new Set([...a].map(owner));
    return ![...a].some((entry) => b.has(entry)) && [...b].some((entry) => owners.has(owner(entry)));
}
/** @returns `eth0 ipv4 192.0.2.1` for each global address. */
function addressesOf(text, file) {
    const links = parseLinks(text, file, new ProblemList()) ?? [];
    return new Set(links
        .filter(({ loopback }) => !loopback)
        .flatMap(({ name, addresses }) => addresses
        .filter(({ scope }) => scope === 'global')
        .map(({ address }) => `${name} ${address.family} ${formatAddress(address)}`)));
}
/**
 * Refuses two complete dumps of one table, family and backend that hold different rules: a kernel has one such table, so they
 * are of two nodes, or of one node at two times. Order and counters aside: kube-proxy writes CHAINS.services in another order at
 * every sync, and pieces of one node may overlap. Throws InputError that names both files.
 * @param rulesets as each file gave them
 */
export function requireOneState(rulesets) {
    const seen = new Map();
    for (const { family, backend, form, tables } of rulesets) {
        if (form !== 'save')
            continue;
        for (const table of tables.values()) {
            if (table.cut !== undefined)
                continue;
            const key = `${family} ${backend} ${table.name}`;
            const earlier = seen.get(key);
            seen.set(key, table);
            const [one, two] = [earlier === undefined ? null : fileOf(earlier), fileOf(table)];
            if (earlier === undefined || one === null || two === null || one === two || sameRules(earlier, table))
                continue;
            throw twoStates(`${one} and ${two} both hold all of table ${table.name} (${family}, ${backend}), with different rules: they are of two nodes, or of one node at two times`, two);
        }
    }
}
function fileOf({ chains }) {
    for (const { file } of chains.values())
        if (file !== null)
            return file;
    return null;
}
function sameRules(a, b) {
    const left = rulesOf(a);
    const right = rulesOf(b);
    return left.size === right.size && [...left].every((line) => right.has(line));
}
function rulesOf({ chains }) {
    const lines = new Set();
    for (const { name, policy, rules } of chains.values()) {
        lines.add(`:${name} ${policy ?? '-'}`);
        for (let index = 0; index < rules.length; index++)
            lines.add(rules.at(index).text);
    }
    return lines;
}
function twoStates(what, file) {
    return new InputError('two-captures', `${what}. ${ONE_AT_A_TIME}`, file);
}
