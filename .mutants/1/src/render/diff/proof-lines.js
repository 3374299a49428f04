import { counted } from '../../words/numbers.js';
import { escapeTerminal } from '../escape.js';
/**
 * @param most things left unexplored, and things taken for granted, of which so many are shown
 * @returns what the answer rests on, and what was left open
 */
export function proofLines({ proof, identical }, colours, most) {
    const { complete, classes, unexplored, restsOn, budget } = proof;
    const missing = missingText(proof);
    const traced = `${counted(classes, 'class', 'classes')} of packets traced on both sides`;
    const first = complete
        ? classes === 0
            ? 'Compared by what the rules do: nothing is left that could let a packet fare otherwise.'
            : `Proved for all packets that the changes can concern: ${traced}${identical ? ', none fares otherwise' : ''}.`
        : unexplored.length === 0
            ? `Not proved: ${missing}. Of what was captured: ${classes === 0 ? 'the rules do the same' : traced}.`
            : `Not proved: ${traced} (--budget ${budget})${missing === '' ? '' : `; ${missing}`}. Left unexplored:`;
    const open = shortened(unexplored.map((text) => `  ${escapeTerminal(text)}`), '(-o json lists all)', most);
    const granted = oneOfEach(restsOn);
    return ['', complete ? first : colours.warning(first), ...open, ...restLines(granted, most)];
}
/** @returns which files are missing on which side, as part of a sentence; empty where none is. */
export function missingText({ lacking }) {
    const files = (held, partly) => [
        ...new Set(lacking.filter((each) => each.held === held && each.partly === partly).map(({ file }) => file)),
    ];
    return [
        clause('neither side has', files('neither', false)),
        clause('only the first side has', files('before', false)),
        clause('only the second side has', files('after', false)),
        clause('not whole are', [...new Set(lacking.filter(({ partly }) => partly).map(({ file }) => file))]),
    ]
        .filter((text) => text !== '')
        .join('; ');
}
function clause(what, files) {
    if (files.length === 0)
        return '';
    const verb = what === 'not whole are' && files.length === 1 ? 'not whole is' : what;
    return `${verb} ${files.join(', ')}`;
}
/** @returns what the first line says of link-local addresses that were put aside; empty where none were. */
export function linkLocalText({ linkLocal }) {
    if (linkLocal === null)
        return '';
    const count = linkLocal.before.length + linkLocal.after.length;
    return ` apart from ${count} link-local ${count === 1 ? 'address' : 'addresses'}`;
}
/** @returns the one line that stands for them. */
export function linkLocalLine({ linkLocal }) {
    if (linkLocal === null)
        return [];
    const { before, after } = linkLocal;
    return [
        `  link-local addresses of interfaces: ${before.length} are gone, ${after.length} are new, as after a start of the node; packets to or from them are put aside (--strict counts them)`,
    ];
}
/** Of notes of one kind that are many the first is told. */
function oneOfEach(notes) {
    const kinds = new Map();
    for (const note of notes) {
        const own = kinds.get(note.code);
        if (own === undefined)
            kinds.set(note.code, [note]);
        else
            own.push(note);
    }
    return [...kinds.values()].flatMap((own) => {
        const shown = own.length <= 2 ? own : own.slice(0, 1);
        const more = own.length - shown.length;
        return shown.map(({ text }) => `  ${escapeTerminal(text)}${more === 0 ? '' : `, and ${more} more of the kind (-o json lists all)`}`);
    });
}
function restLines(granted, most) {
    if (granted.length === 0)
        return [];
    if (most === 0)
        return [`This rests on ${counted(granted.length, 'assumption')} (--detail full).`];
    return ['This rests on:', ...shortened(granted, '(-o json lists all)', most)];
}
function shortened(lines, hint, most) {
    if (lines.length <= most)
        return [...lines];
    return [...lines.slice(0, most), `  and ${lines.length - most} more ${hint}`];
}
