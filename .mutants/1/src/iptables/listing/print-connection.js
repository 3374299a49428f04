import { dictionary } from '../../lookup/dictionary.js';
import { parseAddress } from '../../net/address.js';
import { lost, option, portsInNumbers, } from './printed.js';
/** How the extensions that ask connections, marks, chance and memory print (iptables 1.8, older spellings taken too). */
export const connectionPrints = {
    ctstate: conntrack('ctstate'),
    ctproto: conntrack('ctproto'),
    ctstatus: conntrack('ctstatus'),
    ctexpire: conntrack('ctexpire'),
    ctdir: conntrack('ctdir'),
    ...Object.fromEntries(['ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst'].flatMap((name) => [
        [name, conntrackAddress(name)],
        [`${name}port`, conntrackPort(name)],
    ])),
    state: (cursor, negated) => {
        const found = cursor.take(/state ([A-Z,]+)(?!\S)/y);
        return found && { module: 'state', parts: [option('--state', negated, found[1] ?? '')] };
    },
    mark: (cursor) => readMark(cursor, 'mark'),
    MARK: (cursor) => readMark(cursor, 'mark'),
    connmark: (cursor) => readMark(cursor, 'connmark'),
    CONNMARK: (cursor) => readMark(cursor, 'connmark'),
    helper: (cursor) => {
        const found = cursor.take(/helper match (! ?)?"([^"]*)"/y);
        return found && { module: 'helper', parts: [option('--helper', found[1] !== undefined, found[2] ?? '')] };
    },
    statistic: readStatistic,
    recent: readRecent,
};
function conntrack(name) {
    const expression = new RegExp(`${name} (\\S+)`, 'y');
    return (cursor, negated) => {
        const found = cursor.take(expression);
        return found && { module: 'conntrack', parts: [option(`--${name}`, negated, found[1] ?? '')] };
    };
}
function conntrackAddress(name) {
    const expression = new RegExp(`${name} (\\S+)`, 'y');
    return (cursor, negated, context) => {
        const found = cursor.take(expression);
        if (found === null)
            return null;
        const address = context.addressOf(found[1] ?? '');
        if (address === null)
            return [lost('address', found[0], negated)];
        return { module: 'conntrack', parts: [option(`--${name}`, negated, address)] };
    };
}
function conntrackPort(name) {
    const expression = new RegExp(`${name}port (\\S+)`, 'y');
    return (cursor, negated) => {
        const found = cursor.take(expression);
        if (found === null)
            return null;
        const ports = portsInNumbers(found[1] ?? '');
        if (ports === null)
            return [lost('port', found[0], negated)];
        return { module: 'conntrack', parts: [option(`--${name}port`, negated, ports)] };
    };
}
function readMark(cursor, module) {
    const found = cursor.take(/\w+ match\s+(?:(!)\s*)?(0x[0-9a-fA-F]+(?:\/0x[0-9a-fA-F]+)?)(?!\S)/y);
    return found && { module, parts: [option('--mark', found[1] === '!', found[2] ?? '')] };
}
function readStatistic(cursor) {
    const random = cursor.take(/statistic mode random (! )?probability ([\d.]+)(?!\S)/y);
    if (random !== null) {
        const probability = option('--probability', random[1] !== undefined, random[2] ?? '');
        return { module: 'statistic', parts: [option('--mode', false, 'random'), probability] };
    }
    const nth = cursor.take(/statistic mode nth (! )?every (\d+)(?: packet (\d+))?(?!\S)/y);
    if (nth === null)
        return null;
    const parts = [option('--mode', false, 'nth'), option('--every', nth[1] !== undefined, nth[2] ?? '')];
    if (nth[3] !== undefined)
        parts.push(option('--packet', false, nth[3]));
    return { module: 'statistic', parts };
}
const RECENT_COMMANDS = dictionary({
    SET: '--set',
    CHECK: '--rcheck',
    UPDATE: '--update',
    REMOVE: '--remove',
});
function readRecent(cursor, negated) {
    const command = cursor.take(/recent: (SET|CHECK|UPDATE|REMOVE)(?!\S)/y);
    if (command === null)
        return null;
    const parts = [option(RECENT_COMMANDS[command[1] ?? ''] ?? '', negated)];
    const value = (expression, flag) => {
        const found = cursor.take(expression);
        if (found !== null)
            parts.push(option(flag, false, ...found.slice(1)));
    };
    value(/ seconds: (\d+)(?!\S)/y, '--seconds');
    value(/ reap(?!\S)/y, '--reap');
    value(/ hit_count: (\d+)(?!\S)/y, '--hitcount');
    value(/ TTL-Match(?!\S)/y, '--rttl');
    value(/ name: (\S+)/y, '--name');
    const side = cursor.take(/ side: (source|dest)(?!\S)/y);
    const mask = cursor.take(/ mask: (\S+)/y);
    // Without the side the line is cut short: which address the list holds is not known.
    if (side === null || (mask !== null && parseAddress(mask[1] ?? '') === null))
        return null;
    if (mask !== null)
        parts.push(option('--mask', false, mask[1] ?? ''));
    parts.push(option(side[1] === 'dest' ? '--rdest' : '--rsource', false));
    return { module: 'recent', parts };
}
