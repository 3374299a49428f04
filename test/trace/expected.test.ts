import { describe, expect, it } from 'vitest';
import { parseExpectations } from '../../src/host/parse-expectations.ts';
import { ask } from './ask.ts';

// What Linux 6.18 listed after a client asked a TFTP server by port 69; the server's answer from port 5000 was RELATED, with the
// mark of the first flow, and one to another port was NEW.
const OF_PROC = '299 l3proto = 2 proto=17 src=8.8.8.8 dst=192.168.1.1 sport=0 dport=4000 tftp';
const OF_CONNTRACK =
  '299 proto=17 src=8.8.8.8 dst=192.168.1.1 sport=0 dport=4000 mask-src=255.255.255.255 mask-dst=255.255.255.255 sport=0 dport=65535 master-src=192.168.1.1 master-dst=8.8.8.8 sport=4000 dport=69 class=0 helper=tftp';
const RULES = '*filter\n:INPUT ACCEPT\n-A INPUT -p udp -m conntrack --ctstate NEW -j DROP';

function answer(listing: string, question: { readonly to: string; readonly protocol?: string }): string[] {
  const expected = parseExpectations(listing, 'conntrack-expect.txt');
  const trace = ask(RULES, { from: '8.8.8.8:5000', protocol: 'udp', ...question, expected });
  return [...trace.outcomes.map(({ verdict }) => verdict), ...trace.assumptions.map(({ code }) => code)];
}

describe('Is a packet NEW that a helper announced?', () => {
  it.each([OF_PROC, OF_CONNTRACK])('no: it is RELATED (init_conntrack), and so is said: %s', (listing) => {
    expect(answer(listing, { to: '192.168.1.1:4000' })).toEqual(['accept', 'expected-not-rewritten']);
    expect(answer(listing, { to: '192.168.1.1:4001' })).toEqual(['drop']);
    expect(answer(listing, { to: '192.168.1.9:4000' })).toEqual(['drop']);
  });
  it('announcements are read as conntrack and /proc print them, others not', () => {
    const [of, from] = [OF_PROC, OF_CONNTRACK].map((text) => parseExpectations(text, 'f')[0]);
    expect(of).toEqual(from);
    expect(of).toMatchObject({
      protocol: 17,
      sourcePort: null,
      destinationPort: 4000,
      helper: 'tftp',
      line: 1,
    });
    const any =
      'proto=6 src=:: dst=fd00::1 sport=0 dport=40001 PERMANENT ftp/data\nconntrack v1.4.7: 1 expectations have been shown.';
    expect(parseExpectations(any, 'f')).toMatchObject([{ source: { mask: 0n }, helper: 'ftp/data' }]);
  });
});
