import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flow } from '../../src/conntrack/flow.ts';
import { parseFlowLine } from '../../src/conntrack/parse-flow-line.ts';

const NAME = `kpxs${process.pid}`;
const canAsk =
  process.getuid?.() === 0 &&
  spawnSync('conntrack', ['-V']).status === 0 &&
  spawnSync('ip', ['netns', 'add', NAME]).status === 0;

const ENTRIES = [
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4000 --dport 53 --dst-nat 10.0.0.5',
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4001 --dport 53 --dst-nat 10.0.0.5:5353 -u SEEN_REPLY,ASSURED',
  '-p tcp -s 10.0.0.1 -d 192.0.2.1 --sport 4002 --dport 80 --src-nat 10.0.0.9:1024 --state SYN_SENT',
  '-p tcp -s 10.0.0.1 -d 10.96.0.11 --sport 4003 --dport 80 --dst-nat 10.0.0.5:8080 --src-nat 10.0.0.9 --state TIME_WAIT -u SEEN_REPLY,ASSURED',
  '-p tcp -s 10.0.0.1 -d 10.96.0.12 -r 10.0.0.5 -q 10.0.0.1 --sport 4004 --dport 80 --reply-port-src 8080 --reply-port-dst 4004 --state ESTABLISHED -u SEEN_REPLY,ASSURED -w 7 -m 5',
  '-p udp -s 10.0.0.1 -d 10.96.0.13 --sport 4005 --dport 53 --orig-zone 3',
  '-p udp -s 10.0.0.1 -d 10.96.0.13 --sport 4006 --dport 53 --reply-zone 4 -u SEEN_REPLY,FIXED_TIMEOUT',
  '-p sctp -s 10.0.0.1 -d 10.96.0.10 --sport 4007 --dport 53 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2',
  '-p udplite -s 10.0.0.1 -d 10.96.0.10 --sport 4008 --dport 53',
  '-p gre -s 10.0.0.1 -d 10.0.0.2 --srckey 1 --dstkey 2 --reply-key-src 2 --reply-key-dst 1',
  '-p 112 -s 10.0.0.1 -d 10.0.0.2 -u SEEN_REPLY',
  '-p icmp -s 10.0.0.1 -d 10.96.0.10 --icmp-type 8 --icmp-code 0 --icmp-id 77',
  '-p icmp -s 10.0.0.1 -d 10.96.0.10 --icmp-type 13 --icmp-code 0 --icmp-id 78',
  '-p udp -s fd00::1 -d fd00::10 --sport 4009 --dport 53 --dst-nat fd00::5',
  '-p icmpv6 -s fd00::1 -d fd00::10 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 77',
];

function run(command: string): string {
  const [program = '', ...words] = command.split(' ');
  return execFileSync('ip', ['netns', 'exec', NAME, program, ...words], { encoding: 'utf8', stdio: 'pipe' });
}

/** @returns the flows of a listing, in one order, without what passes and what one form alone has. */
function flowsOf(listing: string): readonly Partial<Flow>[] {
  return listing
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => {
      const flow = parseFlowLine(text, 'x', 1);
      if (flow === null) throw new Error(`not read: ${text}`);
      return { ...flow, timeoutSeconds: null, mark: null };
    })
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key({ protocol, original }: Pick<Flow, 'protocol' | 'original'>): string {
  return `${protocol} ${original.sourcePort} ${original.icmp?.id}`;
}

describe.skipIf(!canAsk)('conntrack -L -o save of a kernel', () => {
  beforeAll(() => {
    for (const entry of ENTRIES) run(`conntrack -I -t 300 ${entry}`);
  });
  afterAll(() => {
    spawnSync('ip', ['netns', 'del', NAME]);
  });

  it.each(['', ' -f ipv6'])('is read as the flows that -L prints itself%s', (family) => {
    const plain = flowsOf(run(`conntrack -L${family}`));
    expect(plain.length).toBeGreaterThan(1);
    expect(flowsOf(run(`conntrack -L${family} -o save`))).toEqual(plain);
  });

  it('has every entry', () => {
    expect(flowsOf(run('conntrack -L -o save'))).toHaveLength(ENTRIES.length);
  });
});
