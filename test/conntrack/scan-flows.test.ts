import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/conntrack/flow.ts';
import { parseFlowLine } from '../../src/conntrack/parse-flow-line.ts';
import { FlowScanner } from '../../src/conntrack/scan-flows.ts';
import type { WantedFlows } from '../../src/conntrack/wanted-flows.ts';
import { parseAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const demo = readFileSync(join(FIXTURES, 'demo/conntrack.txt'), 'latin1');

interface Scanned {
  readonly flows: Flow[];
  readonly entries: number | null;
  readonly unreadable: number;
  readonly problems: ProblemList;
  /** Rows whose fields differ from those that `parseFlowLine` reads. */
  readonly wrong: number;
}

async function scan(text: string, size = 1 << 18, wanted: WantedFlows | null = null): Promise<Scanned> {
  const flows: Flow[] = [];
  const problems = new ProblemList();
  let wrong = 0;
  const bytes = Buffer.from(text, 'latin1');
  const scanner = new FlowScanner(
    {
      row(row, read) {
        const flow = read();
        if (flow === null) throw new Error('a row that parseFlowLine does not read');
        const { original, reply } = flow;
        const same =
          row.protocol === flow.protocol &&
          row.state === flow.state &&
          row.timeoutSeconds === flow.timeoutSeconds &&
          row.zone === (flow.zone ?? 0) &&
          row.unreplied === flow.status.includes('UNREPLIED') &&
          row.assured === flow.status.includes('ASSURED') &&
          row.original.sourcePort === original.sourcePort &&
          row.original.destinationPort === original.destinationPort &&
          row.reply.sourcePort === reply.sourcePort &&
          row.reply.destinationPort === reply.destinationPort &&
          row.original.source === scanner.ids.of(original.source) &&
          row.original.destination === scanner.ids.of(original.destination) &&
          row.reply.source === scanner.ids.of(reply.source) &&
          row.reply.destination === scanner.ids.of(reply.destination);
        if (!same) wrong++;
        flows.push(flow);
      },
      flow: (flow) => void flows.push(flow),
    },
    wanted,
    problems,
  );
  // Pieces are filled anew, as a file's are.
  const source = {
    name: 'flows.txt',
    *chunks() {
      const piece = Buffer.alloc(size);
      for (let at = 0; at < bytes.length; at += size)
        yield piece.subarray(0, bytes.copy(piece, 0, at, at + size));
    },
  };
  return { ...(await scanner.scan(source)), flows, problems, wrong };
}

function expected(text: string): Flow[] {
  return text.split('\n').flatMap((line, index) => parseFlowLine(line, 'flows.txt', index + 1) ?? []);
}

describe('scanning a listing', () => {
  it.each(['demo', 'kube-proxy-1.20-legacy', 'k3s-echo'])(
    'reads %s as parseFlowLine does, line numbers too',
    async (name) => {
      const text = readFileSync(join(FIXTURES, name, 'conntrack.txt'), 'latin1');
      const { flows, wrong, unreadable } = await scan(text);
      expect(flows).toEqual(expected(text));
      expect({ wrong, unreadable }).toEqual({ wrong: 0, unreadable: 0 });
    },
  );

  it.each([1, 7, 100, 161, 5000])('gives the same in pieces of %i bytes', async (size) => {
    const text = demo.slice(0, 20_000);
    expect((await scan(text, size)).flows).toEqual((await scan(text)).flows);
  });

  it('reads zones, marks, counters, families and flags without losing a flow', async () => {
    const lines = [
      'ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 packets=3 bytes=180 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 packets=1 bytes=60 [ASSURED] mark=128 secctx=system_u:object_r:unlabeled_t:s0 zone=5 use=2',
      'ipv6     10 udp      17 29 src=fd00:0192:0168:0100:0000:0000:0000:0050 dst=fd00::2 sport=1 dport=2 [UNREPLIED] src=fd00::2 dst=fd00:192:168:100::50 sport=2 dport=1 mark=0 zone=0 use=2',
      'tcp      6 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [OFFLOAD] mark=0 use=3',
      'udp      17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 zone-orig=3 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 use=1',
      'icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=9 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=9 mark=0 use=1',
      'gre      47 29 timeout=30, stream_timeout=180 src=10.0.0.1 dst=10.0.0.2 srckey=0x0 dstkey=0x1 src=10.0.0.2 dst=10.0.0.1 srckey=0x1 dstkey=0x0 mark=0 use=1',
      'unknown  253 599 src=10.0.0.1 dst=10.0.0.2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 mark=0 use=1',
      'tcp      6 9 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=5 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=5 [ASSURED] mark=0 use=1 [start=Sat Nov 21 11:00:30 2026]',
    ];
    const { flows, wrong, entries, problems } = await scan(`${lines.join('\n')}\n`);
    expect(flows).toEqual(expected(lines.join('\n')));
    expect(flows).toHaveLength(lines.length);
    expect({ wrong, entries, problems: problems.list() }).toEqual({ wrong: 0, entries: 8, problems: [] });
  });

  it('reads only what is asked for, and finds all of it', async () => {
    const address = parseAddress('10.96.10.1');
    if (address === null) throw new Error('no address');
    const { flows, entries } = await scan(demo, 4096, { addresses: [address], ports: [] });
    expect(flows).toEqual(
      expected(demo).filter(
        ({ original }) =>
          original.destination.value === address.value && original.destination.family === 'ipv4',
      ),
    );
    expect(flows.length).toBeGreaterThan(5);
    expect(entries).toBeNull();
    const byPort = await scan(demo, 4096, { addresses: [], ports: [30080] });
    const wanted = expected(demo).filter(({ original }) => original.destinationPort === 30080);
    expect(byPort.flows.filter(({ original }) => original.destinationPort === 30080)).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(3);
  });

  it('reads -o save, also only what is asked for, and nothing of events', async () => {
    const rest = (asked: string, port: number) =>
      `-t 99 -u SEEN_REPLY -s 10.0.0.1 -d ${asked} -g 10.0.0.5 -q 10.0.0.1 -p udp --sport ${port} --dport 53 --reply-port-src 53 --reply-port-dst ${port}`;
    const lines = [`-A ${rest('10.96.0.10', 40000)}`, `-A ${rest('10.96.0.1', 40001)}`];
    const text = `${lines.join('\n')}\n`;
    const all = await scan(text, 50);
    expect(all.flows).toEqual(expected(text));
    expect(all).toMatchObject({ entries: 2, unreadable: 0 });
    expect(all.flows).toHaveLength(2);
    const address = parseAddress('10.96.0.1');
    if (address === null) throw new Error('no address');
    for (const wanted of [
      { addresses: [address], ports: [] },
      { addresses: [address], ports: [53] },
    ]) {
      const { flows } = await scan(text, 65_536, wanted);
      expect(flows.map(({ line }) => line)).toEqual(wanted.ports.length === 0 ? [2] : [1, 2]);
    }
    const events = await scan(`${text}-D ${rest('10.96.0.1', 40001)}\n`);
    expect(events).toMatchObject({ flows: [], unreadable: 3 });
  });

  it('says where a listing is cut off, and where a line is not conntrack’s', async () => {
    const cut = await scan(`${demo.slice(0, 500)}`);
    expect(cut.problems.list()).toMatchObject([{ code: 'truncated', file: 'flows.txt', line: 4 }]);
    const odd = await scan(`hello\n${demo}${'x'.repeat(50_000)}\nbye\n`);
    expect(odd.unreadable).toBe(3);
    expect(odd.problems.list().map(({ line }) => line)).toEqual([1, 218, 219]);
    expect(odd.flows).toHaveLength(216);
  });

  it('keeps a line of many megabytes out of memory', async () => {
    const { flows, problems } = await scan(`${'a'.repeat(3_000_000)}\n${demo.split('\n')[0]}\n`, 65_536);
    expect(flows).toMatchObject([{ line: 2 }]);
    expect(problems.list()).toMatchObject([{ code: 'unreadable-line', line: 1 }]);
  });

  it('follows events to the flows that are left', async () => {
    const flow = (port: number, state: string): string =>
      `tcp      6 120 ${state} src=10.0.0.1 dst=10.0.0.2 sport=${port} dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=${port}`;
    const events = [
      `    [NEW] ${flow(1, 'SYN_SENT')}`,
      `[1700000000.123456]\t    [NEW] ${flow(2, 'SYN_SENT')}`,
      ` [UPDATE] ${flow(1, 'ESTABLISHED')} [ASSURED]`,
      `[DESTROY] ${flow(2, 'TIME_WAIT')}`,
    ];
    const { flows } = await scan(`${events.join('\n')}\n`);
    expect(flows).toMatchObject([{ state: 'ESTABLISHED', line: 3, original: { sourcePort: 1 } }]);
  });

  it('counts each of 100,000 mutated lines as read or as unreadable, and never fails', async () => {
    const lines = demo.split('\n').filter((line) => line !== '');
    const mutated: string[] = [];
    const random = fc.sample(fc.tuple(fc.nat(lines.length - 1), fc.nat(400), fc.nat(255), fc.nat(5)), {
      numRuns: 100_000,
      seed: 7,
    });
    for (const [index, at, code, kind] of random) {
      const line = lines[index] ?? '';
      const character = String.fromCharCode(code === 10 ? 11 : code);
      const place = at % Math.max(1, line.length);
      if (kind === 0) mutated.push(line.slice(0, place));
      else if (kind === 1) mutated.push(line.slice(0, place) + character + line.slice(place + 1));
      else if (kind === 2) mutated.push(line.slice(0, place) + line.slice(place + 3));
      else if (kind === 3) mutated.push(line.replaceAll('=', character));
      else if (kind === 4) mutated.push(line + line);
      else mutated.push(line.slice(place) + line.slice(0, place));
    }
    const { flows, wrong, entries, unreadable } = await scan(`${mutated.join('\n')}\n`);
    const blank = mutated.filter((line) => line.trim() === '').length;
    expect(entries).toBe(100_000 - blank);
    expect(flows.length + unreadable).toBe(entries);
    expect(flows).toEqual(expected(mutated.join('\n')));
    expect(wrong).toBe(0);
  }, 60_000);
});
