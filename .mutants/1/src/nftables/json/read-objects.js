import { objectOf, wordOf } from '../../json/fields.js';
import { lazySet } from '../lazy-set.js';
import { printStatements } from '../print/print-statement.js';
import { inFamily } from '../reject-of-family.js';
import { readElement } from './read-expression.js';
import { readStatement } from './read-statement.js';
import { numberAt, stringAt, wordsAt } from './values.js';
/** @returns where a chain is hooked; null for one that rules jump to. */
export function readBase(chain) {
    const [type, hook] = [stringAt(chain, 'type'), stringAt(chain, 'hook')];
    if (type === null || hook === null)
        return null;
    const priority = numberAt(chain, 'prio');
    return {
        type,
        hook,
        priority,
        policy: chain.policy === 'drop' ? 'drop' : 'accept',
        devices: wordsAt(chain, 'dev'),
    };
}
/** @param object with the rule in it; null where it could not be parsed: then the rule is not known. */
export function readRule(object, place) {
    const { family, ...where } = place;
    const rule = objectOf(object?.rule);
    const listed = Array.isArray(rule?.expr) ? rule.expr : [{ unreadable: null }];
    const statements = listed.map((each) => inFamily(readStatement(each), family));
    const comment = rule === null ? null : stringAt(rule, 'comment');
    let text = null;
    return {
        ...where,
        handle: rule === null ? null : numberAt(rule, 'handle'),
        comment,
        statements,
        get text() {
            text ??= printStatements(statements, comment);
            return text;
        },
    };
}
/** @returns a set or map; its elements are read when asked for. */
export function readSet(kind, object, family, line) {
    const data = object.map;
    const typeOf = objectOf(object.type);
    const listed = Array.isArray(object.stmt) ? object.stmt : [];
    return lazySet({
        kind,
        family,
        table: stringAt(object, 'table') ?? '',
        name: stringAt(object, 'name') ?? '',
        handle: numberAt(object, 'handle'),
        comment: stringAt(object, 'comment'),
        keyType: typeOf === null ? wordsAt(object, 'type') : null,
        typeOf: typeOf === null ? null : JSON.stringify(typeOf.typeof),
        dataType: typeof data === 'string' ? data.split(' . ') : Array.isArray(data) ? data.map(wordOf) : null,
        flags: wordsAt(object, 'flags'),
        timeout: numberAt(object, 'timeout'),
        gcInterval: numberAt(object, 'gc-interval'),
        size: numberAt(object, 'size'),
        policy: stringAt(object, 'policy'),
        autoMerge: object['auto-merge'] === true,
        extras: listed.map((each) => readStatement(each)),
        line,
        cut: false,
    }, () => (Array.isArray(object.elem) ? object.elem.map((each) => readElement(each)) : []));
}
const OWN_FIELDS = new Set(['family', 'name', 'table', 'handle', 'inv', 'comment']);
/** @returns a named counter, quota, limit, helper, … */
export function readObject(kind, object) {
    return {
        kind,
        name: stringAt(object, 'name') ?? '',
        handle: numberAt(object, 'handle'),
        over: object.inv === true,
        values: Object.fromEntries(Object.entries(object).filter(([key]) => !OWN_FIELDS.has(key))),
    };
}
/** @returns a flowtable. */
export function readFlowtable(object) {
    return {
        name: stringAt(object, 'name') ?? '',
        handle: numberAt(object, 'handle'),
        hook: stringAt(object, 'hook') ?? '',
        priority: numberAt(object, 'prio'),
        devices: wordsAt(object, 'dev'),
    };
}
