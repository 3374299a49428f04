import { describe, expect, it } from 'vitest';
import type { Host, NextHop } from '../../src/host/facts.ts';
import { CAPTURED, filter } from './compare.ts';
import { diff, knownWith } from './missing-files.ts';

const hop = (last: bigint, weight: number): NextHop => ({
  device: 'eth0',
  gateway: { family: 'ipv4', value: 0xc0a80100n + last },
  ...{ weight, usable: true },
});
const weighted = (...weights: readonly [number, number]): Host => {
  const nextHops = [hop(254n, weights[0]), hop(253n, weights[1])];
  const ipv4 = CAPTURED.routes.ipv4?.map((route) =>
    route.destination.mask === 0n ? { ...route, nextHops } : route,
  );
  return { ...CAPTURED, routes: { ...CAPTURED.routes, ipv4: ipv4 ?? null } };
};
const compare = (before: Host, after: Host) =>
  diff(knownWith(filter(''), before), knownWith(filter(''), after), { budget: 2000 });

describe('Does the weight of a next hop hide?', () => {
  it('a witness goes by another next hop, and the routes are told', () => {
    const { identical, witnesses, state } = compare(weighted(1, 1), weighted(1, 9));
    expect(identical).toBe(false);
    const hops = witnesses.map(({ before, after }) =>
      [before, after].map(({ outcomes }) => {
        const exit = outcomes[0]?.exit ?? null;
        return exit?.kind === 'interface' ? exit.nextHop : null;
      }),
    );
    expect(hops).toContainEqual(['192.168.1.254', '192.168.1.253']);
    expect(state.map(({ name }) => name)).toEqual([
      'default via 192.168.1.254 dev eth0 weight 1, via 192.168.1.253 dev eth0 weight 1 table main',
      'default via 192.168.1.254 dev eth0 weight 1, via 192.168.1.253 dev eth0 weight 9 table main',
    ]);
  });

  it('equal weights are no difference', () => {
    expect(compare(weighted(2, 3), weighted(2, 3)).identical).toBe(true);
  });
});
