import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const TO = ['10.244.1.5:80', '--from', '9.9.9.9'] as const;

const NAT = `# iptables -t nat -S
-P PREROUTING ACCEPT
-P INPUT ACCEPT
-P OUTPUT ACCEPT
-P POSTROUTING ACCEPT
`;

const listing = (...rows: string[]): string =>
  `# iptables -nvL
Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)
 pkts bytes target     prot opt in     out     source               destination
${rows.join('\n')}
${NAT}`;

const ROW = '    7   420 ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0';
const DROPS = '    9   540 DROP       all  --  *      *       0.0.0.0/0            10.244.0.0/16';

describe('Does a row that mail or a terminal broke keep its match?', () => {
  it.each([
    ['at a blank', [ROW, 'ctstate RELATED,ESTABLISHED']],
    ['behind its comment', [`${ROW}  /* x */`, 'ctstate RELATED,ESTABLISHED']],
    ['in its comment', [`${ROW}  /* kubernetes forwarding`, 'conntrack rule */ ctstate RELATED,ESTABLISHED']],
    ['in two places', [ROW, '/* kubernetes forwarding conntrack rule */', 'ctstate RELATED,ESTABLISHED']],
  ])('%s: the row behind it decides', async (_, rows) => {
    const { out, err } = await ask(listing(...rows, DROPS), 'trace', ...TO);
    expect(out).toContain('DROP by filter FORWARD rule 2');
    expect(err).not.toContain('could not read');
  });

  it('a port is that of both lines', async () => {
    const tcp = ROW.replace('all ', 'tcp ').replace('ACCEPT', 'DROP  ');
    expect(await answerTo(listing(tcp, 'tcp dpt:23'), ...TO)).toContain('ACCEPT');
    expect(await answerTo(listing(`${tcp}  tcp dpt:8`, '080'), ...TO)).toContain('ACCEPT');
    expect(await answerTo(listing(`${tcp}  tcp dpt:8`, '0'), ...TO)).toContain(
      'DROP by filter FORWARD rule 1',
    );
  });

  it('what nobody knows the match of is open', async () => {
    const answer = await answerTo(listing(ROW, 'newmatch value 5', DROPS), ...TO);
    expect(answer).toContain('newmatch');
    expect(answer).toContain('DROP by filter FORWARD rule 2');
  });

  it('a sentence below is no part of it', async () => {
    const answer = await answerTo(listing(DROPS, 'This is the one that hurts us.'), ...TO);
    expect(answer).toContain('DROP by filter FORWARD rule 1');
    expect(answer).not.toContain('UNKNOWN');
  });

  it('of a rule of iptables-save the end of its target is its own', async () => {
    const rule =
      '-A PREROUTING -d 10.96.44.12/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.5:80';
    const answer = await answerTo(`${NAT}${rule}\n80\n`, '10.96.44.12:80', '--from', '9.9.9.9');
    expect(answer).toContain('10.244.1.5:8080');
  });

  it('a flow that a terminal broke within a word is one', async () => {
    const flows = `$ conntrack -L -p udp
udp      17 12 src=10.244.1.5 dst=10.96.0.10 sport=40112 dport=53 [UNREPLIED] sr
c=10.244.0.3 dst=10.244.1.5 sport=53 dport=40112 mark=0 use=1
tcp      6 117 SYN_SENT src=10.244.1.5 dst=10.96.44.12 sport=51234 dport=80 [UNR
EPLIED] src=10.244.2.9 dst=10.0.3.17 sport=8080 dport=51234 mark=0 use=1
`;
    const { out } = await ask(flows, 'conntrack', '--client', '10.244.1.5');
    expect(out).toContain('2 flows from 10.244.1.5');
    expect(out).toContain('10.96.44.12:80 → 10.244.2.9:8080');
  });
});

const SAVE = (rule: string): string => `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
${rule}
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
`;

describe('What does a rule do whose end was cut off?', () => {
  it.each([
    '-A FORWARD -d 10.244.0.0/16 -m comment --comment "blocked for guests" -j',
    '-A FORWARD ...',
    '-A FORWARD -d 10.244.0.0/16 -p tc…',
    '# ... 14 more rules',
    '<output omitted>',
    '. . .',
    '(calico rules removed for brevity)',
    '[lines 6-40 cut]',
  ])('%s: nobody knows', async (rule) => {
    expect(await answerTo(SAVE(rule), ...TO)).toContain('UNKNOWN');
  });

  it('a comment of a dump is no rule, nor is a rule that only counts unknown', async () => {
    expect(await answerTo(SAVE('# added by hand'), ...TO)).not.toContain('UNKNOWN');
    expect(
      await answerTo(SAVE('-A FORWARD -d 10.244.0.0/16 -m comment --comment "count"'), ...TO),
    ).not.toContain('UNKNOWN');
  });

  it('kube-proxy writes none without a target', async () => {
    const cut =
      '-A KUBE-SERVICES -d 10.96.44.12/32 -p tcp -m comment --comment "shop/cart:http cluster IP" -m tcp --dport 80';
    const dump = SAVE('-A FORWARD -j ACCEPT').replace(
      ':POSTROUTING ACCEPT [0:0]\n',
      `:POSTROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n-A PREROUTING -j KUBE-SERVICES\n${cut}\n`,
    );
    const answer = await answerTo(dump, '10.96.44.12:80', '--from', '9.9.9.9');
    expect(answer).toContain('UNKNOWN');
    expect(answer).toContain('could not be read');
  });
});
