import { isBlank } from '../blanks.js';
import { matchModule } from '../extensions/registry.js';
import { Cursor } from './cursor.js';
import { connectionPrints } from './print-connection.js';
import { opaquePrints } from './print-opaque.js';
import { senderPrints } from './print-sender.js';
import { isTargetName, readTargetTail } from './print-target.js';
import { transportPrints } from './print-transport.js';
/** A comment holds at most 256 bytes with its end (xt_comment.h), so its end is not looked for any further. */
const LONGEST_COMMENT = 256;
let prints = null;
/**
 * Reads what matches and target printed behind the destination, in the order of the rule.
 * @param text the line from behind the destination to its end.
 * @param target the word in the target column, or null for a rule without target.
 */
export function scanExtensions(text, target, context) {
    const cursor = new Cursor(text);
    cursor.skipBlanks();
    const goto = cursor.take(/\[goto\](?!\S)/y) !== null;
    const printing = target !== null && isTargetName(target) ? target : null;
    return { goto, ...new Scan(text, printing, context).from(cursor.position) };
}
/** Reads a line step by step. Each step leads on to a later place, and each place is read once, however many lead there. */
class Scan {
    #text;
    #target;
    #context;
    #steps = new Map();
    #readings = new Map();
    constructor(text, target, context) {
        this.#text = text;
        this.#target = target;
        this.#context = context;
    }
    /** Reads from a place to the end. */
    from(start) {
        const whole = this.#readingFrom(start);
        const matches = [];
        const strange = [];
        const flush = () => {
            if (strange.length > 0)
                matches.push(unrecognised(strange.join(' ')));
            strange.length = 0;
        };
        for (let at = whole; at !== null; at = at.rest) {
            if (at.way?.matches === null) {
                strange.push(at.way.text);
                continue;
            }
            flush();
            for (const match of at.way?.matches ?? [])
                matches.push(match);
        }
        return { matches, target: whole.target, clean: whole.clean };
    }
    /** A place is settled when those that it leads to are: they wait on a list, for a line can hold thousands of steps. */
    #readingFrom(start) {
        const waiting = [start];
        for (;;) {
            const place = waiting.at(-1) ?? start;
            const reading = this.#settle(place);
            if (typeof reading === 'number') {
                waiting.push(reading);
                continue;
            }
            this.#readings.set(place, reading);
            waiting.pop();
            if (waiting.length === 0)
                return reading;
        }
    }
    /**
     * The first way behind which everything is understood is taken; failing that the first, so that what follows is
     * unrecognised and not lost in a comment.
     * @returns the reading, or a later place that must be settled first.
     */
    #settle(place) {
        const { ways, target } = this.#stepAt(place);
        let first = null;
        for (const way of ways) {
            const rest = this.#readings.get(way.to);
            if (rest === undefined)
                return way.to;
            const reading = { way, rest, target: rest.target, clean: way.clean && rest.clean };
            if (rest.clean && (rest.target !== null || this.#target === null))
                return reading;
            first ??= reading;
        }
        return first ?? { way: null, rest: null, target, clean: true };
    }
    #stepAt(place) {
        const known = this.#steps.get(place);
        if (known !== undefined)
            return known;
        const step = this.#read(new Cursor(this.#text, place));
        this.#steps.set(place, step);
        return step;
    }
    #read(cursor) {
        cursor.skipBlanks();
        const start = cursor.position;
        const target = this.#target === null ? null : readTargetTail(this.#target, cursor, this.#context);
        if (target !== null || cursor.atEnd())
            return { ways: [], target };
        const comments = this.#commentsAt(start);
        if (comments.length > 0)
            return { ways: comments, target: null };
        const matches = readOne(cursor, this.#context);
        // A reader that took nothing has read nothing.
        const text = matches === null || cursor.position === start ? cursor.word() : '';
        const clean = text === '' && matches?.every(({ kind }) => kind !== 'unrecognised') === true;
        return {
            ways: [{ matches: text === '' ? matches : null, text, clean, to: cursor.position }],
            target: null,
        };
    }
    /** @returns the comments that may begin at this place, by their ends. */
    #commentsAt(place) {
        const ways = [];
        if (!this.#text.startsWith('/* ', place))
            return ways;
        const start = place + 3;
        const near = this.#text.slice(start, start + LONGEST_COMMENT + 3);
        for (let end = near.indexOf(' */'); end >= 0; end = near.indexOf(' */', end + 1)) {
            const to = start + end + 3;
            if (to < this.#text.length && !isBlank(this.#text.charCodeAt(to)))
                continue;
            const text = near.slice(0, end);
            ways.push({ matches: [{ kind: 'comment', negated: false, text }], text: '', clean: true, to });
        }
        return ways;
    }
}
function unrecognised(text) {
    return { kind: 'unrecognised', negated: false, text };
}
function readOne(cursor, context) {
    const start = cursor.position;
    const negated = cursor.take(/! (?=\S)/y) !== null;
    const word = cursor.take(/#conn|[A-Za-z][\w-]*/y)?.[0] ?? '';
    cursor.position -= word.length;
    prints ??= allPrints();
    // `tos match0x10/0x3f` and the like glue a number to their last word, never to the first.
    const printed = prints.get(word)?.(cursor, negated, context) ?? null;
    if (printed !== null)
        return isPrinted(printed) ? interpret(printed, context) : printed;
    cursor.position = start;
    return null;
}
function interpret(printed, context) {
    const missing = printed.lost ?? [];
    if (printed.parts.length === 0 && missing.length > 0)
        return missing;
    const matches = matchModule(printed.module)?.read(printed.parts, context) ?? [unrecognised(printed.module)];
    return missing.length === 0 ? matches : [...matches, ...missing];
}
function isPrinted(printed) {
    return 'module' in printed;
}
function allPrints() {
    return new Map([
        ...opaquePrints(),
        ...Object.entries({ ...transportPrints, ...connectionPrints, ...senderPrints }),
    ]);
}
