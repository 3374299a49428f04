import { formatAddress } from '../../net/address.ts';
import { type Element, type Expression, partsOf } from '../../nftables/expression.ts';
import type { NftTable } from '../../nftables/ruleset.ts';
import type { Statement } from '../../nftables/statement.ts';
import type { PacketState } from '../state.ts';
import type { NftContext } from './context.ts';
import { kindOf } from './kinds.ts';
import { read } from './read.ts';
import type { NftSetChange } from './set-change.ts';
import type { Value } from './values.ts';

/** @returns the packet behind a rule that enters its key into a set, or takes it out; null where it lacks a part of the key. */
export function withSetChange(
  statement: Extract<Statement, { kind: 'set-update' }>,
  context: NftContext,
): PacketState | null {
  const { state, table } = context;
  const { key, data, operation, comment, timeout, extras } = statement;
  const values = partsOf(key).map((part) => read(part, context));
  if (values.some((reading) => reading.kind === 'absent')) return null;
  const known = values.flatMap((reading) => (reading.kind === 'known' ? [reading.value] : []));
  const element: Element = {
    ...{ key, comment, timeout, expires: null, extras },
    data: data === null ? null : constantOf(data, context),
  };
  const change: NftSetChange = {
    set: nameOf(table, statement.set),
    entered: operation !== 'delete',
    key: known.length === values.length ? known : null,
    element,
  };
  return { ...state, nftSetChanges: [...state.nftSetChanges, change] };
}

/** @returns what rules have written into a set on the packet's way, oldest first. */
export function changesOf({ state, table }: NftContext, set: string): readonly NftSetChange[] {
  const name = nameOf(table, set);
  return state.nftSetChanges.filter((change) => change.set === name);
}

function nameOf({ family, name }: NftTable, set: string): string {
  return `${family} ${name} ${set}`;
}

/** What a map's value is for this packet; null where that is not known. */
function constantOf(
  data: NonNullable<Extract<Statement, { kind: 'set-update' }>['data']>,
  context: NftContext,
) {
  const reading = read(data, context);
  // A constant is understood where it is used.
  if (data.kind === 'number' || data.kind === 'word' || data.kind === 'concat') return data;
  if (reading.kind !== 'known') return null;
  return constant(reading.value, data);
}

function constant(value: Value, of: Expression): Expression {
  if (typeof value === 'string') return { kind: 'word', text: value };
  const kind = kindOf(of);
  if (kind === 'ipv4' || kind === 'ipv6')
    return { kind: 'word', text: formatAddress({ family: kind, value }) };
  return { kind: 'number', value: Number(value) };
}
