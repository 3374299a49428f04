import { describe, expect, it } from 'vitest';
import type { Known } from '../../src/explain/question/question.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { CAPTURED, filter, nat } from './compare.ts';
import { diff, knownWith } from './missing-files.ts';

const raw = (rules: string): string => `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
${rules}
COMMIT
`;
const SERVICE = nat(
  '-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.5:80',
);
const saved = (rules: string, rest = ''): Known => knownWith(raw(rules) + SERVICE + rest, CAPTURED);
const ANSWERS = /what answers \d+ class(?:es)? of packets.*zone, NOTRACK, helper/;

describe('Is it proved that nothing changed, where only what answers a packet can tell?', () => {
  it.each([
    ['a zone for what comes in by one interface', '-A PREROUTING -i eth0 -j CT --zone 7'],
    ['a zone for answers', '-A PREROUTING -s 10.244.1.5/32 -p tcp -m tcp --sport 80 -j CT --zone 7'],
    ['a zone for one direction', '-A PREROUTING -i eth0 -j CT --zone-reply 7'],
    ['answers that are not tracked', '-A PREROUTING -d 192.168.1.50/32 -j CT --notrack'],
    ['what processes send', '-A OUTPUT -p udp -m udp --sport 53 -j NOTRACK'],
    ['what some of them send', '-A OUTPUT -m statistic --mode random --probability 0.5 -j CT --zone 3'],
    ['a helper', '-A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp'],
  ])('%s', (_, rule) => {
    for (const [before, after] of [
      ['', rule],
      [rule, ''],
    ] as const) {
      const { identical, proof, rules } = diff(saved(before), saved(after));
      expect([identical, proof.complete]).toEqual([false, false]);
      expect(proof.unexplored.join('\n')).toMatch(ANSWERS);
      expect(proof.unexplored.join('\n')).toContain(`: ${rule}`);
      expect(rules.map(({ decides }) => decides)).not.toContain(false);
      expect(proof.restsOn.map(({ text }) => text).join()).not.toContain('answers go back');
    }
  });

  it('a rule that keeps packets from the one that gives the zone', () => {
    const zone = '-A PREROUTING -i eth0 -j CT --zone 7';
    const { proof } = diff(saved(zone), saved(`-A PREROUTING -s 10.9.9.9/32 -j RETURN\n${zone}`));
    expect(proof.unexplored.join()).toMatch(ANSWERS);
  });

  it('a mark that gives the zone', () => {
    const by = (mark: number): string =>
      `-A PREROUTING -i eth0 -j MARK --set-xmark 0x${mark}/0xff\n-A PREROUTING -j CT --zone mark`;
    expect(diff(saved(by(1)), saved(by(2))).proof.unexplored.join()).toMatch(ANSWERS);
  });

  it.each(['ct zone set 7', 'notrack'])('`%s` of nft', (statement) => {
    const listed = (rule: string): Known => ({
      ...knownWith(SERVICE, CAPTURED),
      nft: parseNftables(
        Buffer.from(`table inet zones {
  chain pre {
    type filter hook prerouting priority -300; policy accept;
    ip saddr 10.9.9.9 drop
    ${rule}
  }
}
`),
        'nft.txt',
        new ProblemList(),
      ),
    });
    const { identical, proof } = diff(listed(''), listed(`iifname "eth0" ${statement}`), { budget: 500 });
    expect([identical, proof.complete]).toEqual([false, false]);
    expect(proof.unexplored.join()).toMatch(ANSWERS);
    expect(proof.unexplored.join()).toContain(statement);
  });

  it('zones and NOTRACK that both sides have leave nothing open, where something else differs', () => {
    const rules = '-A PREROUTING -i eth0 -j CT --zone 7\n-A PREROUTING -d 10.9.9.9/32 -j NOTRACK';
    const { proof, witnesses } = diff(
      saved(rules, filter('')),
      saved(rules, filter('-A FORWARD -s 8.8.8.8/32 -j DROP')),
    );
    expect(proof).toMatchObject({ complete: true, unexplored: [] });
    expect(witnesses.map(({ change }) => change)).toContain('dropped');
    expect(proof.restsOn.map(({ text }) => text).join()).toContain('answers go back');
  });
});
