import type { Expression, Field } from '../../nftables/expression.ts';
import { patternOf } from '../../trace/nft/constants.ts';
import type { NftContext } from '../../trace/nft/context.ts';
import { kindOf } from '../../trace/nft/kinds.ts';
import { read } from '../../trace/nft/read.ts';
import { exactly, isExact } from '../../trace/nft/values.ts';
import type { KeptPackets } from '../explore/kept-packets.ts';
import { alikeInField } from './alike-field.ts';
import { type Compared, comparedWith } from './compared.ts';

/** Keeps the packets of which a comparison of the expression says the same as of the one that is traced. */
export function alikeInExpression(
  expression: Expression,
  compared: Compared,
  at: NftContext,
  narrowing: KeptPackets,
): void {
  if (isField(expression)) alikeInField(expression, { compared, at, narrowing });
  else if (expression.kind === 'binary') {
    const through = throughMask(expression, compared);
    if (through === null) keepValue(expression, at, narrowing);
    else for (const each of through) alikeInExpression(expression.left, each, at, narrowing);
  }
}

/** Keeps the packets that have the same in every field of an expression. */
export function keepValue(expression: Expression, at: NftContext, narrowing: KeptPackets): void {
  if (expression.kind === 'binary') {
    keepValue(expression.left, at, narrowing);
    keepValue(expression.right, at, narrowing);
  } else if (isField(expression)) {
    const reading = read(expression, at);
    const value = reading.kind === 'known' ? reading.value : null;
    const own =
      value === null
        ? comparedWith()
        : comparedWith(
            typeof value === 'string' ? { kind: 'name', text: value, prefix: false } : exactly(value),
          );
    alikeInField(expression, { compared: own, at, narrowing });
  } else if (expression.kind === 'concat')
    for (const part of expression.parts) keepValue(part, at, narrowing);
}

/**
 * Keeps the packets that write the same, or of which what is written differs in bits of the mark alone that they came with:
 * a later rule that asks for these bits tells them apart.
 */
export function keepWritten(expression: Expression, at: NftContext, narrowing: KeptPackets): void {
  if (isMark(expression)) return;
  if (expression.kind === 'binary' && /^[&|^]$/.test(expression.operator)) {
    keepWritten(expression.left, at, narrowing);
    keepWritten(expression.right, at, narrowing);
  } else keepValue(expression, at, narrowing);
}

/** @returns true for the mark of a packet or of its connection. */
export function isMark(expression: Expression): boolean {
  return (expression.kind === 'meta' || expression.kind === 'ct') && expression.key === 'mark';
}

/** `meta mark & 0x4000 == 0x4000` asks for one bit of the mark. Null where bits are moved or no constant. */
function throughMask(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  compared: Compared,
): readonly Compared[] | null {
  const constant = patternOf(right, kindOf(left));
  if (constant?.kind !== 'range' || !isExact(constant)) return null;
  const bits = constant.from;
  if (operator === '&') {
    if (compared.kind === 'any-bit') return [{ kind: 'any-bit', bits: compared.bits & bits }];
    if (compared.kind === 'masked')
      return [{ kind: 'masked', mask: compared.mask & bits, value: compared.value }];
    if (compared.patterns.some((pattern) => pattern.kind !== 'range' || !isExact(pattern))) return null;
    return compared.patterns.flatMap((pattern): Compared[] =>
      pattern.kind === 'range' ? [{ kind: 'masked', mask: bits, value: pattern.from }] : [],
    );
  }
  return null;
}

const FIELDS: Readonly<Record<Field['kind'], true>> = {
  meta: true,
  ct: true,
  payload: true,
  'raw-payload': true,
  fib: true,
  rt: true,
  socket: true,
  osf: true,
  'header-option': true,
  ipsec: true,
};

function isField(expression: Expression): expression is Field {
  return Object.hasOwn(FIELDS, expression.kind);
}
