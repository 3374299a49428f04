import type { Expression } from '../../nftables/expression.ts';
import { unknown } from '../answer.ts';
import { patternOf } from './constants.ts';
import type { NftContext } from './context.ts';
import { kindOf } from './kinds.ts';
import { readCt } from './read-ct.ts';
import { readFib } from './read-fib.ts';
import { readMeta } from './read-meta.ts';
import { readPayload, readRaw } from './read-payload.ts';
import { ABSENT, EVERY, isExact, known, OPEN, type Reading } from './values.ts';

/** @returns what is known of an expression, maps left out: those are looked up. */
export function read(expression: Expression, context: NftContext): Reading {
  switch (expression.kind) {
    case 'meta':
      if (expression.key === 'random') return { kind: 'chance', modulus: 2 ** 32, offset: 0 };
      return readMeta(expression, context);
    case 'ct':
      return readCt(expression, context);
    case 'payload':
      return readPayload(expression, context);
    case 'raw-payload':
      return readRaw(expression, context);
    case 'fib':
      return readFib(expression, context);
    case 'rt':
      return readRoute(expression.key, context);
    case 'socket':
    case 'osf':
      return OPEN;
    case 'ipsec':
      return ABSENT;
    case 'header-option':
      return readOption(expression.of, expression.field, context);
    case 'numgen':
      return { kind: 'chance', modulus: expression.modulus, offset: expression.offset };
    case 'binary':
      return readBinary(expression, context);
    case 'number':
    case 'word':
    case 'flags':
    case 'exists':
      return constant(expression);
    case 'lost': {
      const { chain, of } = expression;
      return { kind: 'open', ask: () => unknown({ code: 'nft-jump-not-captured', chain, of }) };
    }
    default:
      return OPEN;
  }
}

function constant(expression: Expression): Reading {
  const pattern = patternOf(expression, kindOf(expression));
  if (pattern === null || !isExact(pattern)) return OPEN;
  return known(pattern.kind === 'name' ? pattern.text : pattern.from);
}

const ALL = 0xffffffffn;

/** Numbers of 32 bits (nft_bitwise). */
function readBinary(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  context: NftContext,
): Reading {
  const one = read(left, context);
  const pattern = patternOf(right, kindOf(left));
  const other: Reading = pattern?.kind === 'range' ? known(pattern.from) : read(right, context);
  if (one.kind === 'absent' || other.kind === 'absent') return ABSENT;
  const [a, b] = [partsOf(one), partsOf(other)];
  if (a === null || b === null) return operator === '&' || operator === '|' ? masked(operator, a, b) : OPEN;
  const width = a.bits > ALL || b.bits > ALL ? (1n << 128n) - 1n : ALL;
  switch (operator) {
    case '&':
    case '|':
      return masked(operator, a, b);
    case '^':
      return made(a.bits ^ b.bits, a.known & b.known);
    case '<<':
    case '>>':
      if (a.known !== EVERY || b.known !== EVERY) return OPEN;
      return known(operator === '<<' ? (a.bits << b.bits) & width : a.bits >> b.bits);
  }
}

interface Parts {
  readonly bits: bigint;
  readonly known: bigint;
}

function partsOf(reading: Reading): Parts | null {
  if (reading.kind === 'known' && typeof reading.value === 'bigint')
    return { bits: reading.value, known: EVERY };
  if (reading.kind === 'partly') return { bits: reading.bits, known: reading.known };
  return null;
}

/** Bits that the mask clears or sets are known whatever they were. */
function masked(operator: '&' | '|', a: Parts | null, b: Parts | null): Reading {
  const [x, y] = [a ?? { bits: 0n, known: 0n }, b ?? { bits: 0n, known: 0n }];
  const settled =
    operator === '&' ? (x.known & ~x.bits) | (y.known & ~y.bits) : (x.known & x.bits) | (y.known & y.bits);
  const bits = operator === '&' ? x.bits & y.bits : x.bits | y.bits;
  return made(bits, (x.known & y.known) | settled);
}

function made(bits: bigint, knownBits: bigint): Reading {
  const all = knownBits & EVERY;
  if (all === EVERY) return known(bits);
  return all === 0n ? OPEN : { kind: 'partly', bits: bits & all, known: all };
}

function readRoute(key: string, { state, hook }: NftContext): Reading {
  // Before the routing decision there is no route (nft_rt_get_eval).
  if (hook === 'PREROUTING' && state.route === null) return ABSENT;
  if (key === 'ipsec') return known(0);
  if (key === 'nexthop' && state.route !== null) {
    const hop = state.route.gateway ?? state.destination;
    return hop.family === state.family ? known(hop.value) : OPEN;
  }
  return OPEN;
}

/** A plain packet has no extension headers and no IP options; what options a SYN carries is its sender's business. */
function readOption(of: string, field: string | null, { state }: NftContext): Reading {
  if (of === 'tcp option') return state.protocol === 6 ? OPEN : field === null ? known(0) : ABSENT;
  // nft asks for the family first, and prints nothing of it (exthdr_gen_dependency).
  if ((of === 'exthdr' && state.family !== 'ipv6') || (of === 'ip option' && state.family !== 'ipv4'))
    return ABSENT;
  if (of === 'exthdr' || of === 'ip option') return field === null ? known(0) : ABSENT;
  return OPEN;
}
