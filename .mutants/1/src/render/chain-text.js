import { socketText } from '../net/socket.js';
import { CHOOSING, hasRole } from '../proxy/chains.js';
import { escapeTerminal } from './escape.js';
import { wrap } from './wrap.js';
/** How many jumps are listed in text; `-o json` lists all of them. */
const JUMPS_SHOWN = 20;
/** How many rules are listed in text. */
const RULES_SHOWN = 200;
/** @returns each chain in a paragraph of its own: what it stands for, who jumps to it, its rules. */
export function renderChainText(list, options) {
    return list.items
        .map((item) => paragraph(item, options.colours).join('\n'))
        .join('\n\n')
        .concat('\n');
}
/** How each kind is spoken of. */
const WORDS = {
    chain: { stands: inTable, rules: 'rules', callers: 'jumped to from' },
    set: {
        stands: (item) => item.table === 'ipset' ? `ipset, ${item.family}, ${escapeTerminal(item.backend)}` : inTable(item),
        rules: 'members',
        callers: 'asked for by',
    },
    map: { stands: inTable, rules: 'elements', callers: 'asked by' },
    element: { stands: inTable, rules: 'elements', callers: 'asked by' },
    'virtual-server': {
        stands: ({ family }) => `IPVS, ${family}`,
        rules: 'real servers',
        callers: 'asked for by',
    },
};
/** `nat table, ipv4, iptables-nft`; of nft also what it is, where that is no chain. */
function inTable({ kind, table, family, backend }) {
    const what = kind === 'chain' ? '' : `${kind} of the `;
    return `${what}${escapeTerminal(table)} table${table.startsWith(`${family} `) ? '' : `, ${family}`}, ${escapeTerminal(backend)}`;
}
function paragraph(item, colours) {
    const lines = [
        `${colours.name(escapeTerminal(item.name))}  ${WORDS[item.kind].stands(item)}${placeOf(item)}`,
    ];
    lines.push(...meaning(item).map((line) => `  ${escapeTerminal(line)}`));
    lines.push(...jumps(item, colours), ...rules(item, colours));
    if (item.leadsTo.length > 0 && item.kind !== 'virtual-server')
        lines.push(`  ${colours.heading('leads to')} ${names(item.leadsTo)}`);
    return lines;
}
function placeOf(item) {
    if (item.file === null)
        return '';
    const line = item.line === null ? '' : `:${item.line}`;
    return `  (${escapeTerminal(item.file)}${line})`;
}
function meaning(item) {
    const lines = [];
    if (item.purpose !== null)
        lines.push(item.purpose);
    if (item.service !== null) {
        const { namespace, name, port, namedBy } = item.service;
        const by = {
            api: 'from the API objects',
            hash: 'the chain name is the hash of it',
            comment: 'as the rules’ comments say; the hash in the chain name agrees',
        };
        lines.push(`Service: ${namespace}/${name}${port === '' ? '' : `:${port}`} (${by[namedBy]})`);
    }
    if (item.endpoint !== null) {
        const { address, port, ref } = item.endpoint;
        const pod = ref?.pod == null ? '' : `, pod ${ref.namespace ?? '?'}/${ref.pod}`;
        const node = ref?.node == null ? '' : ` on ${ref.node}`;
        lines.push(`Endpoint: ${socketText(address, port)}${pod}${node}`);
    }
    if (item.misdirected !== null) {
        const { to, named } = item.misdirected;
        lines.push(`But its name is the hash of ${socketText(named.address, named.port)}, and it sends packets to ${socketText(to.address, to.port)}: kube-proxy did not write that.`);
    }
    if (item.owner !== null)
        lines.push(`Written by: ${item.owner}`);
    if (item.hook != null)
        lines.push(`Hooked: ${item.hook}`);
    if (item.policy !== null)
        lines.push(`Policy: ${item.policy}`);
    if (item.cut !== null)
        lines.push(`But ${item.cut}.`);
    if (item.cut === null && item.rules.length === 0 && hasRole(item.name, 'endpoint', 'external', ...CHOOSING))
        lines.push('It has no rules: packets come back from it unchanged, and reach no endpoint through it.');
    if (item.reach === 'unknown')
        lines.push('Whether packets come here is not known: the capture lacks chains that could lead here.');
    if (item.reach === 'dead')
        lines.push(DEAD[item.kind]);
    return lines;
}
const DEAD = {
    chain: 'No built-in chain leads here: no packet meets these rules.',
    set: 'No rule that packets meet asks it.',
    map: 'No rule that packets meet asks it.',
    element: 'No rule that packets meet asks its map.',
    'virtual-server': 'No packet comes here.',
};
function jumps(item, colours) {
    if (item.jumpedFrom.length === 0)
        return [];
    const lines = item.jumpedFrom
        .slice(0, JUMPS_SHOWN)
        .map((jump) => `    ${escapeTerminal(jump.chain)} ${jump.chain.startsWith('@') ? 'element' : 'rule'} ${jump.rule}, line ${jump.line}: ${colours.faint(escapeTerminal(jump.text))}`);
    const more = item.jumpedFrom.length - JUMPS_SHOWN;
    if (more > 0)
        lines.push(`    … and ${more} more`);
    return [`  ${colours.heading(WORDS[item.kind].callers)}`, ...lines];
}
function rules(item, colours) {
    const heading = colours.heading(WORDS[item.kind].rules);
    if (item.rules.length === 0)
        return [`  ${heading} none`];
    const digits = String(item.rules.length).length;
    const lines = item.rules.slice(0, RULES_SHOWN).flatMap((rule) => {
        const packets = rule.packets === null ? '' : `  [${rule.packets} packets]`;
        const handle = rule.handle == null ? '' : ` (handle ${rule.handle})`;
        const first = `    ${String(rule.number).padStart(digits)}${handle}  ${escapeTerminal(rule.text)}${packets}`;
        if (rule.note === null)
            return [first];
        return [first, `    ${' '.repeat(digits)}  ${colours.faint(`= ${escapeTerminal(rule.note)}`)}`];
    });
    const more = item.rules.length - RULES_SHOWN;
    if (more > 0)
        lines.push(`    … and ${more} more (-o json lists all)`);
    return [`  ${heading}`, ...lines];
}
function names(list) {
    const shown = list.slice(0, JUMPS_SHOWN).map(escapeTerminal).join(', ');
    return list.length > JUMPS_SHOWN ? `${shown}, … (${list.length})` : shown;
}
/**
 * @param near names that come close
 * @param width columns of the terminal; null: no limit
 * @param absent what is known of the name although there is no such chain
 * @returns the answer where no chain has that name
 */
export function renderNoChain(name, near, absent, width = null) {
    if (absent !== null) {
        const lines = absent.rules
            .slice(0, JUMPS_SHOWN)
            .map(({ table, chain, rule, line, text }) => `  ${table} ${escapeTerminal(chain)} rule ${rule}, line ${line}: ${escapeTerminal(text)}`);
        const more = absent.rules.length - JUMPS_SHOWN;
        if (more > 0)
            lines.push(`  … and ${more} more (-o json lists all)`);
        const end = lines.length === 0 ? '.' : ':';
        const said = wrap(`No chain ${escapeTerminal(name)}: ${escapeTerminal(absent.text)}${end}`, width, '  ');
        return `${[said, ...lines].join('\n')}\n`;
    }
    const hint = near.length === 0 ? '' : ` Close to it: ${near.slice(0, 5).map(escapeTerminal).join(', ')}.`;
    return `No chain ${escapeTerminal(name)} in these rules.${hint}\n`;
}
