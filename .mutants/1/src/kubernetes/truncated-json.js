import { parseJson } from '../json/read-json.js';
/**
 * Rescues what stands complete in the JSON of a list that was cut: `{…, "items": [{…}, {…}, {…`.
 * @returns a list of the objects that are complete, with the list's kind where that stood before them. Never throws.
 */
export function completeItems(text) {
    const items = [];
    let head = null;
    for (const [start, end] of completeSpans(text)) {
        head ??= text.slice(0, Math.min(start, 10_000));
        const item = parseJson(text.slice(start, end));
        // Damaged rather than cut: this one is lost, the next may be whole.
        if (item !== undefined)
            items.push(item);
    }
    return { kind: /"kind"\s*:\s*"(\w+List)"/.exec(head ?? '')?.[1] ?? 'List', items };
}
/** Finds the objects that stand directly in a list which is itself a field of the outermost object, or the outermost value. */
function* completeSpans(text) {
    const special = /["{}[\]]/g;
    const open = [];
    let start = -1;
    let itemDepth = 0;
    for (let match = special.exec(text); match !== null; match = special.exec(text)) {
        const char = match[0];
        if (char === '"') {
            const end = endOfString(text, match.index);
            if (end < 0)
                return;
            special.lastIndex = end;
        }
        else if (char === '{' || char === '[') {
            const inList = open.at(-1) === '[' && open.length <= 2;
            if (char === '{' && start < 0 && inList) {
                start = match.index;
                itemDepth = open.length;
            }
            open.push(char);
            if (open.length > 1000)
                return;
        }
        else {
            open.pop();
            if (start >= 0 && open.length === itemDepth) {
                yield [start, match.index + 1];
                start = -1;
            }
        }
    }
}
/** @returns the place after the closing quote of the string that starts here, or -1. */
function endOfString(text, start) {
    for (let at = start + 1; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code === 0x5c)
            at++;
        else if (code === 0x22)
            return at + 1;
    }
    return -1;
}
