import { socketText } from '../../net/socket.js';
import { percent } from '../../words/numbers.js';
import { escapeTerminal } from '../escape.js';
import { withoutComment } from '../without-comment.js';
import { wrap } from '../wrap.js';
import { chainText, ruleText } from './step-place.js';
/** Alternatives shown where ways part; JSON has all. */
const SHOWN = 3;
/**
 * @param told notes that were printed already; the same rule is explained once in an answer
 * @returns the rules that the packet passes, by hook. Outcomes that part and meet again (one of several endpoints)
 * share the lines before and after; between them each way has its own.
 */
export function renderPath(outcomes, item, width, colours, told) {
    const [first] = outcomes;
    if (first === undefined)
        return '';
    const printer = new PathPrinter(item, width, colours, told);
    const head = commonHead(outcomes);
    const tail = commonTail(outcomes, head);
    printer.steps([first], 0, head);
    if (outcomes.length > 1) {
        for (const outcome of outcomes.slice(0, SHOWN)) {
            printer.alternative(outcome);
            printer.steps([outcome], head, outcome.path.length - tail);
        }
        if (outcomes.length > SHOWN)
            printer.line(`… ${outcomes.length - SHOWN} more ways like these (-o json lists all)`);
        if (tail > 0)
            printer.joined();
    }
    printer.steps(outcomes, Math.max(head, first.path.length - tail), first.path.length);
    printer.turns(outcomes, first.path.length);
    return printer.text();
}
function commonHead(outcomes) {
    const [first] = outcomes;
    if (first === undefined)
        return 0;
    let length = 0;
    while (length < first.path.length && outcomes.every(({ path }) => path[length] === first.path[length]))
        length++;
    return length;
}
function commonTail(outcomes, head) {
    const [first] = outcomes;
    if (first === undefined)
        return 0;
    const room = Math.min(...outcomes.map(({ path }) => path.length)) - head;
    let length = 0;
    while (length < room && outcomes.every(({ path }) => path.at(-1 - length) === first.path.at(-1 - length)))
        length++;
    return length;
}
class PathPrinter {
    #steps;
    #misses;
    #lines = [];
    /** Where a rule's telling part goes to a line of its own. */
    #width;
    /** Where lines are broken; null: nowhere. */
    #limit;
    #colours;
    #told;
    #hook = null;
    #indent = '    ';
    constructor(item, width, colours, told) {
        this.#told = told;
        this.#steps = new Map(item.steps.map((step) => [step.id, step]));
        this.#misses = item.misses;
        this.#width = width ?? 160;
        this.#limit = width;
        this.#colours = colours;
    }
    text() {
        return this.#lines.map((line) => `${line}\n`).join('');
    }
    line(text) {
        this.#lines.push(wrap(`${this.#indent}${text}`, this.#limit, `${this.#indent}    `));
    }
    alternative(outcome) {
        this.#indent = '    ';
        const to = socketText(outcome.destination.address, outcome.destination.port);
        this.line(this.#colours.faint(`─ ${percent(outcome.probability)} → ${to}`));
        this.#indent = '      ';
    }
    joined() {
        this.#indent = '    ';
        this.line(this.#colours.faint('─ all of them'));
    }
    /** Prints steps of the first outcome; the others pass the same ones, counted from their ends. */
    steps(outcomes, from, to) {
        const [first] = outcomes;
        if (first === undefined)
            return;
        for (let index = from; index < to; index++) {
            this.turns(outcomes, index);
            const step = this.#steps.get(first.path[index] ?? -1);
            if (step === undefined)
                continue;
            this.#heading(step.hook);
            for (const miss of this.#misses)
                if (miss.before === index)
                    this.#miss(miss);
            this.#step(step);
        }
    }
    /** What happened before the step at this index: one line for each different turn. */
    turns(outcomes, index) {
        const [first] = outcomes;
        if (first === undefined)
            return;
        const texts = new Set();
        for (const { path, turns } of outcomes) {
            const own = path.length - first.path.length + index;
            for (const turn of turns)
                if (turn.after === own)
                    texts.add(turn.text);
        }
        if (texts.size > 0)
            this.#hook = null;
        const shown = [...texts].slice(0, SHOWN);
        for (const text of shown)
            this.#lines.push(this.#colours.faint(wrap(`  ${escapeTerminal(text)}`, this.#limit, '    ')));
        if (texts.size > shown.length)
            this.#lines.push(this.#colours.faint(`  … and ${texts.size - shown.length} more`));
    }
    #heading(hook) {
        if (hook === this.#hook)
            return;
        this.#hook = hook;
        this.#lines.push(`  ${this.#colours.heading(hook)}`);
    }
    #step(step) {
        if (step.action === 'return' && step.rule === null)
            return;
        const rule = step.rule === null ? 'policy' : ruleText(step);
        const spot = step.scheduler === undefined ? rule : (step.scheduler ?? '');
        const place = `${chainText(step)} ${escapeTerminal(spot)}`.trimEnd();
        const action = actionText(step);
        this.#wrapped(`${this.#colours.name(place)}  ${action}`, place.length + 2 + action.length, step.family === undefined ? tellingPart(step.text) : nftPart(step.text));
        this.#note(step);
    }
    #note(step) {
        if (step.note === null || step.rule === null)
            return;
        const note = shorten(step.note);
        if (this.#told.has(note))
            return;
        this.#told.add(note);
        this.line(this.#colours.faint(`  ${escapeTerminal(note)}`));
    }
    #miss(miss) {
        const place = `${miss.table} ${escapeTerminal(miss.chain)} ${miss.rule}`;
        this.line(this.#colours.faint(`· ${place}  no: ${escapeTerminal(miss.why)}`));
    }
    /** The rule's telling part stands behind, or on a line of its own where it would not fit. */
    #wrapped(text, length, telling) {
        const fits = this.#indent.length + length + 2 + telling.length <= this.#width;
        this.line(fits && telling !== '' ? `${text}  ${telling}` : text);
        if (!fits)
            this.line(`  ${telling}`);
    }
}
/** The first sentence, as far as its first colon: what a chain is for in full is what `chain` is there to say. */
function shorten(note) {
    const bare = note.replace(/^On to \S+\. /, '');
    const sentence = /^(.*?[.])(?: |$)/.exec(bare)?.[1] ?? bare;
    return sentence.length < 80 ? sentence : `${sentence.replace(/[:;,] .*$/, '').replace(/\.$/, '')}.`;
}
function actionText(step) {
    const target = step.target === null ? '' : ` ${escapeTerminal(step.target)}`;
    if (step.action === 'jump' || step.action === 'send')
        return `→${target}`;
    if (step.action === 'goto')
        return `⇒${target}`;
    return `${step.action.toUpperCase()}${target}`;
}
/** @returns a rule of nft without its comment and the jump, which the line has already. */
function nftPart(text) {
    const bare = (text ?? '').replace(/ comment "[^"]*"$/, '').replace(/(?:^| )(?:jump|goto) \S+$/, '');
    return escapeTerminal(bare);
}
/** @returns what the rule asks for, without the chain, the comment and the target, which the line has already. */
export function tellingPart(text) {
    if (text === null || !text.startsWith('-A '))
        return '';
    const bare = withoutComment(text)
        .replace(/^-A \S+ ?/, '')
        .replace(/(?:^| )-[jg] .*$/, '')
        .replace(/-m (?:tcp|udp|sctp|addrtype|conntrack|mark|statistic|recent|multiport|set) ?/g, '');
    return escapeTerminal(bare.trim());
}
