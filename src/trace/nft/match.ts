import type { Expression } from '../../nftables/expression.ts';
import { printStatement } from '../../nftables/print/print-statement.ts';
import type { NftRule } from '../../nftables/ruleset.ts';
import type { Statement } from '../../nftables/statement.ts';
import { type Unknown, unknown } from '../answer.ts';
import type { Observer } from '../observer.ts';
import { asRead } from './as-read.ts';
import { patternOf } from './constants.ts';
import type { NftContext } from './context.ts';
import { kindOf } from './kinds.ts';
import { hitsOf, lookUp } from './look-up.ts';
import { read } from './read.ts';
import { fits, type Pattern, type Reading } from './values.ts';

type Match = Extract<Statement, { kind: 'match' }>;

/** Whether the match holds as it is written; `absent` breaks the rule whichever way it is turned. */
export type MatchAnswer =
  | 'yes'
  | 'no'
  | 'absent'
  | Asked
  | { readonly kind: 'chance'; readonly probability: number };

/** Open: it holds where the question's answer is `holdsBy`. */
export interface Asked {
  readonly kind: 'asked';
  readonly question: Unknown;
  readonly holdsBy: boolean;
}

/** @returns whether a match holds for the packet (nft_cmp_eval, nft_lookup_eval, nft_range_eval). */
export function judge(match: Match, context: NftContext): MatchAnswer {
  const { left, right, operator } = match;
  if (right.kind === 'set' || right.kind === 'set-name') return inSet(match, context);
  const pattern = patternOf(right, kindOf(left));
  const reading = read(left, context);
  if (reading.kind === 'absent') return 'absent';
  if (pattern === null) return compareComputed(match, reading, context);
  const negated = operator === '!=';
  switch (reading.kind) {
    case 'known':
      return yes(holds(operator, pattern, reading.value) !== negated);
    case 'partly':
      return judgePartly(match, pattern, reading, context);
    case 'chance': {
      const share = chanceOf(operator, pattern, reading.modulus, reading.offset);
      return { kind: 'chance', probability: negated ? 1 - share : share };
    }
    case 'open': {
      const plain = operator === '==' || operator === '!=' || operator === 'in';
      const answer = plain ? (reading.ask?.([pattern]) ?? null) : null;
      if (answer === 'yes' || answer === 'no') return yes((answer === 'yes') !== negated);
      return asked(answer, match, context, negated);
    }
  }
}

function yes(value: boolean): 'yes' | 'no' {
  return value ? 'yes' : 'no';
}

/** A question in the rule's own words asks for the match as it is written. */
function asked(answer: Unknown | null, match: Match, { state }: NftContext, negated = false): Asked {
  if (answer !== null) return { kind: 'asked', question: answer, holdsBy: !negated };
  const read = asRead([match.left, match.right], state);
  const question = unknown({ code: 'nft-expression', text: printStatement(match), ...read });
  return { kind: 'asked', question, holdsBy: true };
}

function holds(operator: Match['operator'], pattern: Pattern, value: bigint | string): boolean {
  if (operator === '==' || operator === '!=') return fits(pattern, value);
  if (pattern.kind !== 'range' || typeof value !== 'bigint') return false;
  switch (operator) {
    case 'in':
      return (value & pattern.from) !== 0n;
    case '<':
      return value < pattern.from;
    case '<=':
      return value <= pattern.to;
    case '>':
      return value > pattern.to;
    case '>=':
      return value >= pattern.from;
  }
}

function judgePartly(
  match: Match,
  pattern: Pattern,
  { bits, known }: Extract<Reading, { kind: 'partly' }>,
  context: NftContext,
): MatchAnswer {
  if (pattern.kind !== 'range') return 'no';
  if (match.operator === 'in') {
    if ((bits & known & pattern.from) !== 0n) return 'yes';
    return (pattern.from & ~known) === 0n ? 'no' : asked(null, match, context);
  }
  if (pattern.from === pattern.to && ((bits ^ pattern.from) & known) !== 0n && match.operator.endsWith('='))
    if (match.operator === '==' || match.operator === '!=') return yes(match.operator === '!=');
  return asked(null, match, context);
}

function chanceOf(operator: Match['operator'], pattern: Pattern, modulus: number, offset: number): number {
  if (pattern.kind !== 'range') return 0;
  const [low, high] = [BigInt(offset), BigInt(offset + modulus - 1)];
  const ranges: Readonly<Record<Match['operator'], readonly [bigint, bigint]>> = {
    '==': [pattern.from, pattern.to],
    '!=': [pattern.from, pattern.to],
    in: [pattern.from, pattern.to],
    '<': [low, pattern.from - 1n],
    '<=': [low, pattern.to],
    '>': [pattern.to + 1n, high],
    '>=': [pattern.from, high],
  };
  const [from, to] = ranges[operator];
  return hitsOf({ kind: 'range', from, to }, modulus, offset) / modulus;
}

/** The right side is a field too: `ip saddr != ip daddr`. */
function compareComputed(match: Match, reading: Reading, context: NftContext): MatchAnswer {
  const other = isField(match.right) ? read(match.right, context) : null;
  if (other?.kind === 'absent') return 'absent';
  if (other?.kind !== 'known' || reading.kind !== 'known') return asked(null, match, context);
  const { value } = other;
  const pattern: Pattern =
    typeof value === 'string'
      ? { kind: 'name', text: value, prefix: false }
      : { kind: 'range', from: value, to: value };
  return yes(holds(match.operator, pattern, reading.value) !== (match.operator === '!='));
}

function isField({ kind }: Expression): boolean {
  return (
    kind === 'meta' ||
    kind === 'ct' ||
    kind === 'payload' ||
    kind === 'binary' ||
    kind === 'fib' ||
    kind === 'rt'
  );
}

function inSet(match: Match, context: NftContext): MatchAnswer {
  const negated = match.operator === '!=';
  const found = lookUp(match.left, match.right, context, printStatement(match));
  switch (found.kind) {
    case 'found':
      return yes(!negated);
    case 'missed':
      return yes(negated);
    case 'absent':
      return 'absent';
    case 'chance': {
      const share = found.ways.reduce((sum, way) => sum + (way.element === null ? 0 : way.share), 0);
      return { kind: 'chance', probability: negated ? 1 - share : share };
    }
    case 'open': {
      const [first] = found.ways;
      // The caller asks again with the answer, until all that is open is settled.
      if (first === undefined || first.asked === null) return yes((first?.element !== null) !== negated);
      return { kind: 'asked', question: first.asked, holdsBy: !negated };
    }
    case 'unknown':
      return {
        kind: 'asked',
        question: found.asked,
        holdsBy: found.asked.question.code === 'nft-element' ? !negated : true,
      };
  }
}

/** @returns true where a definite no among the matches that stand first decides before anything forks. */
export function surelyBreaks({ statements }: NftRule, context: NftContext, observer?: Observer): boolean {
  for (const statement of statements) {
    if (statement.kind === 'match') {
      observer?.runs?.(statement, context);
      const answer = judge(statement, context);
      if (answer === 'no' || answer === 'absent') return true;
    } else if (statement.kind !== 'counter' && statement.kind !== 'xt') return false;
  }
  return false;
}
