import { ADDRESS_BITS } from '../../net/address.js';
import { formatProtocol, parseProtocol } from '../../net/protocol.js';
import { baseMatch } from '../extensions/base.js';
import { markBesideState } from '../extensions/connection.js';
import { unreadableRule } from '../interpret.js';
import { isBuiltIn } from '../table-evidence.js';
import { isTargetName } from './print-target.js';
import { lost, option } from './printed.js';
import { scanExtensions } from './scan-extensions.js';
/** @returns the rule of one line; a line without the columns of a rule gives one of which nothing is known. */
export function buildRule(row, number, context) {
    const { chain, file } = context;
    const place = { chain, number, file, line: row.line, text: row.text };
    const { columns } = row;
    if (columns === null)
        return { ...place, ...unreadableRule(row.text) };
    const extensions = scanExtensions(columns.rest, columns.target, context);
    const target = targetOf(columns, extensions, context);
    if (!extensions.clean || target?.kind === 'unrecognised')
        context.strange(row);
    const matches = [...baseMatches(columns, context), ...besideStates(extensions.matches)];
    if (columns.inInterface === null && !writtenWithoutInterfaces(context, columns.target)) {
        matches.push(lost('interfaces', 'listed without -v'));
    }
    return { ...place, counters: columns.counters, matches, target };
}
/** One `-m conntrack` prints its state first: what stands before a state is another one's, what stands behind is taken for its own. */
function besideStates(matches) {
    const first = matches.findIndex(({ kind }) => kind === 'ctstate');
    return first < 0 ? matches : [...matches.slice(0, first), ...markBesideState(matches.slice(first))];
}
function baseMatches(columns, context) {
    const matches = [];
    addAddress('-s', columns.source, context, matches);
    addAddress('-d', columns.destination, context, matches);
    addInterface('-i', columns.inInterface, context, matches);
    addInterface('-o', columns.outInterface, context, matches);
    const { text, negated } = columns.protocol;
    if (negated || (text !== 'all' && text !== '0')) {
        const number = parseProtocol(text);
        const name = number === null ? text : formatProtocol(number);
        matches.push(baseMatch(option('-p', negated, name), context));
    }
    if (columns.fragment !== 'none')
        matches.push(baseMatch(option('-f', columns.fragment === 'no'), context));
    return matches;
}
function addAddress(flag, column, context, matches) {
    const any = column.text === 'anywhere' || column.text === '0.0.0.0/0' || column.text === '::/0';
    if (any && !column.negated)
        return;
    const text = any ? `${context.family === 'ipv4' ? '0.0.0.0' : '::'}/0` : context.addressOf(column.text);
    if (text === null)
        matches.push(lost('address', `${flag} ${column.text}`, column.negated));
    else
        matches.push(baseMatch(option(flag, column.negated, withMask(text, context)), context));
}
function withMask(text, context) {
    return text.includes('/') ? text : `${text}/${ADDRESS_BITS[context.family]}`;
}
/** `*` with `-n`, `any` without. */
function addInterface(flag, column, context, matches) {
    if (column === null || (!column.negated && (column.text === '*' || column.text === 'any')))
        return;
    matches.push(baseMatch(option(flag, column.negated, column.text), context));
}
function targetOf(columns, extensions, context) {
    const name = columns.target;
    if (name === null)
        return null;
    if (extensions.goto)
        return { kind: 'goto', chain: name };
    if (!isTargetName(name))
        return { kind: 'jump', chain: name };
    if (extensions.target !== null)
        return extensions.target;
    if (context.isChain(name))
        return { kind: 'jump', chain: name };
    return { kind: 'unrecognised', name, text: `${name} ${columns.rest.trim()}`.trimEnd() };
}
function writtenWithoutInterfaces({ chain, known }, target) {
    return (known.isWithoutInterfaces(chain) ||
        (isBuiltIn(chain) && target !== null && known.isEnteredWithoutInterfaces(target)));
}
