import { readStatement } from '../json/read-statement.js';
import { inFamily } from '../reject-of-family.js';
import { parseStatement } from './parse-statement.js';
import { Tokens } from './tokens.js';
/** @returns the rule that a line spells. Never throws. */
export function readRule(entry, chain, number, family, file) {
    const { text: whole, line } = entry ?? { text: '', line: 0 };
    const handle = / # handle (\d+)$/.exec(whole);
    const text = handle === null ? whole : whole.slice(0, handle.index);
    const tokens = new Tokens(text);
    const statements = [];
    let comment = null;
    while (!tokens.done) {
        if (tokens.peek() === 'comment') {
            tokens.next();
            comment = tokens.next();
        }
        else
            statements.push(parseStatement(tokens));
    }
    return {
        chain,
        number,
        handle: handle === null ? null : Number(handle[1]),
        comment,
        statements: statements.map((each) => inFamily(readStatement(each), family)),
        file,
        line,
        text,
    };
}
