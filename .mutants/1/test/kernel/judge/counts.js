import { lowered } from '../../../src/rules/lowered-rule.js';
import { turn } from '../../../src/rules/test.js';
import { answerTest } from '../../../src/trace/fields/answer-test.js';
import { iptablesRule } from '../../../src/trace/outcome.js';
/** Fields that one evaluator answers are counted as one, under the first of them. */
const SHARED = {
    'ct.original.daddr': 'ct.original.saddr',
    'ct.reply.saddr': 'ct.original.saddr',
    'ct.reply.daddr': 'ct.original.saddr',
    'ct.original.dport': 'ct.original.sport',
    'ct.reply.sport': 'ct.original.sport',
    'ct.reply.dport': 'ct.original.sport',
    'bridge.port.out': 'bridge.port.in',
    'meta.oifgroup': 'meta.iifgroup',
};
/** Counts by the field of a test and by the kind of target. */
export class Counts {
    fields = new Map();
    targets = new Map();
    /** Counts what the kernel has confirmed by going the way of this outcome. */
    add(outcome, world) {
        let frames = [];
        for (const entry of outcome.path) {
            frames = framesAt(frames, entry, world);
            const frame = frames.at(-1);
            if (frame === undefined)
                continue;
            const rule = iptablesRule(entry.step);
            const at = rule === null ? frame.chain.rules.length : rule.number - 1;
            for (let i = frame.position; i < at; i++)
                this.#missed(frame.chain.rules.at(i), entry, world);
            frame.position = at + 1;
            if (rule !== null)
                this.#passed(rule, entry, world, frames);
        }
    }
    /** Takes over what another lane counted. */
    merge(other) {
        for (const side of ['fields', 'targets']) {
            for (const [kind, { held, failed, forked }] of other[side]) {
                const sides = sidesOf(this[side], kind);
                sides.held += held;
                sides.failed += failed;
                sides.forked += forked;
            }
        }
    }
    #passed(rule, entry, world, frames) {
        for (const test of lowered(rule).tests) {
            const sides = sidesOf(this.fields, nameOf(test));
            if (isOpen(test, rule, entry, world))
                sides.forked++;
            else
                sides.held++;
        }
        const { target } = rule;
        sidesOf(this.targets, target?.kind ?? 'none').held++;
        if (target?.kind !== 'jump' && target?.kind !== 'goto')
            return;
        if (target.kind === 'goto')
            frames.pop();
        const chain = chainOf(entry, target.chain, world);
        if (chain !== undefined)
            frames.push({ chain, position: 0 });
    }
    #missed(rule, entry, world) {
        sidesOf(this.targets, rule.target?.kind ?? 'none').failed++;
        const answers = lowered(rule).tests.map((test) => ({ test, answer: answerTo(test, rule, entry, world) }));
        for (const { test, answer } of answers)
            if (answer === 'open')
                sidesOf(this.fields, nameOf(test)).forked++;
        // Where several fail, the kernel's passing by proves none of them.
        const failed = answers.filter(({ answer }) => answer !== 'yes');
        const [only] = failed;
        if (only !== undefined && failed.length === 1 && only.answer === 'no')
            sidesOf(this.fields, nameOf(only.test)).failed++;
    }
}
/** The chains that the walk is in as it comes to a step. */
function framesAt(frames, entry, world) {
    const at = entry.step.rule === null ? Number.POSITIVE_INFINITY : entry.step.rule.number - 1;
    const known = frames.findLastIndex(({ chain, position }) => chain.name === entry.step.chain &&
        chain.table === entry.step.table &&
        position <= Math.min(at, chain.rules.length));
    if (known >= 0)
        return frames.slice(0, known + 1);
    const chain = chainOf(entry, entry.step.chain, world);
    return chain === undefined ? [] : [{ chain, position: 0 }];
}
function chainOf({ step }, name, world) {
    if (step.program !== 'iptables')
        return undefined;
    const ruleset = world.rulesets.find(({ backend }) => backend === step.backend);
    return ruleset?.tables.get(step.table)?.chains.get(name);
}
function answerTo(test, rule, { state, step }, world) {
    const answer = answerTest(test, { state, host: world.host, hook: step.hook, rule });
    return typeof answer === 'object' ? 'open' : turn(answer, test);
}
function isOpen(test, rule, entry, world) {
    return answerTo(test, rule, entry, world) === 'open';
}
function nameOf(test) {
    return test.field === 'opaque' ? test.in.module : (SHARED[test.field] ?? test.field);
}
function sidesOf(map, kind) {
    let sides = map.get(kind);
    if (sides === undefined) {
        sides = { held: 0, failed: 0, forked: 0 };
        map.set(kind, sides);
    }
    return sides;
}
