import { parseRuleSyntax } from '../iptables/syntax.js';
import { parseAddress } from '../net/address.js';
import { parsePrefix } from '../net/prefix.js';
import { confirmChainName, splitChainName } from '../proxy/chain-name.js';
import { chainName, chainsIn, hasRole } from '../proxy/chains.js';
import { parseServiceComment } from '../proxy/comments.js';
import { chainHash, hashedTexts } from '../proxy/hash.js';
/**
 * Looks through rules for what must be known before any is renamed: names in comments, interface patterns, networks and
 * ranges.
 * @returns which chain is which Service's, as comments claim it.
 */
export function noteRules(text, renamer) {
    const claims = [];
    for (const line of text.split('\n')) {
        const start = line.startsWith('-A ') ? 0 : line.startsWith('[') ? line.indexOf('-A ') : -1;
        const syntax = start < 0 ? null : parseRuleSyntax(line.slice(start));
        if (syntax === null)
            continue;
        for (const { flag, values } of syntax.parts) {
            for (const { text: value } of values)
                noteValue(flag.text, value, renamer);
        }
        claims.push(...claimsOf(syntax));
    }
    return claims;
}
function noteValue(flag, value, renamer) {
    if (flag === '-i' || flag === '-o')
        renamer.interfaces.notePattern(value);
    else if (flag === '-s' || flag === '-d') {
        if (!value.endsWith('/32') && !value.endsWith('/128'))
            noteNetwork(value, renamer);
    }
    else if (flag === '--match-set')
        renamer.aliases.note('set', value);
    else if (flag === '--src-range' || flag === '--dst-range' || flag.startsWith('--to-')) {
        noteRange(value, renamer);
    }
    else if (flag === '--comment') {
        const comment = parseServiceComment(value);
        if (comment === null)
            return;
        renamer.aliases.note('namespace', comment.namespace);
        renamer.aliases.note('service', comment.name);
        renamer.aliases.note('port', comment.port);
    }
}
/**
 * Notes `10.0.0.0/24`: its first and last address stay its first and last.
 * @param linked true for the network of a link, whose ends the kernel itself uses, however wide it is.
 */
export function noteNetwork(text, renamer, linked = false) {
    const prefix = text.includes('/') ? parsePrefix(text) : null;
    if (prefix !== null)
        renamer.addresses.keepEnds(prefix, linked);
}
/** Notes `10.0.0.1-10.0.0.9`: it stays a range. */
export function noteRange(text, renamer) {
    const [, from = '', to = ''] = /^\[?([\d.a-f:]+?)\]?-\[?([\d.a-f:]+?)\]?(?::[\d-]+)?$/i.exec(text) ?? [];
    const [first, last] = [parseAddress(from), parseAddress(to)];
    if (first !== null && last !== null && first.family === last.family)
        renamer.addresses.keepRange(first, last);
}
function claimsOf(syntax) {
    const text = syntax.parts.find(({ flag }) => flag.text === '--comment')?.values[0]?.text;
    const comment = text === undefined ? null : parseServiceComment(text);
    if (comment === null)
        return [];
    const to = syntax.parts.find(({ flag }) => flag.text === '--to-destination')?.values[0]?.text ?? null;
    const target = syntax.target?.name ?? '';
    const mentioned = chainsIn(text ?? '').find((chain) => hasRole(chain, 'source-ranges'));
    return [syntax.chain, target, mentioned ?? '']
        .filter((chain) => splitChainName(chain) !== null)
        .map((chain) => {
        const endpoint = splitChainName(chain)?.prefix === 'SEP' ? (comment.endpoint ?? to) : null;
        return { chain, comment, endpoint };
    });
}
/** Settles the new names of chains from what comments claim, where the hash agrees. */
export function settleClaims(claims, renamer) {
    for (const { chain, comment, endpoint } of claims) {
        if (renamer.chains.has(chain))
            continue;
        const service = { namespace: comment.namespace, name: comment.name, port: comment.port };
        const protocol = confirmChainName(chain, service, endpoint);
        if (protocol !== null)
            settleChain(chain, { ...service, protocol }, endpoint, renamer);
    }
}
/** Settles the new name of one chain whose Service port, and endpoint, are known. */
export function settleChain(chain, service, endpoint, renamer) {
    const parts = splitChainName(chain);
    const socket = endpoint === null ? '' : renamer.socket(endpoint);
    if (parts === null || socket === null)
        return;
    const renamed = {
        namespace: renamer.name('namespace', service.namespace),
        name: renamer.name('service', service.name),
        port: renamer.name('port', service.port),
        protocol: service.protocol,
    };
    // Releases before 1.20 hashed a colon after a Service whose port has no name; the new chain is hashed as the old was.
    const old = hashedTexts(service).findIndex((text) => chainHash(text + (endpoint ?? '')) === parts.hash);
    const text = hashedTexts(renamed)[Math.max(old, 0)] ?? '';
    renamer.chains.set(chain, chainName(parts.prefix, chainHash(text + socket)));
}
