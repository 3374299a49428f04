import { matchesAddressType } from '../../host/address-type.js';
import { matchRpfilter } from '../../host/match-rpfilter.js';
import { unknown } from '../answer.js';
import { fits, known, OPEN } from './values.js';
import { numberOfWord } from './words.js';
/** Types that an address can have, as the routing tables tell them, the likely ones first. */
const TYPES = ['local', 'unicast', 'broadcast', 'multicast', 'anycast', 'unreachable'];
/** @returns what the routing tables say of an address (nft_fib4_eval, nft_fib6_eval and their `_type`). */
export function readFib(field, context) {
    const { flags, result } = field;
    return result === 'type' ? addressType(flags, context) : reversePath(flags, result, context);
}
function addressType(flags, { state, host }) {
    const side = flags.includes('saddr') ? 'source' : 'destination';
    const limit = flags.includes('iif') ? 'in' : flags.includes('oif') ? 'out' : null;
    const device = limit === 'in' ? state.inInterface : limit === 'out' ? state.outInterface : null;
    const address = side === 'source' ? state.source.address : state.destination;
    const told = limit !== null ? null : side === 'source' ? state.source.local : state.destinationLocal;
    if (told === true)
        return known(numberOfWord('local', 'fib-type') ?? 0);
    if (address !== null && device !== undefined) {
        for (const type of TYPES) {
            const answer = matchesAddressType(host, state.family, address, [type.toUpperCase()], device);
            if (answer === 'yes')
                return known(numberOfWord(type, 'fib-type') ?? 0);
            if (answer === 'unknown')
                break;
        }
    }
    return { kind: 'open', ask: (patterns) => askType(patterns, side, limit, address, told) };
}
function askType(patterns, side, limit, address, told) {
    const types = [...TYPES].filter((type) => patterns.some((pattern) => {
        const number = BigInt(numberOfWord(type, 'fib-type') ?? 0);
        return pattern.kind === 'range' && number >= pattern.from && number <= pattern.to;
    }));
    // `blackhole`, `prohibit` and others have no question of their own.
    if (types.length === 0)
        return null;
    if (told === false && types.length === 1 && types[0] === 'local')
        return 'no';
    const question = {
        code: 'address-type',
        side,
        address,
        types: types.map((type) => type.toUpperCase()),
        limit,
    };
    if (limit !== null || types.length !== 1 || types[0] !== 'local')
        return unknown(question);
    return unknown(question, (before, held) => side === 'source'
        ? { ...before, source: { ...before.source, local: held } }
        : { ...before, destinationLocal: held });
}
/** `fib saddr . iif oif`: the interface by which an answer would leave, where that is the one it came in by; else nothing. */
function reversePath(flags, result, { state, host }) {
    const { inInterface, destination, mark, protocol, source } = state;
    if (!flags.includes('saddr') || !flags.includes('iif'))
        return OPEN;
    const lacks = source.address === null || inInterface === undefined ? 'client' : 'routes';
    const validmark = flags.includes('mark');
    const packet = { source: source.address, destination, inInterface: inInterface ?? null, mark, protocol };
    const answer = lacks === 'client'
        ? 'unknown'
        : matchRpfilter(host, packet, { loose: false, validmark, acceptLocal: false });
    return {
        kind: 'open',
        ask: ([pattern]) => {
            if (pattern === undefined)
                return null;
            const [found, missing] = [takesDevice(pattern, inInterface ?? null), takesNone(pattern, result)];
            if (found === null)
                return answer === 'no' ? yesNo(missing) : null;
            if (found === missing)
                return yesNo(found);
            if (answer !== 'unknown')
                return yesNo(answer === 'yes' ? found : missing);
            // The question is whether there is one; whether there is none the rule's own words ask.
            return found
                ? unknown({ code: 'rpfilter', source: source.address, loose: false, validmark, lacks })
                : null;
        },
    };
}
/** Whether the device by which the packet came in is one of the pattern's; null where that is not known. */
function takesDevice(pattern, device) {
    // `exists` and `missing`.
    if (pattern.kind === 'range')
        return fits(pattern, 1n);
    if (pattern.text === '0' && !pattern.prefix)
        return false;
    // The number of a device whose name nft did not know.
    return device === null || /^\d+$/.test(pattern.text) ? null : fits(pattern, device);
}
/** Where none is found, `oif` is 0 and `oifname` empty (nft_fib_store_result). */
function takesNone(pattern, result) {
    if (pattern.kind === 'range')
        return fits(pattern, 0n);
    return result === 'oifname' ? fits(pattern, '') : pattern.text === '0' && !pattern.prefix;
}
function yesNo(value) {
    return value ? 'yes' : 'no';
}
