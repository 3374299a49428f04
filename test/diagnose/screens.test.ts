import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { withoutColours } from '../support/in-colour.ts';
import { BROKEN_IPVS_NODES, BROKEN_NODES, rowsOf, shared } from './broken-nodes.ts';

const BROKEN = shared('broken');
const PLAIN = { columns: 80, env: { NO_COLOR: '1' } };

/** @returns the number of the row in which a finding is opened; the first row is 1, 0 where there is none. */
function openedAt(rows: readonly string[], code: string): number {
  return rows.findIndex((row) => new RegExp(`^(?:ERROR|WARNING|note) ${code} `).test(row)) + 1;
}

describe.skipIf(BROKEN === null)('the first 24 rows of 80 columns tell the cause', () => {
  it.each(BROKEN_NODES)('trace on %s of %s: %s, and what to do', async (folder, service, code) => {
    const argv = ['trace', service, '-f', `${BROKEN}/${folder}`];
    const { out } = await run(argv, PLAIN);
    const rows = rowsOf(out, 80);
    expect(rows.length).toBeLessThanOrEqual(24);
    const opened = openedAt(rows, code);
    expect(opened).toBeGreaterThan(0);
    expect(rows.slice(opened).some((row) => row.startsWith('  do      '))).toBe(true);
    expect(out).toContain('--detail path');
    expect(withoutColours((await run(argv, { columns: 80 })).out)).toBe(out);
  });

  it.each(BROKEN_NODES)('check on %s (%s): %s', async (folder, _service, code) => {
    const argv = ['check', `${BROKEN}/${folder}`];
    const { out } = await run(argv, PLAIN);
    const rows = rowsOf(out, 80);
    expect(rows.length).toBeLessThanOrEqual(24);
    const opened = openedAt(rows, code);
    expect(opened).toBeGreaterThan(0);
    expect(opened).toBeLessThanOrEqual(20);
    expect(withoutColours((await run(argv, { columns: 80 })).out)).toBe(out);
  });
});

describe.skipIf(BROKEN === null)('and so they do of IPVS, by the last row of the cause', () => {
  it.each(BROKEN_IPVS_NODES)('%s: trace, why and check of %s open %s', async (folder, service, code) => {
    const node = `${BROKEN}/${folder}`;
    for (const argv of [
      ['trace', service, '-f', node],
      ['why', service, '-f', node],
      ['check', node],
    ]) {
      const rows = rowsOf((await run(argv, PLAIN)).out, 80).slice(0, 24);
      const opened = openedAt(rows, code);
      expect(opened, argv.join(' ')).toBeGreaterThan(0);
      expect(
        rows.slice(opened).some((row) => row.startsWith('  do      ')),
        argv.join(' '),
      ).toBe(true);
    }
  });
});

