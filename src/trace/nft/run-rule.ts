import type { Element, Expression, Extra, MapExpression } from '../../nftables/expression.ts';
import { objectMapOf, withObject } from '../../nftables/object-map.ts';
import { printStatement } from '../../nftables/print/print-statement.ts';
import { isExtra, type NatStatement, type Statement } from '../../nftables/statement.ts';
import type { Unknown } from '../answer.ts';
import { answered, answeredBy, type Branch, changed, type Ending } from '../branch.ts';
import type { TraceContext } from '../context.ts';
import type { Reason } from '../reason.ts';
import { type Rewritten, rewrittenOf } from '../rewritten.ts';
import { assigned, readFor, valueFor } from './assign.ts';
import { contextOf, type NftContext } from './context.ts';
import { extrasOfUpdate, limitsElements } from './element-limits.ts';
import { canReject, hasSockets, otherFamily } from './implied.ts';
import { waysOfExtra } from './judge-extra.ts';
import { type LookUp, lookUp } from './look-up.ts';
import { waysOf } from './look-up-ways.ts';
import { judge, surelyBreaks } from './match.ts';
import { type NatChoice, natChoice, natOfMap } from './nat-statement.ts';
import { read } from './read.ts';
import { rejectName } from './rejects.ts';
import {
  placedRule,
  queueResults,
  type RulePlace,
  type RuleResult,
  untracked,
  withShare,
} from './rule-result.ts';
import { mapOfTproxy, socketQuestion, type TproxyTo, withGiven } from './tproxy-statement.ts';
import { withSetChange } from './write-set.ts';

/** Runs a rule's expressions from left to right (nft_do_chain). What stood before a break has been done. */
export function runRule(start: Branch, place: RulePlace, trace: TraceContext): RuleResult[] {
  if (surelyBreaks(place.rule, contextOf(start, place, trace.world.host), trace.observer))
    return [{ kind: 'broken', branch: start }];
  const run = new RuleRun(place, trace);
  run.from(start, 0);
  return run.results;
}

class RuleRun {
  readonly results: RuleResult[] = [];
  readonly #place: RulePlace;
  readonly #trace: TraceContext;

  constructor(place: RulePlace, trace: TraceContext) {
    this.#place = place;
    this.#trace = trace;
  }

  from(start: Branch, first: number): void {
    const { statements } = this.#place.rule;
    let branch = start;
    for (let at = first; at < statements.length; at++) {
      const statement = statements[at];
      if (statement === undefined) break;
      const after = this.#step(branch, statement, at);
      if (after === null) return;
      branch = after;
    }
    this.results.push({ kind: 'matched', branch, verdict: null });
  }

