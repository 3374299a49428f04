import { readElement } from '../json/read-expression.js';
import { readStatement } from '../json/read-statement.js';
import { lazySet } from '../lazy-set.js';
import { secondsOf } from './parse-constant.js';
import { parseElements } from './parse-expression.js';
import { parseStatement } from './parse-statement.js';
import { Tokens } from './tokens.js';
/** @returns the set or map that a block spells; its elements are parsed when asked for. */
export function readSet({ family, name: table }, block, kind, file, problems) {
    let parts = {
        kind,
        family,
        table,
        name: block.name,
        handle: block.handle,
        comment: null,
        keyType: null,
        typeOf: null,
        dataType: null,
        flags: [],
        timeout: null,
        gcInterval: null,
        size: null,
        policy: null,
        autoMerge: false,
        extras: [],
        line: block.line,
        cut: block.cut,
    };
    let elements = null;
    for (const entry of block.entries) {
        if (entry.text.startsWith('elements'))
            elements = entry;
        else {
            const more = readLine(entry.text);
            if (more === null)
                problems.add('unreadable-line', 'not a line of a set', file, entry.line);
            else
                parts = { ...parts, ...more, extras: [...parts.extras, ...(more.extras ?? [])] };
        }
    }
    const text = elements?.text ?? '';
    return lazySet(parts, () => {
        const tokens = new Tokens(text);
        while (!tokens.done && !tokens.take('{'))
            tokens.next();
        return parseElements(tokens).map((each) => readElement(each));
    });
}
function readLine(line) {
    const [word = ''] = line.split(' ');
    const value = line.slice(word.length).trim();
    switch (word) {
        case 'type':
        case 'typeof': {
            const [key = '', data] = value.split(' : ');
            const dataType = data === undefined ? null : typesOf(data.replace(/^interval /, ''));
            if (word === 'type')
                return { keyType: typesOf(key), dataType };
            return { typeOf: key, dataType: data === 'verdict' ? dataType : null };
        }
        case 'flags':
            return { flags: value.split(/,\s*/) };
        case 'size':
            return { size: Number(value) };
        case 'timeout':
            return { timeout: secondsOf(value) };
        case 'gc-interval':
            return { gcInterval: secondsOf(value) };
        case 'policy':
            return { policy: value };
        case 'auto-merge':
            return { autoMerge: true };
        case 'comment':
            return { comment: /"([^"]*)"/.exec(value)?.[1] ?? '' };
        case 'counter':
        case 'limit':
        case 'quota':
        case 'ct':
        case 'last':
            return { extras: statementsOf(line) };
        default:
            return null;
    }
}
function typesOf(text) {
    return text.split(' . ').map((each) => each.trim());
}
function statementsOf(line) {
    const tokens = new Tokens(line);
    const statements = [];
    while (!tokens.done)
        statements.push(readStatement(parseStatement(tokens)));
    return statements;
}
