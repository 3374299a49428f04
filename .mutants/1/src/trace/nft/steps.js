/** One object for each verdict that an element of a map may give: each is a step of its own. */
const VERDICTS = new WeakMap();
/** @returns the step for a rule that matched, or that a verdict ended. */
export function ruleStep(chain, rule, way, hook, steps) {
    const { action, target } = described(rule, way);
    return steps.at(hook, metBy(rule, `${action} ${target ?? ''}`), () => ({
        ...placeOf(chain),
        rule,
        event: 'rule',
        action,
        target,
    }));
}
function metBy(rule, name) {
    let known = VERDICTS.get(rule);
    if (known === undefined) {
        known = new Map();
        VERDICTS.set(rule, known);
    }
    let met = known.get(name);
    if (met === undefined) {
        met = { name };
        known.set(name, met);
    }
    return met;
}
function described(rule, way) {
    switch (way.kind) {
        case 'matched':
            if (way.verdict !== null)
                return { action: way.verdict.verdict, target: way.verdict.chain };
            return doing(rule.statements);
        case 'translated':
            return { action: way.target.kind, target: null };
        case 'ended':
            return { action: way.verdict === 'unknown' ? 'unrecognised' : way.verdict, target: way.rejectWith };
        case 'broken':
            return { action: 'continue', target: null };
    }
}
/** What a rule without verdict does, by its first statement that does something. */
function doing(statements) {
    for (const statement of statements) {
        switch (statement.kind) {
            case 'assign':
                return { action: 'set', target: null };
            case 'set-update':
                return { action: statement.operation, target: `@${statement.set}` };
            case 'passive':
                return { action: statement.what, target: null };
            case 'notrack':
            case 'dup':
            case 'flow':
            case 'tproxy':
                return { action: statement.kind, target: null };
            default:
        }
    }
    return { action: 'continue', target: null };
}
/** @returns the step for the end of a chain that was jumped or gone to. */
export function endStep(chain, hook, steps) {
    return steps.at(hook, chain, () => ({
        ...placeOf(chain),
        rule: null,
        event: 'chain-end',
        action: 'return',
        target: null,
    }));
}
/** @returns the step for a base chain's policy. */
export function policyStep(chain, hook, steps) {
    return steps.at(hook, chain, () => ({
        ...placeOf(chain),
        rule: null,
        event: 'policy',
        action: chain.base?.policy ?? 'accept',
        target: null,
    }));
}
function placeOf({ family, table, name }) {
    return { program: 'nft', family, table, chain: name };
}
