import { describe, expect, it } from 'vitest';
import type { Host, Route } from '../../src/host/facts.ts';
import { NO_COLOURS } from '../../src/render/colours.ts';
import { witnessLine } from '../../src/render/diff/witness-lines.ts';
import { CAPTURED, filter, nat } from './compare.ts';
import { diff, knownWith } from './missing-files.ts';

const withDefault = (change: Partial<Route>): Host => {
  const ipv4 = CAPTURED.routes.ipv4?.map((route) =>
    route.destination.mask === 0n ? { ...route, ...change } : route,
  );
  return { ...CAPTURED, routes: { ...CAPTURED.routes, ipv4: ipv4 ?? null } };
};
const address = (text: bigint) => ({ family: 'ipv4' as const, value: text });
const hop = { device: 'eth0', weight: 1, usable: true };

/** What the lines of all witnesses say, in one text. */
function lines(
  before: readonly [string, Host] | string,
  after: readonly [string, Host] | string,
  budget = 500,
): string {
  const known = (side: readonly [string, Host] | string) =>
    typeof side === 'string' ? knownWith(side, CAPTURED) : knownWith(...side);
  return diff(known(before), known(after), { budget })
    .witnesses.map((witness) => witnessLine(witness, NO_COLOURS))
    .join('\n');
}

describe('Does a witness say what differs, where it is not the endpoint?', () => {
  it('another next hop', () => {
    const via = withDefault({ nextHops: [{ ...hop, gateway: address(0xc0a801fdn) }] });
    expect(lines([filter(''), CAPTURED], [filter(''), via])).toMatch(
      /before passes .* leaves through eth0 \(via 192\.168\.1\.254\), after passes .* leaves through eth0 \(via 192\.168\.1\.253\)/,
    );
  });

  it('another interface', () => {
    const via = withDefault({ nextHops: [{ ...hop, device: 'eth1', gateway: address(0xac1000fen) }] });
    expect(lines([filter(''), CAPTURED], [filter(''), via])).toMatch(
      /leaves through eth0 \(via 192\.168\.1\.254\), after .* leaves through eth1 \(via 172\.16\.0\.254\)/,
    );
  });

  it('the source that a route has a process send from', () => {
    const source = withDefault({ preferredSource: address(0xac100001n) });
    expect(lines([filter(''), CAPTURED], [filter(''), source])).toMatch(
      /source 192\.168\.1\.1\), after .*source 172\.16\.0\.1\)/,
    );
  });

  it('a source port that NAT chooses', () => {
    const rule = '-A POSTROUTING -o eth0 -j MASQUERADE';
    expect(lines(nat(rule), nat(`${rule} --random-fully`))).toMatch(
      /source port \d+\), after .*any source port\)/,
    );
  });

  it.each([
    ['DSCP', '-A PREROUTING -j DSCP --set-dscp 0x12', /TOS as it came\), after .*TOS 0x48\/0xfc\)/],
    ['TTL', '-A PREROUTING -j TTL --ttl-set 5', /TTL as it came\), after .*TTL 5\)/],
  ])('%s', (_, rule, text) => {
    const mangle = (rules: string): string => `*mangle\n:PREROUTING ACCEPT [0:0]\n${rules}\nCOMMIT\n`;
    expect(lines(mangle(''), mangle(rule))).toMatch(text);
  });

  it('nothing of it, where only the endpoint differs', () => {
    const to = (pod: number): string =>
      nat(
        `-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.${pod}:80`,
      );
    expect(lines(to(5), to(6))).toMatch(
      /before 1 endpoint with 10\.244\.1\.5:80, after 1 endpoint with 10\.244\.1\.6:80$/m,
    );
  });
});

describe('Is a witness told under the conditions under which the sides differ?', () => {
  it('a changed share is that of clients who are in no list of session affinity', () => {
    const sticky = (share: number): string =>
      nat(
        [
          '-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j SVC',
          '-A SVC -m recent --name A --rcheck --seconds 300 --reap --rsource -j EP-A',
          '-A SVC -m recent --name B --rcheck --seconds 300 --reap --rsource -j EP-B',
          `-A SVC -m statistic --mode random --probability ${share} -j EP-A`,
          '-A SVC -j EP-B',
          '-A EP-A -p tcp -m recent --name A --set --rsource -j DNAT --to-destination 10.244.1.5:80',
          '-A EP-B -p tcp -m recent --name B --set --rsource -j DNAT --to-destination 10.244.1.6:80',
        ].join('\n'),
        ':SVC - [0:0]\n:EP-A - [0:0]\n:EP-B - [0:0]\n',
      );
    const text = lines(sticky(0.5), sticky(0.9), 5000);
    expect(text).toMatch(/10\.244\.1\.5:80 50%.*10\.244\.1\.5:80 90%/);
    expect(text).toMatch(/if the client was not entered in list A/);
  });
});
