import { socketText } from '../../net/socket.js';
import { explainTrace } from '../explain-trace.js';
import { plainQuestion, QuestionError } from '../question/question.js';
import { NOTHING } from './kernel-packet.js';
/**
 * Reads a packet's trace beside the capture: each rule quoted and named, and where it parts from the ways that `trace` knows for
 * this packet. Of several ways (a random choice) the one that agrees longest is taken.
 */
export function compareKernelTrace(packet, known) {
    const first = packet.places[0]?.packet;
    const asked = first === undefined ? null : ask(first, known);
    const steps = asked === null || typeof asked === 'string' ? [] : bestWay(packet, asked);
    const used = new Set();
    const places = packet.places.map((place, index) => {
        const step = steps.find((one) => !used.has(one) && isSame(place, one));
        if (step !== undefined)
            used.add(step);
        const rule = step?.text == null ? ruleAt(place, packet, known) : step;
        const quoted = rule?.text == null ? null : { text: rule.text, file: rule.file, line: rule.line };
        const rewritten = rewriting(packet.places[index - 1]?.packet, place.packet);
        return {
            ...place,
            number: place.number ?? step?.rule ?? null,
            rule: quoted,
            note: step?.rule == null ? null : step.note,
            rewritten,
        };
    });
    const notCompared = asked === null
        ? 'the trace does not tell where the packet goes'
        : typeof asked === 'string'
            ? asked
            : null;
    return {
        tool: packet.tool,
        packet: first ?? NOTHING,
        places,
        verdict: verdictOf(places),
        parts: asked === null || typeof asked === 'string' ? null : partingOf(packet, steps, asked, known),
        notCompared,
    };
}
/** @returns what `trace` says of the packet as it was when the kernel first told of it; a sentence where it cannot be asked. */
function ask(packet, known) {
    if (packet.destination === null || packet.source === null)
        return null;
    try {
        const question = {
            ...plainQuestion(socketText(packet.destination, packet.destinationPort)),
            from: packet.source,
            protocol: packet.protocol,
            sourcePort: packet.sourcePort,
            inInterface: packet.inInterface,
            detail: 'path',
        };
        return explainTrace(question, known)[0] ?? null;
    }
    catch (error) {
        if (error instanceof QuestionError)
            return error.message;
        throw error;
    }
}
/** The rules of the outcome that agrees longest with the kernel. */
function bestWay(packet, item) {
    let best = [];
    let longest = -1;
    for (const { path } of item.outcomes) {
        const steps = path.flatMap((id) => item.steps.find((step) => step.id === id) ?? []);
        const agreed = agreement(rulesOf(packet), steps.filter(isRule));
        if (agreed > longest)
            [best, longest] = [steps, agreed];
    }
    return best;
}
/** A rule whose target is TRACE begins the trace, and the log does not tell of it. */
function isRule({ rule, action, handle }) {
    return (rule !== null || handle != null) && action !== 'trace';
}
function rulesOf({ places }) {
    return places.filter(({ kind, text }) => kind === 'rule' && !/-j TRACE$|nftrace set 1/.test(text ?? ''));
}
function agreement(places, steps) {
    let at = 0;
    while (at < places.length && at < steps.length) {
        const [place, step] = [places[at], steps[at]];
        if (place === undefined || step === undefined || !isSame(place, step))
            break;
        at++;
    }
    return at;
}
/** By number, by handle where nft listed the rule, by the rule's own words; else by its chain and where it leads. */
function isSame(place, step) {
    if (place.table !== step.table || place.chain !== step.chain)
        return false;
    if (place.kind !== 'rule')
        return step.rule === null && step.handle == null;
    if (place.number !== null && step.rule !== null)
        return place.number === step.rule;
    if (place.handle !== null && step.handle != null)
        return place.handle === step.handle;
    if (place.text?.startsWith('-A ') === true && step.text?.startsWith('-A ') === true)
        return place.text === step.text;
    if (step.rule === null && step.handle == null)
        return false;
    const jump = /^(?:jump|goto)[ :](\S+)$/i.exec(place.verdict ?? '')?.[1];
    return jump === undefined ? !/^(?:jump|goto)$/.test(step.action) : jump === step.target;
}
function partingOf(packet, steps, { assumptions }, known) {
    const places = rulesOf(packet);
    const rules = steps.filter(isRule);
    const agreed = agreement(places, rules);
    const place = places[agreed];
    const step = rules[agreed];
    if (place === undefined && step === undefined)
        return null;
    const at = place === undefined ? packet.places.length : packet.places.indexOf(place);
    return {
        at,
        kernel: place === undefined ? null : placeText(place),
        traced: step === undefined ? null : stepText(step),
        why: whyApart(packet, place, step, known) ?? whyUnknown(assumptions),
    };
}
function whyApart(packet, place, step, known) {
    const asksNat = packet.places.some(({ table }) => table === 'nat');
    if (step?.table === 'nat' && !asksNat)
        return 'the kernel did not ask the nat table: the packet is of a flow that conntrack knows, or the trace lacks that table';
    if (place === undefined)
        return 'the trace ends before: it was cut, or the packet left through what does not trace';
    const rule = ruleAt(place, packet, known);
    if (place.text?.startsWith('-A ') === true && rule === null)
        return 'the capture has no such rule: rules have changed since one of the two was taken';
    if (place.number !== null && rule === null)
        return 'the capture has no rule of that number there: rules have changed since one of the two was taken';
    if (step !== undefined && step.table === place.table && step.chain === place.chain)
        return 'both rules are in the capture: what decides between them is a random choice, a set, a mark or a rule that was moved since';
    return null;
}
/** Assumptions that are told. */
const TOLD = 2;
function whyUnknown(assumptions) {
    const taken = assumptions.slice(0, TOLD).map(({ text }) => text);
    if (taken.length === 0)
        return 'not known: a flow or a set that the capture lacks, or rules that have changed since';
    return `not known; trace takes for granted what was not captured: ${taken.join('; ')}`;
}
/** The rule of the capture at that number, or of those words; null where there is none. */
function ruleAt(place, { family }, { rulesets }) {
    if (place.kind !== 'rule')
        return null;
    for (const ruleset of rulesets) {
        if (ruleset.family !== family)
            continue;
        const rules = chainOf(ruleset, place)?.rules;
        if (rules === undefined)
            continue;
        if (place.number !== null) {
            if (place.number > rules.length)
                continue;
            const { text, file, line } = rules.at(place.number - 1);
            return { text, file, line };
        }
        for (let index = 0; index < rules.length; index++) {
            if (rules.text(index).replace(/^\[\d+:\d+\] /, '') !== place.text)
                continue;
            const { text, file, line } = rules.at(index);
            return { text, file, line };
        }
    }
    return null;
}
function chainOf({ tables }, { table, chain }) {
    const names = ['raw', 'mangle', 'nat', 'filter', 'security'];
    const name = names.find((one) => one === table);
    return name === undefined ? undefined : tables.get(name)?.chains.get(chain);
}
function rewriting(before, now) {
    if (before === undefined)
        return null;
    const ends = (fields) => [
        socketText(fields.source ?? '?', fields.sourcePort),
        socketText(fields.destination ?? '?', fields.destinationPort),
    ];
    const [from = '', to = ''] = ends(before);
    const [source = '', destination = ''] = ends(now);
    const changes = [
        ...(from === source ? [] : [`source ${from} → ${source}`]),
        ...(to === destination ? [] : [`destination ${to} → ${destination}`]),
    ];
    return changes.length === 0 ? null : changes.join(', ');
}
/** The log tells no verdicts: what stands behind a policy is known, of the last rule only that it was the last. */
function verdictOf(places) {
    const told = places.at(-1)?.verdict ?? null;
    return told === null || /^(?:CONTINUE|JUMP|GOTO|RETURN)/i.test(told) ? null : told.toUpperCase();
}
function placeText({ table, chain, number, text, verdict }) {
    const rule = number === null ? '' : ` rule ${number}`;
    return `${table} ${chain}${rule}${text === null ? '' : `: ${text}`}${verdict === null ? '' : ` (${verdict})`}`;
}
function stepText({ table, chain, rule, text }) {
    return `${table} ${chain}${rule === null ? '' : ` rule ${rule}`}${text === null ? '' : `: ${text}`}`;
}
