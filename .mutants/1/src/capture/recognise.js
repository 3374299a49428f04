import { describeForeign } from './recognise-foreign.js';
import { recogniseJson } from './recognise-json.js';
import { recogniseLines } from './recognise-lines.js';
/**
 * How a list or an object of JSON begins. A bracket alone says nothing: counters of rules (`[1:2] -A`), events of conntrack
 * (`[NEW]`), times (`[1700000000.1]`) and prompts (`[root@node ~]#`) have one too.
 */
const JSON_START = /^(?:\[\s*(?:[[{"\]]|(?:-?\d[\d.]*|true|false|null)\s*(?:,|\]\s*$)|$)|\{\s*(?:["}]|$))/;
/**
 * Tells what an input is by its content, never by its name.
 * @param head its first bytes (64 KiB are plenty); UTF-8.
 */
export function recognise(head) {
    if (head.length === 0)
        return unknown('empty', 'the file is empty');
    const foreign = describeForeign(head);
    if (foreign !== null)
        return unknown('unknown', foreign);
    const text = head.toString('utf8');
    const start = text.trimStart();
    if (start === '')
        return unknown('empty', 'the file holds only blanks');
    if (JSON_START.test(start))
        return recogniseJson(start);
    return recogniseLines(text);
}
function unknown(kind, looksLike) {
    return { kind, family: null, looksLike };
}
