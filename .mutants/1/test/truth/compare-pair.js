import { ALLOWANCES } from './allowed.js';
/** A wrong answer that a fair draw would hide less often than this is counted as wrong. */
const CHANCE = 1e-6;
export function comparePair(pair, item, measured) {
    const unknown = unknownReason(item);
    if (unknown !== null)
        return { disagreements: [], checked: [], allowed: [], unknown };
    const expected = item.outcomes.map((outcome) => expect(pair, outcome, measured));
    const texts = [];
    const add = (aspect, list) => {
        for (const text of list)
            texts.push({ aspect, text });
    };
    const checked = ['outcomes'];
    add('outcomes', compareOutcome(pair, expected));
    const reached = Object.keys(pair.backends).length > 0;
    const others = expected.some(({ allowance }) => allowance?.otherBackends === true);
    if (reached && !others) {
        checked.push('backends', 'masquerade');
        add('backends', compareBackends(pair, expected));
        add('masquerade', compareSources(pair, expected));
    }
    const allowed = [
        ...new Set(expected.flatMap(({ allowance }) => (allowance === null ? [] : [allowance.name]))),
    ];
    return { disagreements: texts, checked, allowed, unknown: null };
}
/**
 * An answer that commits itself to nothing and says why: every way of it is unknown for one reason. Where only some are,
 * or no reason is given, the pair is compared as if it were sure of itself, and disagrees.
 * @returns the reason's code, else null
 */
export function unknownReason({ outcomes }) {
    if (outcomes.some(({ verdict }) => verdict !== 'unknown'))
        return null;
    const codes = new Set(outcomes.map(({ reason }) => (reason?.text ? reason.code : null)));
    const [only] = codes;
    return codes.size === 1 ? (only ?? null) : null;
}
function expect(pair, outcome, measured) {
    const allowance = ALLOWANCES.find(({ applies, anyVerdict }) => (anyVerdict === true || outcome.verdict === 'accept') && applies(pair, outcome, measured)) ?? null;
    if (allowance !== null)
        return { outcome, sees: allowance.sees, allowance };
    return { outcome, sees: SEEN_OF[outcome.verdict], allowance };
}
const SEEN_OF = {
    accept: ['reached'],
    drop: ['timeout'],
    reject: ['rejected'],
    queue: [],
    unknown: [],
};
/** Everything measured must have been traced, and everything traced must have been measured, chance aside. */
function compareOutcome(pair, expected) {
    const measured = pair.outcome.split('+');
    const traced = expected.map(({ outcome, sees }) => `${outcome.verdict} (${sees.join('|')})`);
    const text = `measured ${pair.outcome}, traced ${[...new Set(traced)].join(', ')}`;
    if (measured.some((seen) => !expected.some(({ sees }) => sees.some((each) => each === seen))))
        return [text];
    const unseen = expected.filter(({ sees }) => !sees.some((each) => measured.includes(each)));
    const share = unseen.reduce((sum, { outcome }) => sum + outcome.probability, 0);
    if (pair.sessionAffinity !== true && (1 - share) ** pair.attempts < CHANCE)
        return [text];
    return rejectedBy(pair, expected);
}
function rejectedBy(pair, expected) {
    const measured = Object.keys(pair.rejectBy ?? {}).map((by) => by.replace(/ from .*/, ''));
    const traced = expected.flatMap(({ outcome }) => (outcome.rejectWith === null ? [] : [outcome.rejectWith]));
    if (traced.length === 0 || measured.every((by) => traced.includes(by)))
        return [];
    return [`rejected by ${measured}, traced ${traced}`];
}
function compareBackends(pair, expected) {
    const shares = new Map();
    for (const { outcome, sees } of expected) {
        if (sees.includes('reached'))
            shares.set(socket(outcome), (shares.get(socket(outcome)) ?? 0) + outcome.probability);
    }
    const problems = [];
    for (const backend of Object.keys(pair.backends)) {
        if (!shares.has(backend))
            problems.push(`${backend} was reached but not traced (traced ${[...shares.keys()]})`);
    }
    // A scheduler that hashes has candidates and no shares.
    const candidates = new Set(expected.filter(({ outcome }) => outcome.given.some(isChoice)).map(({ outcome }) => socket(outcome)));
    for (const [backend, share] of shares) {
        if (!candidates.has(backend) &&
            pair.sessionAffinity !== true &&
            pair.backends[backend] === undefined &&
            (1 - share) ** pair.attempts < CHANCE) {
            problems.push(`${backend} has a share of ${share} but was never reached in ${pair.attempts} tries`);
        }
    }
    for (const [backend, { pod }] of Object.entries(pair.perBackend ?? {})) {
        const names = expected
            .filter(({ outcome }) => socket(outcome) === backend)
            .map(({ outcome }) => outcome.endpoint?.pod ?? null);
        if (pod !== '' && names.some((name) => name !== null && !sameKind(name, pod))) {
            problems.push(`${backend} answered as ${pod}, named ${[...new Set(names)]}`);
        }
    }
    return problems;
}
function isChoice({ code }) {
    return code === 'ipvs-choice';
}
/** 25 pods of each node run in one place, which answers with the name of the set. */
function sameKind(name, pod) {
    return name === pod || (name.startsWith(pod) && /^-?\d+$/.test(name.slice(pod.length)));
}
function compareSources(pair, expected) {
    const problems = [];
    for (const [backend, seen] of Object.entries(pair.perBackend ?? {})) {
        for (const { outcome } of expected.filter((each) => socket(each.outcome) === backend)) {
            const masqueraded = outcome.source.rewrite !== 'none';
            // Masquerading to what the packet has already is seen by nobody.
            const unseen = seen.portKept === seen.n && pair.clientAddr.some((own) => own in seen.sources);
            if (masqueraded !== seen.masqueraded && !(masqueraded && unseen)) {
                problems.push(`${backend}: masqueraded ${seen.masqueraded}, traced ${outcome.source.rewrite}`);
            }
            const addresses = Object.keys(seen.sources);
            if (outcome.source.address === null || !addresses.includes(outcome.source.address)) {
                problems.push(`${backend} saw ${addresses}, traced ${outcome.source.address}`);
            }
        }
    }
    return problems;
}
function socket({ destination }) {
    const { address, port } = destination;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
