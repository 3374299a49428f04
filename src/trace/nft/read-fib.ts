import { matchesAddressType } from '../../host/address-type.ts';
import { matchRpfilter } from '../../host/match-rpfilter.ts';
import type { Address } from '../../net/address.ts';
import type { Field } from '../../nftables/expression.ts';
import { unknown } from '../answer.ts';
import type { Question } from '../question.ts';
import type { NftContext } from './context.ts';
import { known, OPEN, type Pattern, type Reading } from './values.ts';
import { numberOfWord } from './words.ts';

/** Types that an address can have, as the routing tables tell them, the likely ones first. */
const TYPES = ['local', 'unicast', 'broadcast', 'multicast', 'anycast', 'unreachable'] as const;

/** @returns what the routing tables say of an address (nft_fib4_eval, nft_fib6_eval and their `_type`). */
export function readFib(field: Extract<Field, { kind: 'fib' }>, context: NftContext): Reading {
  const { flags, result } = field;
  return result === 'type' ? addressType(flags, context) : reversePath(flags, result, context);
}

function addressType(flags: readonly string[], { state, host }: NftContext): Reading {
  const side = flags.includes('saddr') ? 'source' : 'destination';
  const limit = flags.includes('iif') ? 'in' : flags.includes('oif') ? 'out' : null;
  const device = limit === 'in' ? state.inInterface : limit === 'out' ? state.outInterface : null;
  const address = side === 'source' ? state.source.address : state.destination;
  const told = limit !== null ? null : side === 'source' ? state.source.local : state.destinationLocal;
  if (told === true) return known(numberOfWord('local', 'fib-type') ?? 0);
  if (address !== null && device !== undefined) {
    for (const type of TYPES) {
      const answer = matchesAddressType(host, state.family, address, [type.toUpperCase()], device);
      if (answer === 'yes') return known(numberOfWord(type, 'fib-type') ?? 0);
      if (answer === 'unknown') break;
    }
  }
  return { kind: 'open', ask: (patterns) => askType(patterns, side, limit, address, told) };
}

function askType(
  patterns: readonly Pattern[],
  side: 'source' | 'destination',
  limit: 'in' | 'out' | null,
  address: Address | null,
  told: boolean | null,
): 'yes' | 'no' | ReturnType<typeof unknown> | null {
  const types = [...TYPES].filter((type) =>
    patterns.some((pattern) => {
      const number = BigInt(numberOfWord(type, 'fib-type') ?? 0);
      return pattern.kind === 'range' && number >= pattern.from && number <= pattern.to;
    }),
  );
  if (told === false && types.length === 1 && types[0] === 'local') return 'no';
  const question: Question = {
    code: 'address-type',
    side,
    address,
    types: types.map((type) => type.toUpperCase()),
    limit,
  };
  if (limit !== null || types.length !== 1 || types[0] !== 'local') return unknown(question);
  return unknown(question, (before, held) =>
    side === 'source'
      ? { ...before, source: { ...before.source, local: held } }
      : { ...before, destinationLocal: held },
  );
}

/** `fib saddr . iif oif`: the interface by which an answer would leave, where that is the one it came in by; else nothing. */
function reversePath(flags: readonly string[], result: string, { state, host }: NftContext): Reading {
  const { inInterface, destination, mark, protocol, source } = state;
  if (!flags.includes('saddr') || !flags.includes('iif')) return OPEN;
  const lacks = source.address === null || inInterface === undefined ? 'client' : 'routes';
  const validmark = flags.includes('mark');
  const ask = (): ReturnType<typeof unknown> =>
    unknown({ code: 'rpfilter', source: source.address, loose: false, validmark, lacks });
  if (lacks === 'client' || inInterface === undefined) return { kind: 'open', ask };
  const packet = { source: source.address, destination, inInterface, mark, protocol };
  const answer = matchRpfilter(host, packet, { loose: false, validmark, acceptLocal: false });
  if (answer === 'unknown') return { kind: 'open', ask };
  if (result === 'oifname') return known(answer === 'yes' ? (inInterface ?? '') : '');
  return known(answer === 'yes' ? 1 : 0);
}
