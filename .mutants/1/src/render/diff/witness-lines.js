import { socketText } from '../../net/socket.js';
import { percent } from '../../words/numbers.js';
import { escapeTerminal } from '../escape.js';
import { placeText } from '../trace/verdict-text.js';
import { sign } from './change-lines.js';
/** @returns one line: the packet, and what becomes of it on each side. */
export function witnessLine(witness, colours) {
    const { packet, severity, service, destinations } = witness;
    const to = socketText(packet.destination.address, packet.destination.port);
    const name = service === null ? '' : ` (${serviceName(service)})`;
    const more = destinations.more + destinations.examples.length - 1;
    const others = more > 0 ? ` and ${more} more ${more === 1 ? 'destination' : 'destinations'}` : '';
    const extras = [
        ...(packet.mark === '0x0' ? [] : [`mark ${packet.mark}`]),
        ...(packet.state === 'NEW' ? [] : [`state ${packet.state}`]),
        ...(packet.entersAt === 'PREROUTING' && packet.inInterface !== null ? [`in ${packet.inInterface}`] : []),
        ...(packet.icmp === null ? [] : [`type ${packet.icmp.type}`]),
    ];
    const sender = senderText(witness);
    const what = `${packet.protocol} ${sender} → ${to}${name}${others}${extras.length === 0 ? '' : `, ${extras.join(', ')}`}`;
    const [before, after] = [
        sideText(witness.before, witness.after, witness),
        sideText(witness.after, witness.before, witness),
    ];
    return `${sign(severity, colours)} ${colours.name(escapeTerminal(what))}: before ${escapeTerminal(before)}, after ${colours.strong(escapeTerminal(after))}${conditionText(witness)}`;
}
function senderText({ packet, from }) {
    const { address } = packet.source;
    if (packet.entersAt === 'OUTPUT')
        return from;
    return address === null || from === address ? from : `${address} (${from})`;
}
function serviceName({ namespace, name, port, via }) {
    const kinds = {
        clusterIP: ' cluster IP',
        nodePort: ' node port',
        externalIP: ' external IP',
        loadBalancerIP: ' load balancer IP',
    };
    return `${namespace}/${name}${port === '' ? '' : `:${port}`}${via === null ? '' : kinds[via]}`;
}
/** Conditions under which the sides differ; where one side has none, the other's. */
function conditionText({ before, after }) {
    const given = [...new Set([...before.given, ...after.given].map(({ text }) => text))];
    if (given.length === 0)
        return '';
    const more = given.length > 1
        ? ` and ${given.length - 1} more ${given.length === 2 ? 'condition' : 'conditions'}`
        : '';
    return escapeTerminal(`, if ${given[0] ?? ''}${more}`);
}
function sideText(side, other, witness) {
    const accepted = side.outcomes.filter(({ verdict }) => verdict === 'accept');
    const refused = side.outcomes.filter(({ verdict }) => verdict !== 'accept');
    const parts = [
        ...(accepted.length === 0 ? [] : [acceptedText(accepted, other, witness)]),
        ...refusals(refused, side),
    ];
    return parts.join(' and ');
}
/** What one rule does to packets for several endpoints is told once, with their shares added up. */
function refusals(outcomes, side) {
    const shares = new Map();
    for (const outcome of outcomes) {
        const text = refusedText(outcome, side);
        shares.set(text, (shares.get(text) ?? 0) + outcome.probability);
    }
    return [...shares].map(([text, share]) => `${share > 1 - 1e-9 ? '' : `${percent(share)} `}${text}`);
}
function acceptedText(outcomes, other, witness) {
    const own = placesOf(outcomes, witness);
    const others = placesOf(other.outcomes.filter(({ verdict }) => verdict === 'accept'), witness);
    const source = sourceText(outcomes, other);
    if (own.size === 1 && own.has(ITSELF)) {
        const [first] = outcomes;
        const exit = first?.exit?.kind === 'interface'
            ? `, leaves through ${first.exit.name}`
            : first?.exit?.kind === 'local'
                ? ', to this node itself'
                : '';
        return `passes with destination unchanged${exit}${source}`;
    }
    const lacking = [...own.keys()].filter((place) => !others.has(place));
    const count = own.size === 1 ? '1 endpoint' : `${own.size} endpoints`;
    const which = lacking.length === 0 || others.size === 0 || others.has(ITSELF)
        ? own.size <= 3
            ? ` ${[...own.keys()].join(' ')}`
            : ''
        : ` with ${shown(lacking)}`;
    const uneven = lacking.length === 0 &&
        [...own].some(([place, part]) => Math.abs(part - (others.get(place) ?? part)) > 1e-6);
    const shares = uneven ? ` (${shown([...own].map(([place, part]) => `${place} ${percent(part)}`))})` : '';
    return `${count}${shares === '' ? which : shares}${source}`;
}
const ITSELF = '';
function placesOf(outcomes, { packet }) {
    const places = new Map();
    for (const { destination, probability } of outcomes) {
        const same = destination.address === packet.destination.address && destination.port === packet.destination.port;
        const place = same ? ITSELF : socketText(destination.address, destination.port);
        places.set(place, (places.get(place) ?? 0) + probability);
    }
    return places;
}
/** What becomes of the source is only said where the sides differ in it. */
function sourceText(outcomes, other) {
    const rewrites = (list) => [...new Set(list.filter(({ verdict }) => verdict === 'accept').map(({ source }) => source.rewrite))]
        .sort()
        .join();
    const [own, others] = [rewrites(outcomes), rewrites(other.outcomes)];
    if (own === others || others === '')
        return '';
    const words = own
        .split(',')
        .map((rewrite) => rewrite === 'none' ? 'source kept' : rewrite === 'masquerade' ? 'masqueraded' : 'source rewritten');
    return ` (${words.join(' or ')})`;
}
function refusedText(outcome, { deciders }) {
    const verdict = {
        drop: 'DROP',
        reject: `REJECT with ${outcome.rejectWith}`,
        queue: 'QUEUE',
        unknown: 'UNKNOWN',
        accept: '',
    }[outcome.verdict];
    if (outcome.reason !== null)
        return `${verdict} (${outcome.reason.text})`;
    const decidedBy = deciders.find(({ id }) => id === outcome.decidedBy);
    return decidedBy === undefined ? verdict : `${verdict} by ${placeText(decidedBy)}`;
}
function shown(texts) {
    return texts.length <= 3 ? texts.join(' ') : `${texts.slice(0, 3).join(' ')} and ${texts.length - 3} more`;
}
/** @returns the two paths up to where they part. */
export function pathLines({ before, after, common }, colours) {
    const shared = before.path.slice(0, common);
    const skipped = Math.max(0, shared.length - 3);
    return [
        ...(skipped === 0 ? [] : [colours.faint(`      ${skipped} steps alike, then`)]),
        ...shared.slice(skipped).map((step) => `      ${stepText(step)}`),
        ...partText('before', before, common),
        ...partText('after', after, common),
    ];
}
function partText(name, side, common) {
    const step = side.path[common];
    const lines = [`    ${name.padEnd(6)} ${step === undefined ? 'no further rule' : stepText(step)}`];
    const { decidedBy } = side;
    if (decidedBy !== null && decidedBy.id !== step?.id)
        lines.push(`           … ${stepText(decidedBy)}`);
    return lines;
}
function stepText(step) {
    const target = step.target === null ? '' : ` ${escapeTerminal(step.target)}`;
    const text = step.text === null ? '' : `  ${escapeTerminal(step.text)}`;
    return `${step.hook} ${placeText(step)}: ${step.action}${target}${text}`;
}
