import { isFields } from '../json/fields.js';
import { parseJson } from '../json/read-json.js';
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;
/**
 * Splits the JSON of one list, `{…, "items": [{…}, {…}], …}`, as kubectl prints it.
 * @returns null where the bytes are anything else; what is between the items is checked, so nothing is passed over.
 */
export function splitLargeList(bytes) {
    const spans = itemSpans(bytes);
    if (spans === null)
        return null;
    const head = parseJson(outside(bytes, spans));
    if (!isFields(head) || !Array.isArray(head.items))
        return null;
    // Each item left a hole that 0 fills: the list is whole where there is nothing else in it.
    if (head.items.length * 2 !== spans.length || head.items.some((item) => item !== 0))
        return null;
    return {
        head: { ...head, items: [] },
        *items(damaged) {
            let allRead = true;
            for (let at = 0; at < spans.length; at += 2) {
                const item = parseJson(bytes.toString('utf8', spans[at], spans[at + 1]));
                if (item === undefined)
                    allRead = false;
                else
                    yield item;
            }
            if (!allRead)
                damaged();
        },
    };
}
/** @returns start and end of each object that stands directly in a list of the outermost object; null if brackets do not pair. */
function itemSpans(bytes) {
    const spans = [];
    let depth = 0;
    for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at];
        if (byte === QUOTE) {
            at++;
            while (at < bytes.length && bytes[at] !== QUOTE)
                at += bytes[at] === BACKSLASH ? 2 : 1;
        }
        else if (byte === OPEN || byte === OPEN_LIST) {
            if (depth === 2 && byte === OPEN)
                spans.push(at);
            depth++;
        }
        else if (byte === CLOSE || byte === CLOSE_LIST) {
            depth--;
            if (depth === 2 && byte === CLOSE)
                spans.push(at + 1);
        }
    }
    return depth === 0 && spans.length % 2 === 0 ? spans : null;
}
function outside(bytes, spans) {
    const parts = [];
    let from = 0;
    for (let at = 0; at < spans.length; at += 2) {
        parts.push(bytes.toString('utf8', from, spans[at]));
        from = spans[at + 1] ?? bytes.length;
    }
    parts.push(bytes.toString('utf8', from));
    return parts.join('0');
}
