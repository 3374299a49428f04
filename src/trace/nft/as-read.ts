import { dictionary } from '../../lookup/dictionary.ts';
import { type Expression, type Field, fieldsOf } from '../../nftables/expression.ts';
import { printField } from '../../nftables/print/print-expression.ts';
import { type End, type Rewritten, rewrittenOf } from '../rewritten.ts';
import type { PacketState } from '../state.ts';
import { type Written, writesOf } from '../writes.ts';

/** What tells a question from the same words asked before a rule wrote what they read. */
export interface AsRead extends Rewritten {
  /** How often that was written while it was not known, absent: never. */
  readonly writes?: number;
}

/** @param changes how often rules wrote into the set that is asked. @returns the packet's fields as these expressions read them now. */
export function asRead(expressions: readonly Expression[], state: PacketState, changes = 0): AsRead {
  const fields = expressions.flatMap(fieldsOf);
  const writes = fields.reduce((sum, field) => sum + countOf(field, state), changes);
  return { ...(writes === 0 ? {} : { writes }), ...rewrittenOf(fields.flatMap(endsOf), state) };
}

/** @returns what a write to the field counts as, and of which: packet or connection. */
export function countedAs(field: Field): { readonly of: 'packet' | 'connection'; readonly as: Written } {
  const as = `nft ${printField(field)}` as const;
  switch (field.kind) {
    case 'ct':
      if (field.key === 'mark' || field.key === 'label') return { of: 'connection', as: field.key };
      return { of: 'connection', as };
    case 'meta':
      return { of: 'packet', as: field.key === 'mark' || field.key === 'length' ? field.key : as };
    case 'payload':
      return { of: 'packet', as: HEADERS[field.field] ?? 'header' };
    default:
      return { of: 'packet', as };
  }
}

const HEADERS = dictionary<Written>({
  dscp: 'tos',
  ecn: 'tos',
  ttl: 'ttl',
  hoplimit: 'ttl',
  length: 'length',
});

const OF_HEADERS: readonly Written[] = ['tos', 'ttl', 'length', 'header'];

function countOf(field: Field, state: PacketState): number {
  // Bits by their place may be any of a header's.
  if (field.kind === 'raw-payload') return OF_HEADERS.reduce((sum, as) => sum + writesOf(state, as), 0);
  const { of, as } = countedAs(field);
  const counting = of === 'packet' ? state : state.connection;
  return counting === null ? 0 : writesOf(counting, as);
}

/** Those of a connection are as they were when it began, or changed by NAT alone, which decides once. */
function endsOf(field: Field): readonly End[] {
  switch (field.kind) {
    case 'payload':
      return ENDS[field.field] ?? [];
    case 'raw-payload':
    case 'fib':
      return ['source', 'destination'];
    default:
      return [];
  }
}

const ENDS = dictionary<readonly End[]>({
  saddr: ['source'],
  sport: ['source'],
  daddr: ['destination'],
  dport: ['destination'],
});
