import { escapeTerminal } from '../escape.js';
/** @returns the chain of a step, escaped: `filter FORWARD`, of nft with the table's family `ip kube-proxy services`. */
export function chainText({ family, table, chain }) {
    const whole = family === undefined ? [table, chain] : [family, table, chain];
    return whole.map(escapeTerminal).join(' ');
}
/** @returns the place of a rule in its chain: `3`, of nft with the handle by which nft knows it: `3 (handle 115)`. */
export function ruleText({ rule, handle }) {
    return handle === undefined || handle === null ? String(rule) : `${rule} (handle ${handle})`;
}
