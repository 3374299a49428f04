import { dictionary } from '../../lookup/dictionary.js';
import { escapeTerminal } from '../escape.js';
/** @returns one line for a Service port: what is gone, what has come, what is another. */
export function serviceLine(change, colours) {
    const name = colours.name(escapeTerminal(serviceName(change)));
    const family = change.family === 'ipv6' ? ' (IPv6)' : '';
    const details = change.details
        .map((detail) => escapeTerminal(detailText(change.change, detail)))
        .join('; ');
    const verb = { removed: ' removed', added: ' added', renamed: ' renamed', changed: '' }[change.change];
    return `${sign(change.severity, colours)} ${name}/${escapeTerminal(change.protocol)}${family}${verb}: ${details}`;
}
function serviceName({ namespace, name, port }) {
    if (name === null)
        return 'a Service without a name';
    return `${namespace ?? '?'}/${name}${port === null || port === '' ? '' : `:${port}`}`;
}
/** The words for each code; a code without words is shown as it is. */
const WORDS = dictionary({
    address: 'address',
    'node-port': 'node port',
    endpoints: 'endpoints',
    'endpoint-removed': 'endpoint',
    'endpoint-added': 'endpoint',
    share: 'share of',
    refusal: 'rule to',
    'cluster-ip': 'cluster IP',
    'external-ip': 'external IP',
    'load-balancer-ip': 'load balancer IP',
    'internal-policy': 'internal traffic policy',
    'external-policy': 'external traffic policy',
    'affinity-seconds': 'client affinity in seconds',
    'source-ranges': 'source ranges',
    name: 'name',
});
function detailText(change, { code, before, after }) {
    const word = WORDS[code] ?? code;
    if (change === 'removed' || change === 'added')
        return `${word} ${before ?? after ?? ''}`;
    if (code === 'share')
        return `${word} ${before} → ${after}`;
    if (isList(code))
        return before === null ? `${word} ${after} added` : `${word} ${before} removed`;
    return `${word} ${before ?? 'none'} → ${after ?? 'none'}`;
}
function isList(code) {
    return /^(?:endpoint-|refusal$|.*-ip$)/.test(code);
}
/**
 * @param whom the packets that were asked about, as ` for shop/web`; empty: all
 * @returns one line for a rule or policy
 */
export function ruleLine(change, whom, colours) {
    const { table, chain, rule, owner, text, decides, family } = change;
    const place = `${family === 'ipv6' ? 'ip6 ' : ''}${table} ${escapeTerminal(chain)}${rule === null ? '' : ` rule ${rule}`}`;
    const who = owner === null ? '' : ` (${escapeTerminal(owner)})`;
    const effect = decides !== false ? '' : colours.faint(`  decides nothing${whom}`);
    const verb = { removed: 'removed', added: 'added', moved: 'moved', policy: 'policy' }[change.change];
    return `  ${colours.name(place)}${who} ${verb}: ${escapeTerminal(text)}${effect}`;
}
const KINDS = {
    address: 'address',
    route: 'route',
    'policy-rule': 'policy rule',
    ipset: 'ipset',
    ipvs: 'IPVS',
    sysctl: 'sysctl',
    flows: 'flows',
    nftables: 'native nftables',
    interface: 'interface',
};
/** @returns one line for something beside the rules. */
export function stateLine({ kind, name, before, after }, colours) {
    const own = `${KINDS[kind]} ${colours.name(escapeTerminal(name))}`;
    if (kind === 'ipset' && !/members$/.test(`${before ?? ''}${after ?? ''}`)) {
        const parts = [
            before === null ? '' : `without ${escapeTerminal(before)}`,
            after === null ? '' : `with ${escapeTerminal(after)}`,
        ];
        return `  ${own}: ${parts.filter((part) => part !== '').join(', ') || 'its elements differ'}`;
    }
    if (before === name)
        return `  ${own} removed`;
    if (after === name)
        return `  ${own} added`;
    return `  ${own}: ${escapeTerminal(before ?? 'none')} → ${escapeTerminal(after ?? 'none')}`;
}
/** @returns the mark in front of a line: `-` lost, `~` changed, `+` gained. */
export function sign(severity, colours) {
    switch (severity) {
        case 'lost':
            return colours.bad('-');
        case 'changed':
            return colours.warning('~');
        case 'gained':
            return colours.good('+');
        case 'note':
            return ' ';
    }
}
