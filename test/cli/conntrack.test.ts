import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './run-main.ts';

const DEMO = join(import.meta.dirname, '../../fixtures/demo');
const ANSI = /\x1b\[\d*m/g;
const folder = mkdtempSync(join(tmpdir(), 'kp-explain-flows-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('kp-explain conntrack', () => {
  it('answers first, then what is stuck with the command that clears it, then the endpoints', async () => {
    const { out, status } = await run(['conntrack', '--svc', 'shop/udp-stale', '--demo']);
    expect(status).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toBe('shop/udp-stale on node-1: 8 flows, 5 stuck');
    expect(out.indexOf('needs attention')).toBeLessThan(out.indexOf('ENDPOINT'));
    expect(out).toContain(
      'conntrack -D -p udp -d 10.96.10.40 --dport 5353 -r 10.244.1.11 --reply-port-src 5353 -w 0',
    );
    expect(out).toContain(
      'conntrack -D -p udp -s 10.244.1.13 -d 10.96.10.40 --sport 40001 --dport 5353 -w 0',
    );
  });

  it('gives the contract’s document', async () => {
    const { out, status } = await run(['conntrack', '--demo', '-o', 'json']);
    expect(status).toBe(0);
    const list = JSON.parse(out);
    expect(list).toMatchObject({
      apiVersion: 'kp-explain/v1',
      kind: 'FlowList',
      capture: { node: 'node-1' },
      problems: [],
    });
    expect(list.items).toHaveLength(216);
    for (const key of [
      'protocol',
      'state',
      'status',
      'timeoutSeconds',
      'ageSeconds',
      'original',
      'reply',
      'mark',
      'zone',
      'service',
      'via',
      'client',
      'endpoint',
      'masqueraded',
      'problems',
    ]) {
      expect(list.items[0]).toHaveProperty(key);
    }
    expect(list.summary.table).toMatchObject({ count: 216, max: 262144 });
    expect(list.summary.counterRemarks).toMatchObject([{ counter: 'invalid', total: 20 }]);
  });

  it('needs no rules: a listing alone is counted, without names', async () => {
    const path = join(folder, 'flows.txt');
    writeFileSync(path, readFileSync(join(DEMO, 'conntrack.txt')));
    const { out, status } = await run(['conntrack', '-f', path]);
    expect(status).toBe(0);
    expect(out).toMatch(/^conntrack: 216 flows/);
    expect(out).toContain('flows have no names');
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    expect((await run(['conntrack', '-f', `${path}.gz`])).out).toBe(
      out.replaceAll('flows.txt', 'flows.txt.gz'),
    );
  });

  it('does not call flows of a listing alone free of stuck ones: nothing tells', async () => {
    const files = ['conntrack', '-f', join(DEMO, 'conntrack.txt')];
    expect((await run(files)).out).toMatch(
      /^conntrack: 216 flows \(13 of them over\), unknown which are stuck$/m,
    );
    expect((await run([...files, '-o', 'markdown'])).out).toMatch(/^# 216 flows, unknown which are stuck$/m);
    expect((await run([...files, '-o', 'html'])).out).toContain(
      '<p class="verdict unknown">unknown which flows are stuck</p>',
    );
  });

  it('says what to capture where there are no flows, and what is wrong with a question', async () => {
    const none = await run(['conntrack', '-f', join(DEMO, 'iptables-save.txt')]);
    expect(none.status).toBe(2);
    expect(none.err).toContain('conntrack -L > conntrack.txt');
    expect((await run(['conntrack', '--svc', 'shop/nosuch', '--demo'])).status).toBe(2);
    expect((await run(['conntrack', '--limit', 'many', '--demo'])).status).toBe(2);
  });

  describe('of a node whose table is full', () => {
    const tableFolder = (count: number, max: number): string => {
      const path = mkdtempSync(join(folder, 'table-'));
      for (const name of [
        'iptables-save.txt',
        'ip-addr.json',
        'conntrack.txt',
        'services.json',
        'endpointslices.json',
        'pods.json',
      ])
        writeFileSync(join(path, name), readFileSync(join(DEMO, name)));
      writeFileSync(
        join(path, 'sysctl.txt'),
        `net.netfilter.nf_conntrack_count = ${count}\nnet.netfilter.nf_conntrack_max = ${max}\n`,
      );
      return path;
    };

    it('the first line says so, and that the listing holds fewer flows', async () => {
      const { out } = await run(['conntrack', '-f', tableFolder(262144, 262144)]);
      expect(out.split('\n')[0]).toMatch(/; the table is full: new connections are dropped$/);
      expect(out).toMatch(/262144 of 262144 entries \(100%\); the listing has only 216 of them/);
    });

    it('it does not, nine tenths full; errors stand before that warning', async () => {
      const { out } = await run(['conntrack', '-f', tableFolder(238, 262)]);
      expect(out.split('\n')[0]).not.toContain('full');
      expect(out).not.toContain('the listing has only');
      const attention = out.slice(out.indexOf('needs attention'));
      const ranks = [...attention.matchAll(/^ {2}(error|warning|info) {2}/gm)].map(([, rank]) => rank);
      expect(ranks.filter((rank) => rank === 'error').length).toBeGreaterThan(0);
      expect(ranks).toContain('warning');
      expect(ranks.join(' ')).toMatch(/^(?:error )+(?:warning )+info(?: info)*$/);
      expect(attention).toMatch(/warning {2}conntrack holds 238 of at most 262 entries/);
    });

    it('a limit of 0 is none', async () => {
      const { out } = await run(['conntrack', '-f', tableFolder(216, 0)]);
      expect(out).toContain('the table holds 216 entries, and has no limit (nf_conntrack_max 0)');
    });
  });

  it('says how old a flow without an answer is, where the listing has timestamps', async () => {
    const path = join(folder, 'old.txt');
    writeFileSync(
      path,
      'tcp      6 118 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 delta-time=640 use=1\n',
    );
    const { out } = await run(['conntrack', '--client', '10.0.0.1', '-f', path]);
    expect(out).toMatch(/SYN_SENT UNREPLIED 640 s old 118 s left, unreplied/);
    const { items } = JSON.parse((await run(['conntrack', '-f', path, '-o', 'json'])).out);
    expect(items[0]).toMatchObject({
      ageSeconds: 640,
      problems: [{ message: 'no answer to its SYN in 640 s' }],
    });
  });

  it('shows control codes of a listing as text', async () => {
    const path = join(folder, 'hostile.txt');
    writeFileSync(
      path,
      'tcp      6 9 \x1b[31mX src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 use=1\ntcp      6 9 NONE src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [\x1b[2JX] mark=0 use=1\n',
    );
    const { out, err } = await run(['conntrack', '--client', '10.0.0.1', '-f', path]);
    expect(`${out}${err}`).not.toContain('\x1b');
  });

  it('fits 80 columns, but for commands and evidence that are to be copied', async () => {
    const { out } = await run(['conntrack', '--svc', 'shop/udp-stale', '--demo'], { columns: 80 });
    const long = out
      .replace(ANSI, '')
      .split('\n')
      .filter((line) => [...line].length > 80);
    expect(long.filter((line) => !/conntrack -D|-A KUBE|\(demo\//.test(line))).toEqual([]);
  });
});
