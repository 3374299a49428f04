import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const dump = (source: string): string =>
  [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    `-A FORWARD -s ${source} -j ACCEPT`,
    'COMMIT',
    '',
  ].join('\n');

const IPV4 = dump('10.9.0.0/16');
const IPV6 = dump('fd00:9::/64');

describe('rules of one family say nothing of the other', () => {
  it.each([
    ['IPv4', IPV6, '10.5.0.1:80', '10.9.0.1', 'an ipv4 rule, of which none was captured'],
    ['IPv6', IPV4, '[fd00:5::1]:80', 'fd00:9::1', 'an ipv6 rule, of which none was captured'],
  ])('a packet of %s is an open question, by name', async (_, text, to, from, why) => {
    const answer = await answerTo(text, to, '--from', from);
    expect(answer).toContain(`if ${why}, takes the packet or rewrites it\n  UNKNOWN`);
    expect(answer).toMatch(/if no ipv\d rule takes the packet or rewrites it\n {2}ACCEPT/);
  });

  it('nor do they for granted', async () => {
    const { out } = await ask(IPV6, 'trace', '10.5.0.1:80', '--from', '10.9.0.1');
    expect(out).not.toContain('taken for empty');
    expect(out).toContain('capture `iptables-save -c`');
  });

  it.each([
    [IPV4, '10.5.0.1:80', '10.9.0.1'],
    [IPV6, '[fd00:5::1]:80', 'fd00:9::1'],
    [IPV4 + IPV6, '[fd00:5::1]:80', 'fd00:9::1'],
  ])('but those of its own family are certain', async (text, to, from) => {
    const answer = await answerTo(text, to, '--from', from);
    expect(answer).toContain('ACCEPT');
    expect(answer).not.toContain('UNKNOWN');
  });
});