  /** @returns the branch where it goes on with the next statement; null where all that follows was told. */
  #step(branch: Branch, statement: Statement, at: number): Branch | null {
    const objects = objectMapOf(statement);
    if (objects !== null || !isExtra(statement))
      this.#trace.observer?.runs?.(statement, this.#context(branch));
    if (objects !== null)
      return this.#given(branch, this.#lookUp(branch, objects, at), at, (way, data) =>
        this.#step(way, withObject(statement, data), at),
      );
    if (isExtra(statement)) return this.#extra(branch, statement);
    switch (statement.kind) {
      case 'verdict':
        if (statement.verdict === 'continue') return branch;
        this.results.push({ kind: 'matched', branch, verdict: statement });
        return null;
      case 'match':
        return this.#match(branch, statement, at);
      case 'vmap':
        return this.#ways(
          branch,
          lookUp(statement.key, statement.data, this.#context(branch), printStatement(statement)),
          at,
          (way, { data }) => {
            if (data?.kind !== 'verdict') this.#unknown(way, printStatement(statement));
            else if (data.verdict === 'continue') this.from(way, at + 1);
            else this.results.push({ kind: 'matched', branch: way, verdict: data });
          },
        );
      case 'assign':
        return this.#assign(branch, statement, at);
      case 'set-update': {
        const state = withSetChange(statement, this.#context(branch));
        if (state === null) return this.#broken(branch);
        return this.#extras({ ...branch, state }, extrasOfUpdate(statement, this.#place.table));
      }
      case 'dnat':
      case 'snat':
      case 'masquerade':
      case 'redirect':
        return this.#nat(branch, statement, at);
      case 'reject': {
        if (!canReject(statement.type, branch)) return this.#broken(branch);
        const rejectWith = rejectName(statement.type, statement.code, branch.state.family);
        this.results.push({ kind: 'ended', branch, verdict: 'reject', reason: null, rejectWith });
        return null;
      }
      case 'notrack':
        return untracked(branch);
      case 'tproxy':
        if (otherFamily(statement.family, branch) || !hasSockets(branch)) return this.#broken(branch);
        return this.#tproxy(branch, statement, at);
      case 'queue':
        this.results.push(...queueResults(branch, statement, this.#trace.questions));
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

  #match(branch: Branch, statement: Extract<Statement, { kind: 'match' }>, at: number): Branch | null {
    const { left, right, operator } = statement;
    if (operator !== '!=' && limitsElements(right, this.#place.table)) {
      const found = lookUp(left, right, this.#context(branch), printStatement(statement));
      return this.#ways(branch, found, at, (way) => this.from(way, at + 1));
    }
    const answer = judge(statement, this.#context(branch));
    if (answer === 'yes') return branch;
    if (answer === 'no' || answer === 'absent') return this.#broken(branch);
    if (answer.kind === 'chance') {
      const { probability: share } = answer;
      if (share < 1) this.#broken(withShare(branch, 1 - share));
      return share <= 0 ? null : withShare(branch, share);
    }
    const held = answered(branch, answer.question);
    if (held !== null) return held === answer.holdsBy ? branch : this.#broken(branch);
    // Each way asks the match again: its answer may leave another part of the key open.
    this.#fork(branch, answer.question, at);
    return null;
  }

  /** Goes on from the same statement with each answer. */
  #fork(branch: Branch, question: Unknown, at: number): void {
    this.#trace.questions.met(question, branch.probability);
    for (const held of [true, false]) this.from(answeredBy(branch, question, held), at);
  }

  /** Takes every way that a look-up leaves; a miss breaks the rule. */
  #ways(branch: Branch, found: LookUp, at: number, take: (way: Branch, element: Element) => void): null {
    if (found.kind === 'unknown') this.#unknown(branch, this.#textAt(at), 'nft-map');
    for (const { branch: way, element } of waysOf(found, branch, this.#trace.questions)) {
      const on = element === null ? this.#broken(way) : this.#extras(way, element.extras);
      if (element !== null && on !== null) take(on, element);
    }
    return null;
  }

  /** Goes on with what a map gives. */
  #given(
    branch: Branch,
    found: LookUp,
    at: number,
    go: (way: Branch, data: Expression) => Branch | null,
  ): null {
    return this.#ways(branch, found, at, (way, { data }) => {
      const known = data !== null && data.kind !== 'verdict';
      const after = known ? go(way, data) : this.#unknown(way, this.#textAt(at));
      if (after !== null) this.from(after, at + 1);
    });
  }

  #lookUp(branch: Branch, { key, data }: MapExpression, at: number): LookUp {
    return lookUp(key, data, this.#context(branch), this.#textAt(at));
  }

  #assign(
    branch: Branch,
    { field, value }: Extract<Statement, { kind: 'assign' }>,
    at: number,
  ): Branch | null {
    const context = this.#context(branch);
    // The header that is written is asked for first, and nft prints nothing of it (payload_gen_dependency).
    if (field.kind === 'payload' && read(field, context).kind === 'absent') return this.#broken(branch);
    const what = valueFor(value, field, context, this.#textAt(at));
    // nft names the field wherever the bits are one.
    if (field.kind === 'raw-payload') return this.#unknown(branch, this.#textAt(at));
    if (what.kind === 'value' && what.reading.kind === 'absent') return this.#broken(branch);
    if (what.kind === 'value') return { ...branch, state: assigned(branch.state, field, what.reading) };
    return this.#ways(branch, what.found, at, (way, { data }) => {
      const reading =
        data === null || data.kind === 'verdict' ? null : readFor(data, field, this.#context(way));
      if (reading === null) this.#unknown(way, this.#textAt(at));
      else this.from({ ...way, state: assigned(way.state, field, reading) }, at + 1);
    });
  }

  #nat(branch: Branch, nat: NatStatement, at: number): null {
    const choice = otherFamily(nat.family, branch) ? null : natChoice(nat, this.#context(branch));
    return choice === null ? this.#broken(branch) : this.#translated(branch, nat, choice, at);
  }

  #translated(branch: Branch, nat: NatStatement, choice: NatChoice, at: number): null {
    if (choice.kind === 'map')
      return this.#given(branch, choice.found, at, (way, data) =>
        this.#translated(way, nat, natOfMap(nat, choice, data, this.#context(way)), at),
      );
    if (choice.kind === 'target') {
      this.#trace.observer?.translated?.(choice.target, this.#context(branch));
      this.results.push({ kind: 'translated', branch, target: choice.target });
    } else {
      const { chain, rule } = this.#place;
      this.#end(branch, 'unknown', {
        code: 'nat-target-unreadable',
        rule: { chain: chain.name, number: rule.number },
        why: { text: choice.text },
      });
    }
    return null;
  }

  /** A counter, limit or quota: it goes on, breaks the rule, or is a question that only the kernel can answer. */
  #extra(branch: Branch, extra: Extra, key?: Rewritten): Branch | null {
    let on: Branch | null = null;
    for (const { after, held } of waysOfExtra(branch, extra, this.#place, this.#trace.questions, key))
      if (held) on = after;
      else this.#broken(after);
    return on;
  }

  /** Those of an element are other ones where NAT has changed the key since. */
  #extras(branch: Branch, extras: readonly Extra[]): Branch | null {
    const key = rewrittenOf(['source', 'destination'], branch.state);
    let on: Branch | null = branch;
    for (const extra of extras) if (on !== null) on = this.#extra(on, extra, key);
    return on;
  }

  /** Without a listening transparent socket, or the key in its map, the rule breaks (nft_tproxy_eval). */
  #tproxy(branch: Branch, to: TproxyTo, at: number): Branch | null {
    const map = mapOfTproxy(to);
    if (map !== null)
      return this.#given(branch, this.#lookUp(branch, map, at), at, (way, data) =>
        this.#tproxy(way, withGiven(to, data), at),
      );
    const question = socketQuestion(to);
    const held = answered(branch, question);
    if (held === true) return changed(branch, { takenOver: true });
    if (held === false) return this.#broken(branch);
    this.#fork(branch, question, at);
    return null;
  }

  /** nft lists what iptables added without what it asks: only `iptables-save` tells. */
  #xt(branch: Branch, { type, name }: Extract<Statement, { kind: 'xt' }>): Branch | null {
    if (type === 'match' && name === 'comment') return branch;
    return this.#unknown(branch, `${type} ${name}`, 'nft-xt');
  }

  #unknown(
    branch: Branch,
    text: string,
    code: 'nft-map' | 'nft-statement' | 'nft-xt' = 'nft-statement',
  ): null {
    this.#end(branch, 'unknown', { code, rule: placedRule(this.#place), text });
    return null;
  }

  #end(branch: Branch, verdict: Ending['verdict'], reason: Reason | null): void {
    this.results.push({ kind: 'ended', branch, verdict, reason, rejectWith: null });
  }

  #broken(branch: Branch): null {
    this.results.push({ kind: 'broken', branch });
    return null;
  }

  #textAt(at: number): string {
    const statement = this.#place.rule.statements[at];
    return statement === undefined ? '' : printStatement(statement);
  }

  #context(branch: Branch): NftContext {
    return contextOf(branch, this.#place, this.#trace.world.host);
  }
}
