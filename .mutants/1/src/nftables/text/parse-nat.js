import { readConstant } from './parse-constant.js';
import { parseExpression } from './parse-expression.js';
const FLAGS = new Set(['random', 'fully-random', 'persistent']);
/** Takes `dnat ip to 10.0.0.1:8080 random`, `masquerade to :1024-65535`, … @returns it as nft's JSON has it. */
export function parseNat(tokens) {
    const kind = tokens.next();
    const parts = {};
    if (tokens.peek() === 'ip' || tokens.peek() === 'ip6')
        parts.family = tokens.next();
    if (tokens.take('prefix'))
        Object.assign(parts, { type_flags: 'prefix' });
    // nft 0.9 and 1.0.0 say what the map gives: `addr . port to`, `interval to`.
    while (!tokens.done && ['addr', '.', 'port', 'interval'].includes(tokens.peek()))
        tokens.next();
    if (tokens.take('to'))
        Object.assign(parts, parseTo(tokens));
    const flags = parseFlags(tokens);
    if (parts.type_flags === 'prefix' && !flags.includes('netmap'))
        flags.push('netmap');
    if (flags.length > 0)
        parts.flags = flags.length === 1 ? flags[0] : flags;
    return { [kind]: Object.keys(parts).length === 0 ? null : parts };
}
/** Takes `tproxy ip to 127.0.0.1:5000`. */
export function parseTproxy(tokens) {
    tokens.next();
    const parts = {};
    if (tokens.peek() === 'ip' || tokens.peek() === 'ip6')
        parts.family = tokens.next();
    if (tokens.take('to'))
        Object.assign(parts, parseTo(tokens));
    return { tproxy: parts };
}
function parseFlags(tokens) {
    const flags = [];
    while (tokens.peek() !== '' &&
        tokens
            .peek()
            .split(',')
            .every((flag) => FLAGS.has(flag)))
        flags.push(...tokens.next().split(','));
    return flags;
}
/** An address, a port behind a colon, or both; either may be computed: `:tcp dport map { 80 : 8080 }`. */
function parseTo(tokens) {
    // An address may begin with two colons.
    const addr = /^:(?!:)/.test(tokens.peek()) ? {} : { addr: parseAddress(tokens) };
    return tokens.takeStart(':') ? { ...addr, port: parseExpression(tokens) } : addr;
}
function parseAddress(tokens) {
    const [bracketed, from, last] = /^\[([^\]]+)\](?:-\[([^\]]+)\])?/.exec(tokens.peek()) ?? [];
    if (bracketed !== undefined) {
        tokens.takeStart(bracketed);
        return last === undefined ? from : { range: [from, last] };
    }
    const [start, address] = /^((?:\d+\.){3}\d+(?:-(?:\d+\.){3}\d+)?):/.exec(tokens.peek()) ?? [];
    if (start === undefined || address === undefined)
        return parseExpression(tokens);
    tokens.takeStart(address);
    return readConstant(address);
}
