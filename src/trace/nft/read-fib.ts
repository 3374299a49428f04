import { type AddressType, addressType } from '../../host/address-type.ts';
import type { Host } from '../../host/facts.ts';
import { ipv6Class } from '../../host/ipv6-address-class.ts';
import { matchRpfilter } from '../../host/match-rpfilter.ts';
import { type Address, sameAddress } from '../../net/address.ts';
import type { Field } from '../../nftables/expression.ts';
import { unknown } from '../answer.ts';
import type { Question } from '../question.ts';
import type { NftContext } from './context.ts';
import { fits, known, OPEN, type Pattern, type Reading } from './values.ts';
import { numberOfWord } from './words.ts';

/** Types that {@link fibType} tells, the likely ones first. */
export const FIB_TYPES: readonly AddressType[] = [
  'LOCAL',
  'UNICAST',
  'BROADCAST',
  'MULTICAST',
  'ANYCAST',
  'UNREACHABLE',
  'UNSPEC',
];

/**
 * The one type that `fib … type` has for an address.
 * @param device the interface that `iif` or `oif` names for this packet; null without them
 * @returns null where it is not known
 */
export function fibType(host: Host, address: Address, device: string | null): AddressType | null {
  return address.family === 'ipv4' ? typeOfIpv4(host, address, device) : typeOfIpv6(host, address, device);
}

/** @returns how `fib` counts a type. */
export function fibNumber(type: AddressType): number {
  return numberOfWord(type.toLowerCase(), 'fib-type') ?? 0;
}

/** nft_fib4_eval_type asks as x_tables does. */
function typeOfIpv4(host: Host, address: Address, device: string | null): AddressType | null {
  const answer = addressType(host, 'ipv4', address, device);
  return answer.kind === 'types' ? (answer.types[0] ?? null) : null;
}

/**
 * Of IPv6, x_tables has an address of several types, and nft one (__nft_fib6_eval_type): the device says whose own address it
 * may be, but limits the look-up of its route for link-local ones only (nft_fib6_flowi_init).
 */
function typeOfIpv6(host: Host, address: Address, device: string | null): AddressType | null {
  const answer = addressType(host, 'ipv6', address, ipv6Class(address.value).linkLocal ? device : null);
  if (answer.kind === 'unknown' || (device !== null && host.links === null)) return null;
  const own =
    device === null
      ? answer.types.includes('LOCAL')
      : host.links?.some(
          ({ name, addresses }) =>
            name === device &&
            addresses.some((one) => sameAddress(one.address, address) && one.tentative !== true),
        ) === true;
  if (answer.types.includes('ANYCAST')) return 'ANYCAST';
  if (answer.types.includes('UNREACHABLE')) return 'UNREACHABLE';
  if (own) return 'LOCAL';
  return answer.types.find((type) => type !== 'LOCAL') ?? 'UNSPEC';
}

/** @returns what the routing tables say of an address (nft_fib4_eval, nft_fib6_eval and their `_type`). */
export function readFib(field: Extract<Field, { kind: 'fib' }>, context: NftContext): Reading {
  const { flags, result } = field;
  return result === 'type' ? typeOf(flags, context) : reversePath(flags, result, context);
}

function typeOf(flags: readonly string[], { state, host }: NftContext): Reading {
  const side = flags.includes('saddr') ? 'source' : 'destination';
  const limit = flags.includes('iif') ? 'in' : flags.includes('oif') ? 'out' : null;
  const device = limit === 'in' ? state.inInterface : limit === 'out' ? state.outInterface : null;
  const address = side === 'source' ? state.source.address : state.destination;
  const told = limit !== null ? null : side === 'source' ? state.source.local : state.destinationLocal;
  if (told === true) return known(numberOfWord('local', 'fib-type') ?? 0);
  if (address !== null && device !== undefined) {
    const type = fibType(host, address, device);
    if (type !== null) return known(fibNumber(type));
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
  const types = FIB_TYPES.filter(
    (type) => type !== 'UNSPEC' && patterns.some((pattern) => fits(pattern, BigInt(fibNumber(type)))),
  );
  // `blackhole`, `prohibit` and others have no question of their own.
  if (types.length === 0) return null;
  if (told === false && types.length === 1 && types[0] === 'LOCAL') return 'no';
  const question: Question = {
    code: 'address-type',
    side,
    address,
    types,
    limit,
  };
  if (limit !== null || types.length !== 1 || types[0] !== 'LOCAL') return unknown(question);
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
  // x_tables takes :: as found; nft looks it up (nft_fib6_eval), and by what route is not known here.
  const unspecified = source.address?.family === 'ipv6' && source.address.value === 0n;
  const validmark = flags.includes('mark');
  const packet = { source: source.address, destination, inInterface: inInterface ?? null, mark, protocol };
  const answer =
    lacks === 'client' || unspecified
      ? 'unknown'
      : matchRpfilter(host, packet, { loose: false, validmark, acceptLocal: false });
  return {
    kind: 'open',
    ask: ([pattern]) => {
      if (pattern === undefined) return null;
      const [found, missing] = [takesDevice(pattern, inInterface ?? null), takesNone(pattern, result)];
      if (found === null) return answer === 'no' ? yesNo(missing) : null;
      if (found === missing) return yesNo(found);
      if (answer !== 'unknown') return yesNo(answer === 'yes' ? found : missing);
      // The question is whether there is one; whether there is none the rule's own words ask.
      return found
        ? unknown({ code: 'rpfilter', source: source.address, loose: false, validmark, lacks })
        : null;
    },
  };
}

/** Whether the device by which the packet came in is one of the pattern's; null where that is not known. */
function takesDevice(pattern: Pattern, device: string | null): boolean | null {
  // `exists` and `missing`.
  if (pattern.kind === 'range') return fits(pattern, 1n);
  if (pattern.text === '0' && !pattern.prefix) return false;
  // The number of a device whose name nft did not know.
  return device === null || /^\d+$/.test(pattern.text) ? null : fits(pattern, device);
}

/** Where none is found, `oif` is 0 and `oifname` empty (nft_fib_store_result). */
function takesNone(pattern: Pattern, result: string): boolean {
  if (pattern.kind === 'range') return fits(pattern, 0n);
  return result === 'oifname' ? fits(pattern, '') : pattern.text === '0' && !pattern.prefix;
}

function yesNo(value: boolean): 'yes' | 'no' {
  return value ? 'yes' : 'no';
}
