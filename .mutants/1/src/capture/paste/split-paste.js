import { InputError } from '../input-error.js';
import { HEAD_BYTES } from '../source.js';
import { continues } from './continues.js';
import { layersOf, undressed } from './dress.js';
import { FENCE, isPaste, TOLD_BY_LINE } from './is-paste.js';
import { OldTools } from './old-tools.js';
import { plainLine } from './plain-line.js';
import { isOfHead, isOtherCommand, readPrompt } from './prompt.js';
import { SpanList } from './spans.js';
import { repaired } from './spelling.js';
import { isObject, unfold } from './unfold.js';
/** Nobody pastes more; a larger text is the output of a tool. */
const LARGEST = 16 * 1024 * 1024;
/** What a node holds, so that lines of two nodes must not be added up. */
const OF_A_NODE = new Set([
    ...TOLD_BY_LINE,
    ...['ip-addr', 'ip-route', 'ip-rule', 'nft', 'sysctl', 'sockets'],
    ...['ipvs', 'cilium-services', 'recent'],
]);
/**
 * Reads a transcript in blocks, each recognised by its own content wherever it starts in the line, and makes one source of
 * each kind of output in it. Lines keep their numbers; what stands between the blocks is passed over and counted.
 * @param kind what the head is as a whole, as recognised.
 * @returns the source itself where it is the clean output of a tool. Throws InputError for lines of two nodes or states.
 */
export function splitPaste(source, kind, problems) {
    const read = readTranscript(source, kind);
    if (read === null)
        return [source];
    const { paste, lines, escaped } = read;
    if (escaped) {
        const message = 'line ends are escaped in it; lines are counted as they would print';
        problems.add('escaped-lines', message, source.name);
    }
    const found = paste.sources(lines);
    if (found.length === 0)
        return [source];
    paste.report(problems);
    return found.map(({ lines: kept, cut }) => sourceOf(source.name, kept, cut));
}
/**
 * @param kind what the head is as a whole, as recognised.
 * @returns what each line of a paste was taken for; null for the clean output of a tool.
 */
