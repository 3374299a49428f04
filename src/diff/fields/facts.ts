import { matchesAddressType } from '../../host/address-type.ts';
import type { Address } from '../../net/address.ts';
import { Intervals } from '../../net/intervals.ts';
import { prefixIntervals } from '../../net/prefix-intervals.ts';
import type { AddressTypes, TestOf } from '../../rules/test.ts';
import { from, towards } from '../rules/reach-bounds.ts';
import type { Space } from '../space/space.ts';
import { type Asked, type BoxField, FIXED } from './box-field.ts';

/** What the routing tables call the source. */
export const sourceType: BoxField<'fib.saddr.type'> = {
  ...FIXED,
  alike: ({ in: types }, asked) => {
    if (types.limit === 'in') asked.narrowing.keepDoor();
    const { address } = asked.state.source;
    if (address !== null && address === asked.narrowing.packet.source.address)
      asked.narrowing.keepSources(alikeInType(address, types, asked));
  },
  may: (test, reach, space) => (test.in.limit === null ? from(reach, ofType(test, space), space) : reach),
};

/** What the routing tables call the destination. */
export const destinationType: BoxField<'fib.daddr.type'> = {
  ...FIXED,
  alike: ({ in: types }, asked) => {
    if (types.limit === 'in') asked.narrowing.keepDoor();
    const { destination } = asked.narrowing.packet;
    if (asked.state.destination.value === destination.value)
      asked.narrowing.keepDestinations(alikeInType(destination, types, asked));
  },
  may: (test, reach, space) => (test.in.limit === null ? towards(reach, ofType(test, space), null) : reach),
};

/** The addresses of the same types. */
function alikeInType(
  address: Address,
  { types, limit }: AddressTypes,
  { state, narrowing }: Asked,
): Intervals {
  const { family } = state;
  const device = (limit === 'in' ? state.inInterface : limit === 'out' ? state.outInterface : null) ?? null;
  const question = `addrtype ${types.join(',')} ${device ?? ''}`;
  return narrowing.space.routing.alike(address.value, question, (host, each) =>
    matchesAddressType(host, family, each, types, device),
  );
}

/** The addresses that may pass the test. */
function ofType(
  { in: { types }, negated }: TestOf<'fib.saddr.type' | 'fib.daddr.type'>,
  { universe: { family }, routing }: Space,
): Intervals {
  return routing.where(`${negated} ${types.join()}`, (host, address) => {
    const answer = matchesAddressType(host, family, address, types, null);
    return answer === 'unknown' || (answer === 'yes') !== negated;
  });
}

/** The way back to the source. */
export const reversePath: BoxField<'fib.saddr.oif'> = {
  ...FIXED,
  alike: (_, { narrowing }) => {
    narrowing.keepDoor();
    const { routing } = narrowing.space;
    if (routing.hasPolicy) narrowing.keepMarkBits(0xffffffff);
    const source = narrowing.packet.source.address;
    if (source !== null) narrowing.keepSources(routing.wayBack(source.value));
  },
};

/** The addresses that a captured list holds. */
export const recent: BoxField<'recent'> = {
  ...FIXED,
  alike: ({ in: asked }, { state, narrowing }) => {
    const entries = narrowing.space.hosts.flatMap((host) => host.recent?.get(asked.list) ?? []);
    if (entries.length === 0 || asked.action === 'set') return;
    const all = (1n << (state.family === 'ipv4' ? 32n : 128n)) - 1n;
    const mask = asked.mask ?? all;
    const listed = entries.flatMap(({ address }): (readonly [bigint, bigint])[] => {
      const prefix = { family: state.family, value: address.value & mask, mask };
      return [...(prefixIntervals(prefix)?.ranges() ?? [])];
    });
    // Sides may list different addresses, so each listed one stands for itself.
    const set = Intervals.of(listed);
    const own = (asked.side === 'source' ? state.source.address : state.destination)?.value;
    const part = own !== undefined && set.has(own) ? Intervals.one(own) : set;
    if (asked.side === 'source') narrowing.splitSources(part, state);
    else narrowing.splitDestinations(part, state);
  },
};
