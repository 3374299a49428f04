import { dictionary } from '../../lookup/dictionary.ts';
import { sameAddress } from '../../net/address.ts';
import { type Expression, type Field, fieldsOf } from '../../nftables/expression.ts';
import { printField } from '../../nftables/print/print-expression.ts';
import type { PacketState } from '../state.ts';
import { type Written, writesOf } from '../writes.ts';

/** What tells a question of nft from the same words asked before a rule wrote what they read. */
export interface AsRead {
  /** How often that was written while it was not known, absent: never. */
  readonly writes?: number;
  /** Which of the ends that they read NAT had rewritten, absent: neither. */
  readonly rewritten?: Side | 'both';
}

type Side = 'source' | 'destination';

/** @param changes how often rules wrote into the set that is asked. @returns the packet's fields as these expressions read them now. */
export function asRead(expressions: readonly Expression[], state: PacketState, changes = 0): AsRead {
  const fields = expressions.flatMap(fieldsOf);
  const writes = fields.reduce((sum, field) => sum + countOf(field, state), changes);
  const sides = new Set(fields.flatMap(sidesOf).filter((side) => isRewritten(side, state)));
  const [side] = sides;
  return {
    ...(writes === 0 ? {} : { writes }),
    ...(side === undefined ? {} : { rewritten: sides.size === 1 ? side : 'both' }),
  };
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
function sidesOf(field: Field): readonly Side[] {
  switch (field.kind) {
    case 'payload':
      return SIDES[field.field] ?? [];
    case 'raw-payload':
    case 'fib':
      return ['source', 'destination'];
    default:
      return [];
  }
}

const SIDES = dictionary<readonly Side[]>({
  saddr: ['source'],
  sport: ['source'],
  daddr: ['destination'],
  dport: ['destination'],
});

/** Before NAT a request is what the client sent, and an answer what the server sent. */
function isRewritten(side: Side, { sourceRewrite, connection, destination, source }: PacketState): boolean {
  if (side === 'source' && sourceRewrite !== 'none') return true;
  if (connection === null || connection.quoted) return false;
  const { direction, originalDestination, replySource, replyDestination } = connection;
  const isReply = direction === 'REPLY';
  if (side === 'source')
    return isReply && source.address !== null && !sameAddress(source.address, replySource);
  const first = isReply ? replyDestination.address : originalDestination;
  return first !== null && !sameAddress(destination, first);
}