export function spansOfPaste(source, kind) {
    return readTranscript(source, kind)?.paste.spans() ?? null;
}
function readTranscript(source, kind) {
    if (source.hints !== null || source.size > LARGEST || source.cut === true)
        return null;
    if (!isPaste(source, kind))
        return null;
    const paste = new Paste(source.name);
    const raw = source.bytes.toString('utf8').split('\n');
    const lines = raw.flatMap((line) => unfold(isObject(line) ? line : repaired(line)));
    for (const [index, line] of lines.entries())
        paste.take(line.replace(/\r\s*$/, ''), index);
    return { paste, lines: lines.length, escaped: lines.length > raw.length };
}
function sourceOf(name, lines, cut) {
    const bytes = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
    // The head begins where the output does, so that blank lines do not hide it.
    const head = Buffer.from(lines.join('\n').replace(/^\n+/, '').slice(0, HEAD_BYTES), 'utf8');
    const source = { name, bytes, head, chunks: () => [bytes], size: bytes.length, hints: null };
    return cut ? { ...source, cut } : source;
}
/** Blocks of a transcript, line by line. */
class Paste {
    #name;
    #lines = new Map();
    #skipped = [];
    /** Kinds of whose last output only the first lines were printed. */
    #cut = new Set();
    #spans = new SpanList();
    #hosts = new Map();
    #sides = new Map();
    #kind = null;
    #detached = true;
    /** The command whose output should follow. */
    #command = null;
    #host = null;
    #depth = 0;
    #old = new OldTools();
    /** True between `*nat` and COMMIT. */
    #inTable = false;
    /** What stood in front of the last line that could be told. */
    #dress = [];
    /** Blanks in front of the head of the listing that is being read. */
    #indent = 0;
    constructor(name) {
        this.#name = name;
    }
    take(raw, index) {
        const inner = undressed(repaired(raw), this.#dress)?.text ?? raw;
        if (inner.trim() === '' || FENCE.test(inner)) {
            this.#detached = true;
            if (!FENCE.test(inner))
                return;
            this.#end();
            this.#spans.add(index, 'fence', inner);
            return;
        }
        const modern = this.#old.modern(inner);
        if (modern === '')
            return;
        const dress = this.#dress;
        const plain = modern === null ? plainLine(raw, dress) : { ...plainLine(modern, []), dress };
        const inBraces = this.#kind === 'nft' && this.#depth > 0 && !isOutOfBraces(plain);
        if (!inBraces && plain.kind === null && this.#takePrompt(raw, inner, index))
            return;
        if (!inBraces && plain.kind === null && isOtherCommand(plain.text.trim()))
            this.#end();
        if (!inBraces && plain.kind !== null)
            this.#begin(plain, raw, index);
        else if (this.#joinsWrapped(raw, index))
            this.#detached = false;
        else if (this.#kind !== null && this.#follows(plain.text))
            this.#keep(this.#kind, this.#dedented(plain.text), index);
        else {
            this.#skipped.push(index);
            this.#spans.add(index, 'passed-over', plain.text);
        }
        this.#detached = false;
    }
    #takePrompt(raw, inner, index) {
        for (const { text, dress } of [{ text: inner.trim(), dress: this.#dress }, ...layersOf(repaired(raw))]) {
            const prompt = readPrompt(text);
            if (prompt === null)
                continue;
            this.#end();
            this.#host = prompt.host;
            this.#command = { text, index };
            this.#spans.add(index, 'command', text);
            this.#dress = dress;
            return true;
        }
        return false;
    }
    #end() {
        this.#kind = null;
        this.#command = null;
        this.#depth = 0;
    }
    #begin(plain, raw, index) {
        const { kind, text, side } = plain;
        if (kind === null)
            return;
        this.#dress = plain.dress;
        if (side !== null)
            this.#sides.set(side, this.#sides.get(side) ?? index);
        if (kind === 'iptables-listing' && /^Chain /.test(text))
            this.#indent = Math.max(0, raw.indexOf('Chain '));
        this.#keep(kind, this.#inSave(text), index);
    }
    /** iptables-restore makes chains with `-N`, a dump declares them. */
    #inSave(text) {
        const name = /^-N (\S+)$/.exec(text)?.[1];
        return name !== undefined && this.#inTable ? `:${name} - [0:0]` : text;
    }
    #follows(text) {
        if (this.#kind === null)
            return false;
        if (this.#kind === 'nft')
            return this.#depth > 0;
        return continues(text, { kind: this.#kind, detached: this.#detached });
    }
    #dedented(text) {
        if (this.#kind !== 'iptables-listing')
            return text;
        const blanks = text.length - text.trimStart().length;
        return text.slice(Math.min(blanks, this.#indent));
    }
    #keep(kind, text, index) {
        const lines = this.#lines.get(kind) ?? new Map();
        this.#lines.set(kind, lines);
        // Which table and family a listing is of, and which namespace, only its command tells.
        if (this.#command !== null && /ip6?tables|kubectl|\boc\b/.test(this.#command.text))
            lines.set(this.#command.index, this.#command.text);
        if (this.#command !== null) {
            if (isOfHead(this.#command.text))
                this.#cut.add(kind);
            else
                this.#cut.delete(kind);
        }
        this.#command = null;
        lines.set(index, text);
        this.#spans.add(index, kind, text);
        this.#kind = kind;
        if (/^\*\w+$|^COMMIT$/.test(text))
            this.#inTable = text !== 'COMMIT';
        if (kind === 'nft')
            this.#depth += count(text, '{') - count(text, '}');
        if (this.#host !== null && OF_A_NODE.has(kind))
            this.#hosts.set(this.#host, this.#hosts.get(this.#host) ?? index);
    }
    /** A mail program broke a rule before its target. */
    #joinsWrapped(raw, index) {
        const lines = this.#lines.get('iptables-save');
        const before = lines?.get(index - 1);
        if (this.#kind !== 'iptables-save' || this.#detached || lines === undefined || before === undefined)
            return false;
        if (!/^(?:\[\d+:\d+\] )?-A /.test(before) || !isUnfinished(before))
            return false;
        lines.set(index - 1, '');
        const line = repaired(raw);
        lines.set(index, `${before} ${(undressed(line, this.#dress)?.text ?? line).trim()}`);
        return true;
    }
    /** @returns the lines of each kind, with blank ones for the others. Throws InputError. */
    sources(length) {
        const [first, second] = this.#hosts.keys();
        if (first !== undefined && second !== undefined) {
            throw this.#twoStates(`lines of two nodes are in this paste: ${first} (line ${this.#lineOf(first)}) and ${second} (line ${this.#lineOf(second)})`, 'give those of one node');
        }
        const removed = this.#sides.get('-') ?? this.#sides.get('<');
        const added = this.#sides.get('+') ?? (this.#sides.has('<') ? this.#sides.get('>') : undefined);
        if (removed !== undefined && added !== undefined) {
            throw this.#twoStates(`this is a diff: line ${removed + 1} is of the state before, line ${added + 1} of the one after`, 'save each state to a file and compare them with `kp-explain diff BEFORE AFTER`');
        }
        return [...this.#lines].map(([kind, own]) => ({
            kind,
            lines: Array.from({ length }, (_, index) => own.get(index) ?? ''),
            cut: this.#cut.has(kind),
        }));
    }
    /** @returns what each line was taken for. */
    spans() {
        return this.#spans.list();
    }
    #lineOf(host) {
        return (this.#hosts.get(host) ?? 0) + 1;
    }
    #twoStates(what, way) {
        return new InputError('two-captures', `${what}. An answer is about one node at one time: ${way}`, this.#name);
    }
    /** What was passed over, in one line. */
    report(problems) {
        const [first] = this.#skipped;
        if (first === undefined)
            return;
        const count = this.#skipped.length;
        const are = count === 1 ? 'line is no output of a tool' : 'lines are no output of a tool';
        const message = `${count} ${are} that is read here, and ${count === 1 ? 'was' : 'were'} passed over: ${ranges(this.#skipped)}`;
        problems.add('skipped-lines', message, this.#name, first + 1);
    }
}
/** What never stands within the braces of nft: they were not closed. */
function isOutOfBraces({ text, kind }) {
    if (kind === 'iptables-save' || kind === 'conntrack' || kind === 'kubernetes')
        return true;
    return /^(?:Chain \S+ \(|[$#%❯➜] )/.test(text) || (/^\S*@/.test(text) && readPrompt(text) !== null);
}
/** A quote is open, or nothing says what the rule does. */
function isUnfinished(rule) {
    return count(rule, '"') % 2 === 1 || !/ -[jg] \S/.test(rule) || / --[\w-]+$/.test(rule);
}
function count(text, what) {
    return text.split(what).length - 1;
}
const MOST_RANGES = 8;
/** @returns `line 3`, `lines 1-4, 9`. */
function ranges(indices) {
    const found = [];
    for (const index of indices) {
        const last = found.at(-1);
        if (last !== undefined && last[1] === index - 1)
            last[1] = index;
        else
            found.push([index, index]);
    }
    const shown = found
        .slice(0, MOST_RANGES)
        .map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}-${to + 1}`));
    const more = found.length > MOST_RANGES ? ', …' : '';
    return `${indices.length === 1 ? 'line' : 'lines'} ${shown.join(', ')}${more}`;
}
