import { dictionary } from '../../lookup/dictionary.ts';
import { Intervals } from '../../net/intervals.ts';
import { TCP, UDP } from '../../net/protocol.ts';
import { type Expression, type MapExpression, partsOf } from '../../nftables/expression.ts';
import { objectMapOf } from '../../nftables/object-map.ts';
import type { NatStatement, Statement } from '../../nftables/statement.ts';
import { patternOf } from '../../trace/nft/constants.ts';
import type { NftContext } from '../../trace/nft/context.ts';
import { kindOf } from '../../trace/nft/kinds.ts';
import type { Pattern } from '../../trace/nft/values.ts';
import type { KeptPackets } from '../explore/kept-packets.ts';
import { alikeInExpression, isMark, keepValue, keepWritten } from './alike-expression.ts';
import { alikeInLookUp, elementsOf } from './alike-look-up.ts';
import { type Compared, comparedWith, PRESENCE } from './compared.ts';

/** Keeps the packets that a statement of nft treats as the one that is traced: never more than it does (see `run-rule.ts`). */
export function alikeInStatement(statement: Statement, at: NftContext, narrowing: KeptPackets): void {
  const objects = objectMapOf(statement);
  if (objects !== null) alikeInMap(objects, at, narrowing);
  switch (statement.kind) {
    case 'match':
      alikeInMatch(statement, at, narrowing);
      return;
    case 'vmap':
      alikeInLookUp(statement.key, statement.data, 'element', at, narrowing);
      return;
    case 'assign':
      if (statement.value.kind === 'map') alikeInMap(statement.value, at, narrowing);
      else if (isMark(statement.field)) keepWritten(statement.value, at, narrowing);
      else keepValue(statement.value, at, narrowing);
      if (statement.field.kind === 'payload') splitAtWritten(statement, at, narrowing);
      return;
    case 'set-update':
      for (const part of partsOf(statement.key)) alikeInExpression(part, PRESENCE, at, narrowing);
      return;
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      alikeInTo(statement, at, narrowing);
      return;
    case 'reject':
      if (statement.type === 'tcp reset') narrowing.splitProtocols((protocol) => protocol === TCP);
      return;
    case 'tproxy':
      narrowing.splitProtocols((protocol) => protocol === TCP || protocol === UDP);
      alikeInTo(statement, at, narrowing);
      return;
    default:
    // Asks nothing of the packet: verdicts, counters and limits, or what ends the trace.
  }
}

function alikeInMatch(
  { left, right, operator }: Extract<Statement, { kind: 'match' }>,
  at: NftContext,
  narrowing: KeptPackets,
): void {
  if (right.kind === 'set' || right.kind === 'set-name') {
    alikeInLookUp(left, right, 'member', at, narrowing);
    return;
  }
  const pattern = patternOf(right, kindOf(left));
  if (pattern !== null) {
    alikeInExpression(left, comparisonOf(operator, pattern), at, narrowing);
    return;
  }
  keepValue(left, at, narrowing);
  keepValue(right, at, narrowing);
}

/** Far above whatever a field holds. */
const MOST = (1n << 128n) - 1n;

/** @returns what an operator asks of a field. */
export function comparisonOf(
  operator: Extract<Statement, { kind: 'match' }>['operator'],
  pattern: Pattern,
): Compared {
  if (pattern.kind === 'name') return comparedWith(pattern);
  const { from, to } = pattern;
  switch (operator) {
    case '==':
    case '!=':
      return comparedWith(pattern);
    case 'in':
      return { kind: 'any-bit', bits: from };
    case '<':
      return from === 0n ? PRESENCE : comparedWith({ kind: 'range', from: 0n, to: from - 1n });
    case '<=':
      return comparedWith({ kind: 'range', from: 0n, to });
    case '>':
      return comparedWith({ kind: 'range', from: to + 1n, to: MOST });
    case '>=':
      return comparedWith({ kind: 'range', from, to: MOST });
  }
}

function alikeInTo(
  { address, port }: Pick<NatStatement, 'address' | 'port'>,
  at: NftContext,
  narrowing: KeptPackets,
): void {
  for (const part of [address, port]) if (part?.kind === 'map') alikeInMap(part, at, narrowing);
}

function alikeInMap({ key, data }: MapExpression, at: NftContext, narrowing: KeptPackets): void {
  alikeInLookUp(key, data, 'element', at, narrowing);
}

/** A packet that has what is written there already is a class of its own. */
function splitAtWritten(
  { field, value }: Extract<Statement, { kind: 'assign' }>,
  at: NftContext,
  narrowing: KeptPackets,
): void {
  if (field.kind !== 'payload') return;
  const end = WRITTEN[field.field];
  if (end === undefined) return;
  const values = value.kind === 'map' ? dataOf(value.data, at) : [value];
  for (const each of values) {
    const pattern = patternOf(each, kindOf(field));
    if (pattern?.kind === 'range') narrowing.splitOwn(end, Intervals.range(pattern.from, pattern.to));
  }
}

const WRITTEN = dictionary<'source' | 'destination' | 'sourcePort' | 'destinationPort'>({
  saddr: 'source',
  daddr: 'destination',
  sport: 'sourcePort',
  dport: 'destinationPort',
});

function dataOf(data: Expression, at: NftContext): Expression[] {
  return (elementsOf(data, at) ?? []).flatMap(({ data: each }) =>
    each === null || each.kind === 'verdict' ? [] : [each],
  );
}
