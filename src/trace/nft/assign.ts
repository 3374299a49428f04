import type { Address } from '../../net/address.ts';
import type { Expression, Field } from '../../nftables/expression.ts';
import type { PartlyKnown } from '../../rules/value-set.ts';
import { senderOf } from '../packet.ts';
import { NO_BITS, withMark, xsetBits } from '../packet-mark.ts';
import type { Connection, PacketState } from '../state.ts';
import { type Written, written } from '../writes.ts';
import { countedAs } from './as-read.ts';
import { patternOf } from './constants.ts';
import type { NftContext } from './context.ts';
import { kindOf } from './kinds.ts';
import { type LookUp, lookUp } from './look-up.ts';
import { read } from './read.ts';
import { known, OPEN, type Reading } from './values.ts';

/** The value that is written, or what has to be looked up for it. */
export type Assigned =
  | { readonly kind: 'value'; readonly reading: Reading }
  | { readonly kind: 'map'; readonly found: LookUp };

/** @returns the value of an expression for a field that holds this kind of thing. */
export function valueFor(
  expression: Expression,
  field: Expression,
  context: NftContext,
  text: string,
): Assigned {
  if (expression.kind === 'map')
    return { kind: 'map', found: lookUp(expression.key, expression.data, context, text) };
  return { kind: 'value', reading: readFor(expression, field, context) };
}

/** @returns a constant or a field as a value for a field of this kind. */
export function readFor(expression: Expression, field: Expression, context: NftContext): Reading {
  const pattern = patternOf(expression, kindOf(field));
  if (pattern?.kind === 'range' && pattern.from === pattern.to) return known(pattern.from);
  return pattern === null ? read(expression, context) : OPEN;
}

/** @returns the packet with a field written; `reading` may be anything but absent. What no answer rests on changes nothing. */
export function assigned(before: PacketState, field: Field, reading: Reading): PacketState {
  const value = numberIn(reading);
  const number = value === null ? null : Number(value);
  const state = counted(before, field);
  switch (field.kind) {
    case 'meta':
      if (field.key === 'mark') return withMark(state, bitsOf(reading));
      if (field.key === 'pkttype' && number !== null)
        return { ...state, frame: FRAMES[number] ?? state.frame };
      return state;
    case 'ct':
      return assignCt(state, field, reading);
    case 'payload':
      return assignPayload(state, field, value);
    case 'header-option':
      return field.of === 'tcp option' && field.name === 'maxseg'
        ? { ...state, segmentSizeSet: true }
        : state;
    default:
      return state;
  }
}

/** @returns the packet with the write counted; one of a field that is known as a whole needs none, and marks count theirs themselves. */
function counted(state: PacketState, field: Field): PacketState {
  const { of, as } = countedAs(field);
  if (as === 'mark') return state;
  if (of === 'packet') return written(state, as, isKnown(state, as));
  return state.connection === null ? state : { ...state, connection: written(state.connection, as) };
}

function isKnown({ tos, ttl, length }: PacketState, field: Written): boolean {
  switch (field) {
    case 'tos':
      return tos.known === 0xff;
    case 'ttl':
      return ttl !== null;
    case 'length':
      return length !== null;
    default:
      return false;
  }
}

const FRAMES: readonly PacketState['frame'][] = ['unicast', 'broadcast', 'multicast'];

function numberIn(reading: Reading): bigint | null {
  return reading.kind === 'known' && typeof reading.value === 'bigint' ? reading.value : null;
}

function bitsOf(reading: Reading): PartlyKnown {
  const of = (bits: bigint): number => Number(BigInt.asUintN(32, bits));
  if (reading.kind === 'partly') return { bits: of(reading.bits), known: of(reading.known) };
  const value = numberIn(reading);
  return value === null ? NO_BITS : xsetBits(NO_BITS, of(value), 0xffffffff);
}

function assignCt(
  state: PacketState,
  { key, direction }: Extract<Field, { kind: 'ct' }>,
  reading: Reading,
): PacketState {
  const { connection } = state;
  if (key === 'mark')
    return connection === null ? state : { ...state, connection: withMark(connection, bitsOf(reading)) };
  if (key === 'label') return connection === null ? state : { ...state, connection: relabelled(connection) };
  const value = numberIn(reading);
  const number = value === null ? null : Number(value);
  // A packet that has its connection or a zone keeps it; one that is not to be tracked is tracked after all (nft_ct_set_zone_eval).
  if (key !== 'zone' || connection !== null || state.zones !== null || state.untracked === 'INVALID')
    return state;
  const original = direction === 'reply' ? 0 : number;
  const reply = direction === 'original' ? 0 : number;
  return { ...state, untracked: null, zones: { original, reply } };
}

/** Which label a name stands for no listing tells; none is taken away (nf_connlabels_replace). */
function relabelled(connection: Connection): Connection {
  const kept = [...(connection.labelsTold ?? [])].filter(([, held]) => held);
  return { ...connection, labels: null, labelsTold: new Map(kept) };
}

/** Writes a header. The connection does not hear of it (nft_payload_set_eval). */
function assignPayload(
  state: PacketState,
  { protocol, field }: Extract<Field, { kind: 'payload' }>,
  value: bigint | null,
): PacketState {
  const address = (v: bigint): Address => ({ family: state.family, value: v });
  if ((protocol === 'ip' || protocol === 'ip6') && value !== null) {
    if (field === 'daddr') return { ...state, destination: address(value), destinationLocal: null };
    if (field === 'saddr') return { ...state, source: senderOf(address(value)) };
  }
  switch (field) {
    case 'dport':
      return { ...state, destinationPort: value === null ? null : Number(value) };
    case 'sport':
      return { ...state, sourcePort: value === null ? null : Number(value) };
    case 'dscp':
      return { ...state, tos: tosWith(state.tos, 0xfc, value === null ? null : Number(value) << 2) };
    case 'ecn':
      return { ...state, tos: tosWith(state.tos, 0x03, value === null ? null : Number(value)) };
    case 'ttl':
    case 'hoplimit':
      return { ...state, ttl: value === null ? null : Number(value) };
    default:
      return state;
  }
}

/** The bits of a mask, written; null: with what is not known. */
function tosWith(
  { bits, known }: PacketState['tos'],
  mask: number,
  value: number | null,
): PacketState['tos'] {
  if (value === null) return { bits: bits & ~mask, known: known & ~mask };
  return { bits: (bits & ~mask) | (value & mask), known: known | mask };
}
