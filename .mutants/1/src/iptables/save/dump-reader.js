import { skipBlanks } from '../blanks.js';
import { ChainCursor } from './chain-cursor.js';
import { ChainTable } from './chain-table.js';
import { readCommand } from './commands.js';
import { isCutComment, readComment, readPrompt } from './comments.js';
import { isExcerpt, markCutChains, markHeadlessChain } from './cut-chains.js';
import { isPlainUserChain, isTableName, PLAIN_END, toDeclaration } from './declaration.js';
import { doubled, UNKNOWN } from './name-index.js';
import { newBlock } from './new-block.js';
import { UnreadRules } from './unread-rules.js';
const SHOWN = 60;
const DASH = 45;
const NO_LINE_END = 'the last line has no line end: it may be cut off, and is not used (if it is whole, end the line)';
/** @returns a reader for the lines of these bytes. */
export function openDump(file, bytes, problems) {
    return new Reader(file, bytes, problems);
}
class Reader {
    #bytes;
    #problems;
    #lines;
    #blocks = [];
    #ruleCount = 0;
    #open = null;
    #header = null;
    /** True where a header was met behind the last block: a table should follow. */
    #headerSince = false;
    #prompt = null;
    #legacyWarningLine = null;
    #leftOut = [];
    /** End of the last block: what stands between it and the next block is trivia. */
    #lastEnd = 0;
    #cursor;
    #unread;
    #lastChain = UNKNOWN;
    /** `iptables -S` prints all of its -P, then all of its -N, then its -A: an earlier letter starts another output. */
    #listingHasUserChains = false;
    #listingHasRules = false;
    /** True inside a table that iptables does not have: its lines are passed over. */
    #ignoring = false;
    #lastLine = 0;
    #cut = null;
    constructor(file, bytes, problems) {
        this.#bytes = bytes;
        this.#problems = problems;
        this.#lines = { file, bytes, starts: new Uint32Array(Math.max(16, Math.ceil(bytes.length / 64))) };
        const none = new ChainTable(this.#lines);
        this.#cursor = new ChainCursor(bytes, none);
        this.#unread = new UnreadRules(none);
    }
    rule(lineStart, ruleStart, end, line) {
        if (this.#ignoring || this.#isCutOff(end, line))
            return;
        const block = this.#open ?? this.#openListing(lineStart, line);
        const name = skipBlanks(this.#bytes, ruleStart + 2);
        const chain = this.#bytes[name] === DASH ? UNKNOWN : this.#cursor.find(name, end);
        if (chain === UNKNOWN) {
            this.#unreadRule(block, lineStart, end, line, 'names no chain');
            return;
        }
        if (this.#unread.waits)
            this.#unread.before(chain);
        block.chains.append(chain, this.#newPosition(lineStart), line);
        this.#listingHasRules = true;
        this.#lastChain = chain;
        this.#lastLine = line;
        block.to = end + 1;
    }
    #newPosition(lineStart) {
        const position = this.#ruleCount++;
        if (position >= this.#lines.starts.length)
            this.#lines.starts = doubled(this.#lines.starts);
        this.#lines.starts[position] = lineStart;
        return position;
    }
    /** Among rules, a line that cannot be read is one: what it does with a packet is not known. */
    #unreadRule(block, start, end, line, why) {
        this.unreadable(start, end, line, why);
        if (block === null)
            return;
        const where = { position: this.#newPosition(start), line };
        this.#lastChain = this.#unread.add(this.#text(start, end), start, this.#lastChain, where);
        block.to = end + 1;
    }
    chain(start, end, line) {
        if (this.#ignoring || this.#isCutOff(end, line))
            return;
        const block = this.#open;
        if (block?.form === 'save' && isPlainUserChain(this.#bytes, end)) {
            block.chains.declare(block.chains.add(start + 1, end - PLAIN_END.length), line);
            this.#unread.drop();
            this.#lastLine = line;
            block.to = end + 1;
            return;
        }
        const found = /^:(\S+)\s+(\S+)(?:\s+\[(\d+):(\d+)\])?\s*$/.exec(this.#text(start, end));
        if (block === null || block.form !== 'save' || found === null) {
            this.unreadable(start, end, line, 'is no chain of a table');
            return;
        }
        const [, name = '', ...declared] = found;
        this.#declare(block, block.chains.addText(name, start + 1), declared, line);
        this.#unread.drop();
        block.to = end + 1;
    }
    command(start, end, line) {
        if (this.#ignoring || this.#isCutOff(end, line))
            return;
        const command = readCommand(this.#text(start, end).trimEnd());
        if (command?.letter === 'I') {
            this.#insert(command, start, end, line);
            return;
        }
        if (command === null || (this.#open?.form === 'save' && command.letter === 'N')) {
            this.#unreadRule(this.#open, start, end, line, 'is a command, not a line of a dump');
            return;
        }
        const { letter, name, declared } = command;
        let block = this.#open;
        const startsAnew = this.#listingHasRules || (letter === 'P' && this.#listingHasUserChains);
        const another = block?.form !== 'save' && (startsAnew || block?.chains.isDeclared(name));
        if (block === null || another)
            block = this.#openListing(start, line);
        if (letter === 'N')
            this.#listingHasUserChains = true;
        this.#declare(block, block.chains.addText(name, start + 3), declared, line);
        block.to = end + 1;
    }
    /** Scripts and the input of iptables-restore put rules in front of others. */
    #insert({ name, place }, start, end, line) {
        const block = this.#open ?? this.#openListing(start, line);
        const chain = block.chains.addText(name, start + 3);
        block.chains.insert(chain, place - 1, this.#newPosition(start), line);
        this.#listingHasRules = true;
        this.#lastLine = line;
        block.to = end + 1;
    }
    table(start, end, line) {
        const name = this.#text(start + 1, end).trimEnd();
        if (this.#isCutOff(end, line))
            return;
        this.#closeUncommitted(line);
        this.#prompt = null;
        this.#ignoring = !isTableName(name);
        if (isTableName(name))
            this.#openBlock('save', name, start, line).to = end + 1;
        else
            this.unreadable(start, end, line, 'names no table that iptables has');
    }
    comment(start, end, line) {
        const text = this.#text(start, end);
        if (this.#blocks.at(-1)?.form === 'save' && isCutComment(text))
            this.#isCutOff(end, line);
        const read = readComment(text, line);
        if (read === null)
            this.#takePrompt(text);
        else if (read.kind === 'header') {
            this.#closeUncommitted(line);
            this.#header = read.header;
            this.#headerSince = true;
        }
        else if (read.kind === 'legacy-present')
            this.#legacyWarningLine ??= line;
        else {
            if (read.kind === 'left-out')
                this.#leftOut.push(read.table);
            const lost = read.kind === 'left-out' ? 'it is not in the dump' : 'the dump is not all of it';
            const message = `table ${read.table} also holds rules that iptables cannot show: ${lost}. See nft list ruleset`;
            this.#problems.add('incompatible-base-chains', message, this.#lines.file, line);
        }
    }
    commit(end, line) {
        if (this.#open?.form === 'save') {
            this.#open.to = end + 1;
            this.#open.committed = true;
        }
        else if (!this.#ignoring) {
            this.#truncated('a dump ends here whose beginning is missing', line);
            if (this.#open !== null)
                markHeadlessChain(this.#open);
        }
        this.#ignoring = false;
        this.#close();
    }
    other(start, end, line) {
        const text = this.#text(start, end);
        if (this.#takePrompt(text))
            return;
        if (this.#open?.form === 'save' && this.#isCutOff(end, line))
            return;
        this.#unreadRule(this.#open, start, end, line, 'is no line of a dump');
    }
    unreadable(start, end, line, why) {
        const shown = this.#text(start, Math.min(end, start + SHOWN)).trimEnd();
        this.#problems.add('unreadable-line', `${why}: ${shown}`, this.#lines.file, line);
    }
    finish(cut) {
        const last = this.#open;
        if (last?.form === 'rules-listing' && (cut || this.#cut?.within === 'tables'))
            last.cut = this.#cutWithin(last.chains.size > 0 ? 'rules' : 'chains');
        if (this.#headerSince && this.#blocks.length > 0 && this.#open === null) {
            const where = `behind line ${this.#header?.line}, where another table begins`;
            this.#truncated(`the dump ends ${where}`, this.#header?.line ?? this.#lastLine);
            this.#cut ??= this.#cutWithin('tables');
        }
        this.#closeUncommitted(null);
        if (cut)
            this.#cut ??= this.#cutWithin('tables');
        for (const block of this.#blocks)
            markCutChains(block);
        const newlineAt = this.#bytes.indexOf(10);
        const newline = newlineAt > 0 && this.#bytes[newlineAt - 1] === 13 ? '\r\n' : '\n';
        return {
            lines: this.#lines,
            blocks: this.#blocks,
            cut: this.#cut,
            newline,
            legacyWarningLine: this.#legacyWarningLine,
            leftOut: this.#leftOut,
        };
    }
    /** A command line above its output (`# iptables -t nat -S`) says which table follows. */
    #takePrompt(text) {
        const prompt = readPrompt(text);
        if (prompt === null)
            return false;
        this.#prompt = prompt;
        if (this.#open?.form === 'rules-listing')
            this.#close();
        return true;
    }
    #openListing(start, line) {
        this.#close();
        return this.#openBlock('rules-listing', this.#prompt?.table ?? null, start, line);
    }
    #openBlock(form, table, from, line) {
        const told = form === 'save' ? { header: this.#header, prompt: null } : { header: null, prompt: this.#prompt };
        const place = { line, from, triviaFrom: this.#lastEnd };
        const block = newBlock({ form, table, ...told, ...place }, this.#lines);
        const { chains } = block;
        this.#blocks.push(block);
        this.#open = block;
        this.#lastLine = line;
        this.#headerSince = false;
        this.#cursor = new ChainCursor(this.#bytes, chains);
        this.#unread = new UnreadRules(chains);
        this.#lastChain = UNKNOWN;
        this.#listingHasRules = false;
        this.#listingHasUserChains = false;
        return block;
    }
    #close() {
        if (this.#open !== null)
            this.#lastEnd = this.#open.to;
        this.#unread.end();
        this.#open = null;
    }
    #closeUncommitted(line) {
        if (this.#open?.form === 'save' && isExcerpt(this.#open))
            this.#open.excerpt = true;
        else if (this.#open?.form === 'save') {
            const where = line === null ? 'at the end of the file' : `before line ${line}`;
            this.#truncated(`the dump of table ${this.#open.table} ends without COMMIT, ${where}`, this.#open.line);
            this.#open.cut = this.#cutWithin(this.#listingHasRules ? 'rules' : 'chains');
            this.#cut = this.#open.cut;
        }
        this.#close();
    }
    /** iptables ends all of its lines, so a last line without an end is a part of one. */
    #isCutOff(end, line) {
        if (end < this.#bytes.length)
            return false;
        this.#truncated(NO_LINE_END, line);
        this.#cut ??= this.#cutWithin('tables');
        return true;
    }
    #cutWithin(within) {
        return { file: this.#lines.file, line: this.#lastLine, within };
    }
    #truncated(what, line) {
        const message = `${what}: rules are missing. Take it again on the node with iptables-save > file, and copy the file whole`;
        this.#problems.add('truncated', message, this.#lines.file, line);
    }
    #declare({ chains }, chain, declared, line) {
        this.#lastLine = line;
        const [policy = '-'] = declared;
        const declaration = toDeclaration(declared);
        chains.declare(chain, line, declaration);
        if (policy !== '-' && declaration.policy === null)
            this.#problems.add('unreadable-line', `${policy} is no policy of a chain`, this.#lines.file, line);
    }
    #text(start, end) {
        return this.#bytes.toString('utf8', start, Math.min(end, start + 4096));
    }
}
