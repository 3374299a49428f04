import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { KEYS, nearestKey } from './keys.js';
/** Nobody writes more by hand, and YAML takes its time. */
const LONGEST = 5 * 1024 * 1024;
/** Reads parts of a YAML document and collects every mistake with its line. Never throws. */
export class YamlReader {
    mistakes = [];
    root;
    #lines = new LineCounter();
    constructor(text) {
        if (text.length > LONGEST) {
            this.mistakes.push({ line: 1, message: 'the file is larger than 5 MB' });
            this.root = null;
            return;
        }
        const document = this.#parse(text);
        if (document === null) {
            this.mistakes.push({ line: 1, message: 'not YAML: it is nested too deeply' });
            this.root = null;
            return;
        }
        for (const { pos, message } of document.errors)
            this.mistakes.push({ line: this.#lines.linePos(pos[0]).line, message: `not YAML: ${message}` });
        this.root = document.errors.length > 0 ? null : document.contents;
    }
    /** `yaml` calls itself for each level: @returns null where there are too many. */
    #parse(text) {
        try {
            return parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, logLevel: 'silent' });
        }
        catch {
            return null;
        }
    }
    /** Notes a mistake at a node. */
    wrong(node, message) {
        this.mistakes.push({ line: this.lineOf(node), message });
    }
    /** @returns the line on which the node begins; 1 where that is not known. */
    lineOf(node) {
        const range = isNode(node) ? node.range : undefined;
        return range === undefined || range === null ? 1 : this.#lines.linePos(range[0]).line;
    }
    /** @returns the node as a mapping with known keys only, or null with a mistake. */
    map(node, part, what) {
        if (!isMap(node)) {
            this.wrong(node, `${what} must be a mapping with the keys ${KEYS[part].join(', ')}`);
            return null;
        }
        for (const pair of node.items)
            this.#checkKey(pair, part, what);
        return node;
    }
    #checkKey({ key }, part, what) {
        const text = isScalar(key) ? String(key.value) : '';
        const known = KEYS[part];
        if (known.includes(text))
            return;
        const near = nearestKey(text, known);
        const hint = near === null ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
        this.wrong(key, `${what} has no key "${text.slice(0, 60)}"; ${hint}`);
    }
    /** @returns the items of a list; empty where the key is absent, or with a mistake where it is no list. */
    list(map, key) {
        const node = map.get(key, true);
        if (node === undefined || (isScalar(node) && node.value === null))
            return [];
        if (isSeq(node))
            return node.items;
        this.wrong(node, `${key} must be a list`);
        return [];
    }
    /** @returns a text; null where the key is absent, or with a mistake where it is no text. */
    text(map, key) {
        const node = map.get(key, true);
        if (node === undefined)
            return null;
        if (isScalar(node) && typeof node.value === 'string' && node.value !== '')
            return node.value;
        if (isScalar(node) && typeof node.value === 'number')
            return String(node.source ?? node.value);
        this.wrong(node, `${key} must be a text`);
        return null;
    }
    /** @returns a text that must be there; the empty string, with a mistake, where it is not. */
    required(map, key, what) {
        const text = this.text(map, key);
        if (text === null && !map.has(key))
            this.wrong(map, `${what} needs ${key}`);
        return text ?? '';
    }
    /** @returns one of the choices; null where absent, or with a mistake. */
    choice(map, key, choices) {
        const node = map.get(key, true);
        if (node === undefined)
            return null;
        const found = isScalar(node) ? choices.find((choice) => choice === node.value) : undefined;
        if (found !== undefined)
            return found;
        this.wrong(node, `${key} must be ${choices.join(' or ')}`);
        return null;
    }
    /** @returns true or false; null where absent, or with a mistake. */
    flag(map, key) {
        const node = map.get(key, true);
        if (node === undefined)
            return null;
        if (isScalar(node) && typeof node.value === 'boolean')
            return node.value;
        this.wrong(node, `${key} must be true or false`);
        return null;
    }
    /** @returns a whole number of at least 0; null where absent, or with a mistake. */
    count(map, key, most) {
        const node = map.get(key, true);
        if (node === undefined)
            return null;
        const value = isScalar(node) ? node.value : null;
        if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most)
            return value;
        this.wrong(node, `${key} must be a whole number from 0 to ${most}`);
        return null;
    }
    /** @returns texts; empty where absent. */
    texts(map, key) {
        return this.list(map, key).flatMap((item) => {
            if (isScalar(item) && typeof item.value === 'string' && item.value !== '')
                return [item.value];
            this.wrong(item, `${key} must be a list of texts`);
            return [];
        });
    }
}
function isNode(value) {
    return isMap(value) || isSeq(value) || isScalar(value);
}
