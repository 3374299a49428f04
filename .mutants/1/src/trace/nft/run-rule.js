import { printExtra } from '../../nftables/print/print-expression.js';
import { printStatement } from '../../nftables/print/print-statement.js';
import { isExtra } from '../../nftables/statement.js';
import { unknown } from '../answer.js';
import { answered, changed } from '../branch.js';
import { queued } from '../queued.js';
import { assigned, readFor, valueFor } from './assign.js';
import { contextOf } from './context.js';
import { canReject, hasSockets, otherFamily } from './implied.js';
import { judgeExtra } from './judge-extra.js';
import { lookUp } from './look-up.js';
import { waysOf } from './look-up-ways.js';
import { judge, surelyMisses } from './match.js';
import { natChoice, natOfMap } from './nat-statement.js';
import { read } from './read.js';
import { rejectName } from './rejects.js';
import { answeredBy, untracked, withShare } from './rule-result.js';
/** Runs a rule's expressions from left to right (nft_do_chain). What stood before a break has been done. */
export function runRule(start, place, trace) {
    const run = new RuleRun(place, trace);
    if (run.surelyBreaks(start))
        return [{ kind: 'broken', branch: start }];
    run.from(start, 0);
    return run.results;
}
class RuleRun {
    results = [];
    #place;
    #trace;
    constructor(place, trace) {
        this.#place = place;
        this.#trace = trace;
    }
    /** A definite no among the matches that stand first decides before anything forks. */
    surelyBreaks(branch) {
        const context = this.#context(branch);
        for (const statement of this.#place.rule.statements) {
            if (statement.kind === 'match') {
                if (surelyMisses(judge(statement, context)))
                    return true;
            }
            else if (statement.kind !== 'counter' && statement.kind !== 'xt')
                return false;
        }
        return false;
    }
    from(start, first) {
        const { statements } = this.#place.rule;
        let branch = start;
        for (let at = first; at < statements.length; at++) {
            const statement = statements[at];
            if (statement === undefined)
                break;
            const after = this.#step(branch, statement, at);
            if (after === null)
                return;
            branch = after;
        }
        this.results.push({ kind: 'matched', branch, verdict: null });
    }
    /** @returns the branch where it goes on with the next statement; null where all that follows was told. */
    #step(branch, statement, at) {
        if (isExtra(statement))
            return this.#extra(branch, statement);
        switch (statement.kind) {
            case 'verdict':
                if (statement.verdict === 'continue')
                    return branch;
                this.results.push({ kind: 'matched', branch, verdict: statement });
                return null;
            case 'match':
                return this.#match(branch, statement, at);
            case 'vmap':
                return this.#ways(branch, lookUp(statement.key, statement.data, this.#context(branch), printStatement(statement)), at, (way, { data }) => {
                    if (data?.kind !== 'verdict')
                        this.#unknown(way, printStatement(statement));
                    else if (data.verdict === 'continue')
                        this.from(way, at + 1);
                    else
                        this.results.push({ kind: 'matched', branch: way, verdict: data });
                });
            case 'assign':
                return this.#assign(branch, statement, at);
            case 'set-update':
                return this.#isAbsent(statement.key, branch)
                    ? this.#broken(branch)
                    : this.#extras(branch, statement.extras);
            case 'dnat':
            case 'snat':
            case 'masquerade':
            case 'redirect':
                this.#nat(branch, statement, at);
                return null;
            case 'reject': {
                if (!canReject(statement.type, branch))
                    return this.#broken(branch);
                const rejectWith = rejectName(statement.type, statement.code, branch.state.family);
                this.results.push({ kind: 'ended', branch, verdict: 'reject', reason: null, rejectWith });
                return null;
            }
            case 'notrack':
                return untracked(branch);
            case 'tproxy':
                return this.#tproxy(branch, statement, at);
            case 'queue':
                this.#queue(branch, statement.text, statement.bypass);
                return null;
            case 'synproxy':
                this.#end(branch, 'unknown', { code: 'synproxy' });
                return null;
            case 'xt':
                return this.#xt(branch, statement);
            case 'fwd':
            case 'unknown':
                this.#unknown(branch, printStatement(statement));
                return null;
            case 'dup':
            case 'flow':
            case 'passive':
                return branch;
        }
    }
    #match(branch, statement, at) {
        const answer = judge(statement, this.#context(branch));
        if (answer === 'yes')
            return branch;
        if (answer === 'no' || answer === 'absent')
            return this.#broken(branch);
        if (answer.kind === 'chance') {
            const { probability: share } = answer;
            if (share < 1)
                this.#broken(withShare(branch, 1 - share));
            return share <= 0 ? null : withShare(branch, share);
        }
        const held = answered(branch, answer.question);
        if (held !== null)
            return held === answer.holdsBy ? branch : this.#broken(branch);
        // Each way asks the match again: its answer may leave another part of the key open.
        this.#fork(branch, answer.question, at);
        return null;
    }
    /** Goes on from the same statement with each answer. */
    #fork(branch, question, at) {
        this.#trace.questions.met(question, branch.probability);
        for (const held of [true, false])
            this.from(answeredBy(branch, question, held), at);
    }
    /** Takes every way that a look-up leaves; a miss breaks the rule. */
    #ways(branch, found, at, take) {
        if (found.kind === 'unknown')
            this.#end(branch, 'unknown', { code: 'nft-map', rule: this.#placed(), text: this.#textAt(at) });
        for (const { branch: way, element } of waysOf(found, branch, this.#trace.questions)) {
            if (element === null)
                this.#broken(way);
            else
                take(way, element);
        }
        return null;
    }
    #assign(branch, { field, value }, at) {
        const context = this.#context(branch);
        const what = valueFor(value, field, context, this.#textAt(at));
        if (what.kind === 'value') {
            if (what.reading.kind === 'absent')
                return this.#broken(branch);
            return { ...branch, state: assigned(branch.state, field, what.reading) };
        }
        return this.#ways(branch, what.found, at, (way, { data }) => {
            const reading = data === null || data.kind === 'verdict' ? null : readFor(data, field, this.#context(way));
            if (reading === null)
                this.#unknown(way, this.#textAt(at));
            else
                this.from({ ...way, state: assigned(way.state, field, reading) }, at + 1);
        });
    }
    #nat(branch, nat, at) {
        const choice = otherFamily(nat.family, branch) ? null : natChoice(nat, this.#context(branch));
        if (choice === null) {
            this.#broken(branch);
            return;
        }
        if (choice.kind !== 'map')
            this.#translated(branch, choice);
        else
            this.#ways(branch, choice.found, at, (way, { data }) => {
                if (data === null || data.kind === 'verdict')
                    this.#unknown(way, printStatement(nat));
                else
                    this.#translated(way, natOfMap(nat, data, this.#context(way)));
            });
    }
    #translated(branch, choice) {
        if (choice.kind === 'target')
            this.results.push({ kind: 'translated', branch, target: choice.target });
        else if (choice.kind === 'unreadable') {
            const { chain, rule } = this.#place;
            const why = { text: choice.text };
            this.#end(branch, 'unknown', {
                code: 'nat-target-unreadable',
                rule: { chain: chain.name, number: rule.number },
                why,
            });
        }
    }
    /** A counter, limit or quota: it goes on, breaks the rule, or is a question that only the kernel can answer. */
    #extra(branch, extra) {
        const answer = judgeExtra(extra, this.#place.table);
        if (answer === 'yes')
            return branch;
        if (answer === 'no')
            return this.#broken(branch);
        const question = unknown({ code: 'nft-limit', text: printExtra(extra), rule: this.#placed() });
        const held = answered(branch, question);
        if (held !== null)
            return held ? branch : this.#broken(branch);
        this.#trace.questions.met(question, branch.probability);
        this.#broken(answeredBy(branch, question, false));
        return answeredBy(branch, question, true);
    }
    #extras(branch, extras) {
        let on = branch;
        for (const extra of extras)
            if (on !== null)
                on = this.#extra(on, extra);
        return on;
    }
    /** Without a listening transparent socket the rule breaks (nft_tproxy_eval). */
    #tproxy(branch, { family, address, port }, at) {
        if (otherFamily(family, branch) || !hasSockets(branch))
            return this.#broken(branch);
        const onIp = address?.kind === 'word' ? address.text : null;
        const onPort = port?.kind === 'number' ? port.value : 0;
        const question = unknown({ code: 'tproxy-socket', onIp, onPort });
        const held = answered(branch, question);
        if (held === null)
            this.#fork(branch, question, at);
        else if (held)
            return changed(branch, { takenOver: true });
        else
            this.#broken(branch);
        return null;
    }
    #queue(branch, text, bypass) {
        const { passed, ended } = queued(branch, text, bypass, this.#trace.questions);
        const accept = { kind: 'verdict', verdict: 'accept', chain: null };
        for (const way of passed)
            this.results.push({ kind: 'matched', branch: way, verdict: accept });
        for (const one of ended)
            this.results.push({ kind: 'ended', ...one });
    }
    /** nft lists what iptables added without what it asks: only `iptables-save` tells. */
    #xt(branch, { type, name }) {
        if (type === 'match' && name === 'comment')
            return branch;
        this.#end(branch, 'unknown', { code: 'nft-xt', rule: this.#placed(), text: `${type} ${name}` });
        return null;
    }
    #isAbsent(key, branch) {
        const parts = key.kind === 'concat' ? key.parts : [key];
        return parts.some((part) => read(part, this.#context(branch)).kind === 'absent');
    }
    #unknown(branch, text) {
        this.#end(branch, 'unknown', { code: 'nft-statement', rule: this.#placed(), text });
    }
    #end(branch, verdict, reason) {
        this.results.push({ kind: 'ended', branch, verdict, reason, rejectWith: null });
    }
    #broken(branch) {
        this.results.push({ kind: 'broken', branch });
        return null;
    }
    #placed() {
        const { table, chain, rule } = this.#place;
        return { table: `${table.family} ${table.name}`, chain: chain.name, number: rule.number };
    }
    #textAt(at) {
        const statement = this.#place.rule.statements[at];
        return statement === undefined ? '' : printStatement(statement);
    }
    #context(branch) {
        return contextOf(branch, this.#place, this.#trace.world.host);
    }
}