describe('a heading that is the truth about the connection', () => {
  it('is NO ANSWER where a rule drops, REFUSED where one rejects, WORKS where somebody answers', async () => {
    const dropped = await run(['trace', 'node:30082', '--from', 'external', '--demo']);
    expect(dropped.out).toMatch(/^ {2}NO ANSWER: .*DROP by filter KUBE-EXTERNAL-SERVICES rule/m);
    const refused = await run(['trace', 'shop/empty', '--from', 'pod', '--demo']);
    expect(refused.out).toMatch(/^ {2}REFUSED: .*REJECT with icmp-port-unreachable/m);
    const served = await run(['trace', 'shop/web', '--from', 'pod', '--demo']);
    expect(served.out).toMatch(
      /^ {2}WORKS: to 1 of 3 endpoints \(33\.3% each\), 10\.244\.1\.11:8080 shop\/web-a1, /m,
    );
  });

  it('is STUCK, not WORKS, where a flow that lost its endpoint decides', async () => {
    const flow =
      'udp 17 29 src=10.244.1.13 dst=10.96.10.40 sport=40004 dport=5353 src=10.244.1.11 dst=10.244.1.13 sport=5353 dport=40004 mark=0 use=1';
    const { out } = await run(['trace', flow, '--demo']);
    expect(out).toMatch(/^ {2}STUCK: to 1 endpoint, 10\.244\.1\.11:5353 shop\/web-a1$/m);
    expect(out).not.toContain('WORKS');
  });

  it('paints an ACCEPT that nobody answers in red, in the long answer too', async () => {
    const rules = [
      '*nat',
      ':PREROUTING ACCEPT [0:0]',
      ':KUBE-SERVICES - [0:0]',
      '-A PREROUTING -j KUBE-SERVICES',
      'COMMIT',
      '',
    ];
    const files = ['-f', '-', '-f', 'fixtures/demo/services.json', '-f', 'fixtures/demo/endpointslices.json'];
    const argv = ['trace', 'shop/web', '--from', '10.244.1.13', '--detail', 'answer', ...files];
    const { out } = await run(argv, { stdin: rules.join('\n'), columns: 80 });
    expect(out).toContain('\x1b[31mACCEPT\x1b[39m');
    expect(out).not.toContain('\x1b[32mACCEPT\x1b[39m');
  });

  it('tells senders that fare alike once, and apart what becomes of their source', async () => {
    const { out } = await run(['trace', 'shop/web', '--demo']);
    expect(out.match(/WORKS/g)).toHaveLength(1);
    expect(out.match(/^from /gm)).toHaveLength(3);
    expect(out).toMatch(/^from .*pod shop\/client-a .*source address kept$/m);
    expect(out).toMatch(/^from .*process on node-1.*masqueraded as/m);
  });
});

describe('Does the heading of a trace say whose address it is?', () => {
  it.each([
    ['10.244.1.11:8080', 'is pod shop/web-a1 of this node, and no known Service’s'],
    ['pod/web-b1:8080 -n shop', 'is pod shop/web-b1 of node-2, and no known Service’s'],
    ['192.168.100.11:22', 'is this node, and no known Service’s'],
    ['192.168.100.12:22', 'is node node-2, and no known Service’s'],
    ['8.8.8.8:53', 'no Service that is known here has this address and port'],
    // IPVS puts it on the node; it is a Service’s all the same.
    ['10.96.10.1:81', 'no Service that is known here has this address and port'],
    ['shop/web', 'is shop/web (cluster IP)'],
  ])('%s', async (typed, text) => {
    const { out } = await run(['trace', ...typed.split(' '), '--demo']);
    expect(out.split('\n')[0]).toContain(text);
  });

  it.skipIf(BROKEN === null)('a host port of a pod', async () => {
    const { out } = await run(['trace', '192.168.100.11:8888', '-f', `${BROKEN}/11a-duplicate-hostport`]);
    expect(out.split('\n')[0]).toContain(' is a host port of pod ');
  });

  it.skipIf(shared('captures/6.1-ipvs-default') === null)(
    'not the node for a Service’s address',
    async () => {
      const { out } = await run(['trace', '10.96.10.1:81', '-f', `${shared('captures/6.1-ipvs-default')}`]);
      expect(out.split('\n')[0]).not.toContain('this node, and');
    },
  );
});

describe('Does a screen say what it leaves out?', () => {
  it('nodes that were not captured, where it says WORKS', async () => {
    const { out } = await run(['trace', 'shop/web', '--from', 'pod', '--demo']);
    expect(out).toMatch(/^ {2}WORKS: .*; not captured: node-2$/m);
    const local = await run(['trace', '10.244.1.11:8080', '--from', 'pod', '--demo']);
    expect(local.out).not.toContain('not captured:');
  });

  const PERSISTENCE = shared('broken/ipvs-persistence-dead-destination-expire-template-0');
  it.skipIf(PERSISTENCE === null)('conditions under which it may not work', async () => {
    const { out } = await run(['trace', 'shop/web-sticky', '--from', 'pod', '-f', `${PERSISTENCE}`], PLAIN);
    const all = await run(['trace', 'shop/web-sticky', '-f', `${PERSISTENCE}`], PLAIN);
    expect(`${out}${all.out}`.replace(/\s+/g, ' ')).toContain('more conditions; under 1 it may not work');
  });
});
