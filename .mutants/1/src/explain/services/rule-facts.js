import { ADDRESS_BITS } from '../../net/address.js';
import { maskOfLength } from '../../net/prefix.js';
import { formatProtocol } from '../../net/protocol.js';
/** @returns the facts of one rule. Matches that are not listed in {@link RuleFacts} only make it `conditional`. */
export function factsOf(rule) {
    let destination = null;
    let source = null;
    let protocol = null;
    let port = null;
    let comment = null;
    let probability = null;
    let recentSeconds = null;
    let recentCheck = false;
    let destinationLocal = false;
    let physdev = false;
    let conditional = false;
    let lost = NOTHING_LOST;
    for (const match of rule.matches) {
        switch (match.kind) {
            case 'comment':
                comment ??= match.text;
                break;
            case 'protocol':
                if (match.negated)
                    conditional = true;
                else
                    protocol = match.number === null ? match.name.toLowerCase() : formatProtocol(match.number);
                break;
            case 'statistic-random':
                probability = (probability ?? 1) * (match.negated ? 1 - match.probability : match.probability);
                break;
            case 'statistic-nth': {
                const chance = match.every > 0 ? 1 / match.every : 1;
                probability = (probability ?? 1) * (match.negated ? 1 - chance : chance);
                break;
            }
            case 'recent':
                if (match.action === 'set' && !match.negated)
                    break;
                recentCheck = true;
                recentSeconds = match.seconds;
                conditional = true;
                break;
            case 'destination':
                conditional = true;
                if (!match.negated && isHost(match.prefix))
                    destination = match.prefix;
                break;
            case 'source':
                conditional = true;
                if (!match.negated)
                    source = match.prefix;
                break;
            case 'destination-port':
                conditional = true;
                if (!match.negated && match.ports.from === match.ports.to)
                    port = match.ports.from;
                break;
            case 'addrtype':
                conditional = true;
                if (!match.negated && match.side === 'destination' && match.types.includes('LOCAL'))
                    destinationLocal = true;
                break;
            case 'physdev-name':
            case 'physdev-is':
                conditional = true;
                physdev = true;
                break;
            case 'lost':
                conditional = true;
                if (!match.negated)
                    lost = { ...lost, ...lostPart(match.what, match.text) };
                break;
            default:
                conditional = true;
        }
    }
    return {
        destination,
        source,
        protocol,
        port,
        comment,
        probability,
        recentSeconds,
        recentCheck,
        destinationLocal,
        physdev,
        lost,
        conditional,
    };
}
const NOTHING_LOST = { destination: null, source: null, port: null };
function lostPart(what, text) {
    const [, side, address] = /^-([sd]) (.*)$/.exec(text) ?? [];
    if (what === 'address' && address !== undefined)
        return side === 's' ? { source: address } : { destination: address };
    const port = /^dpts?:(.*)$/.exec(text)?.[1];
    return what === 'port' && port !== undefined ? { port } : {};
}
function isHost(prefix) {
    return prefix.mask === maskOfLength(prefix.family, ADDRESS_BITS[prefix.family]);
}
