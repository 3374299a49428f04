import { answered } from '../branch.js';
import { answeredBy, withShare } from './rule-result.js';
/** @returns the branch once for each element that it may find; nothing where that is not known. */
export function waysOf(found, branch, questions) {
    switch (found.kind) {
        case 'found':
            return [{ branch, element: found.element }];
        case 'missed':
        case 'absent':
            return [{ branch, element: null }];
        case 'chance':
            return found.ways.map(({ element, share }) => ({ branch: withShare(branch, share), element }));
        case 'open':
            return askedInTurn(found.ways, branch, questions);
        case 'unknown':
            return [];
    }
}
function askedInTurn(possible, start, questions) {
    const ways = [];
    let rest = start;
    for (const { element, asked } of possible) {
        const held = asked === null ? true : answered(rest, asked);
        if (held === true || asked === null)
            return [...ways, { branch: rest, element }];
        if (held === false)
            continue;
        questions.met(asked, rest.probability);
        ways.push({ branch: answeredBy(rest, asked, true), element });
        rest = answeredBy(rest, asked, false);
    }
    return ways;
}
