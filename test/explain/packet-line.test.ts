import { describe, expect, it } from 'vitest';
import { readPacketLine } from '../../src/explain/question/packet-line.ts';
import { run } from '../cli/run-main.ts';

const FLOW =
  'udp      17 29 src=10.244.1.13 dst=10.96.10.40 sport=49999 dport=5353 src=10.244.1.11 dst=10.244.1.13 sport=5353 dport=49999 mark=0 use=1';

describe('a flow as a tool wrote it', () => {
  it.each([
    [FLOW, 'a conntrack entry', 'udp', '10.244.1.13', 49999, '10.96.10.40', 5353, null],
    [
      '-A -t 99 -u SEEN_REPLY -s 10.244.1.13 -d 10.96.10.40 -g 10.244.1.11 -q 10.244.1.13 -p udp --sport 49999 --dport 5353 --reply-port-src 5353 --reply-port-dst 49999',
      ...(['a conntrack entry', 'udp', '10.244.1.13', 49999, '10.96.10.40', 5353, null] as const),
    ],
    [
      '12:00:00.123456 eth0  In  IP 192.0.2.10.40001 > 192.168.100.11.30080: Flags [S], seq 1, win 64240, length 0',
      ...['a packet of tcpdump', 'tcp', '192.0.2.10', 40001, '192.168.100.11', 30080, 'eth0'],
    ],
    [
      'IP6 fd00:10:244:1::13.40001 > fd00:10:96::18.80: Flags [S], seq 1',
      ...['a packet of tcpdump', 'tcp', 'fd00:10:244:1::13', 40001, 'fd00:10:96::18', 80, null],
    ],
    [
      'IP 10.244.1.13.40001 > 10.96.0.10.53: 4242+ A? web.shop.svc.cluster.local. (44)',
      ...['a packet of tcpdump', 'udp', '10.244.1.13', 40001, '10.96.0.10', 53, null],
    ],
    [
      'IP 10.244.1.13.40001 > 10.96.10.1.80',
      ...['a packet of tcpdump', null, '10.244.1.13', 40001, '10.96.10.1', 80, null],
    ],
    [
      'IP6 fd00:10:244:1::13.40001 > fd00:10:96::18.80',
      ...['a packet of tcpdump', null, 'fd00:10:244:1::13', 40001, 'fd00:10:96::18', 80, null],
    ],
    [
      'IP 10.244.1.13 > 10.96.0.10: ICMP echo request, id 1, seq 1, length 64',
      ...['a packet of tcpdump', 'icmp', '10.244.1.13', null, '10.96.0.10', null, null],
    ],
    [
      'ESTAB 0      0      10.244.1.13:40001 10.96.10.1:80 users:(("curl",pid=7,fd=5))',
      ...['a socket of ss', 'tcp', '10.244.1.13', 40001, '10.96.10.1', 80, null],
    ],
    [
      'tcp   SYN-SENT 0 1 [::ffff:10.0.0.1]:4000 [fd00::1%eth0]:80',
      ...['a socket of ss', 'tcp', '10.0.0.1', 4000, 'fd00::1', 80, null],
    ],
    [
      'ESTAB 0 0 [fe80::4cf:66ff:fe4e:1]%d0:40012 [fe80::4cf:66ff:fe4e:2]%d0:7777',
      ...['a socket of ss', 'tcp', 'fe80::4cf:66ff:fe4e:1', 40012, 'fe80::4cf:66ff:fe4e:2', 7777, null],
    ],
    [
      '[15737.2] seen: IN=kx0 OUT= MAC=36:b3 SRC=10.9.0.2 DST=10.9.0.1 LEN=60 TOS=0x00 TTL=64 ID=4 DF PROTO=TCP SPT=36906 DPT=8080 WINDOW=64240 RES=0x00 SYN URGP=0',
      ...['a line of the kernel log', 'tcp', '10.9.0.2', 36906, '10.9.0.1', 8080, 'kx0'],
    ],
  ] as const)('%s', (line, tool, protocol, source, sourcePort, destination, destinationPort, inInterface) => {
    expect(readPacketLine(line)).toMatchObject({
      ...{ tool, protocol, source, sourcePort, destination, destinationPort, inInterface },
    });
  });

  it.each(['shop/web', 'svc/web', '10.96.0.10:53', 'a b', 'IP web.shop > dns.53: Flags [S]'])(
    '%s is none',
    (text) => {
      expect(readPacketLine(text)).toBeNull();
    },
  );

  it('is answered by conntrack where the line is a flow, though the capture does not have it', async () => {
    const { out, status } = await run(['trace', FLOW, '--demo']);
    expect(status).toBe(0);
    expect(out).toMatch(/^read as a conntrack entry: udp 10\.244\.1\.13:49999 → 10\.96\.10\.40:5353\n/);
    expect(out).toContain('conntrack decides');
    expect(out).toContain('10.244.1.11:5353');
    const piped = await run(['trace', '-', '--demo'], { stdin: `${FLOW}\n` });
    expect(piped.out).toBe(out);
  });

  it('is asked of the rules where the line is a new packet, by its own interface and source', async () => {
    const line = '1:2:3.4 eth0  In  IP 192.168.100.50.40001 > 192.168.100.11.30082: Flags [S], seq 1';
    const { out } = await run(['trace', line, '--demo']);
    expect(out).toContain('shop/np-local-none (node port)');
    expect(out).toContain('NO ANSWER');
  });

  it('is judged by conntrack, too', async () => {
    const { out } = await run(['conntrack', FLOW, '--demo']);
    expect(out).toMatch(/^10\.96\.10\.40:5353 on node-1: 9 flows from 10\.244\.1\.13, 6 stuck/);
    const { status, err } = await run(['conntrack', 'shop/web', '--demo']);
    expect(status).toBe(2);
    expect(err).toContain('--svc shop/web');
  });
});

describe('the place of a rule, given to chain', () => {
  const NODE = 'fixtures/kernel-trace/node';
  it('explains that rule alone', async () => {
    const { out } = await run(['chain', 'nat KUBE-SERVICES 1', '-f', NODE]);
    expect(out).toMatch(/^KUBE-SERVICES {2}nat table/);
    expect(out).toContain('shop/web cluster IP');
    expect(out).toContain('= 10.96.10.1:80 is shop/web.');
    expect(out.match(/^ {4}\d+ {2}-A/gm)).toHaveLength(1);
    const filter = await run(['chain', 'filter:INPUT:rule:2', '-f', NODE]);
    expect(filter.out.match(/^ {4}\d+ {2}-A.*$/gm)).toEqual([
      '    2  -A INPUT -p tcp -m tcp --dport 9999 -j DROP',
    ]);
  });

  it('is the prefix that a LOG rule writes', async () => {
    const { out } = await run(['chain', 'seen:', '-f', NODE]);
    expect(out).toContain('--log-prefix "seen: "');
    expect(out).not.toContain('--dport 9999');
  });

  it('is no chain where there is no such rule', async () => {
    expect((await run(['chain', 'nat KUBE-SERVICES 99', '-f', NODE])).status).toBe(1);
  });
});
