import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readKernelTrace } from '../../src/explain/kernel-trace/read-kernel-trace.ts';
import { run } from '../cli/run-main.ts';

const FOLDER = 'fixtures/kernel-trace';
const read = (name: string) => readFileSync(`${FOLDER}/${name}.txt`, 'utf8');
const RULES = readFileSync(`${FOLDER}/node/iptables-save.txt`, 'utf8');

/** @returns what is said of a trace beside these rules and the node's addresses. */
const ask = async (name: string, rules = RULES, extra: readonly string[] = []) =>
  await run(
    [
      'trace',
      read(name),
      '-f',
      '-',
      '-f',
      `${FOLDER}/node/ip-addr.json`,
      '-f',
      `${FOLDER}/node/ip-route.json`,
      ...extra,
    ],
    { stdin: rules },
  );

describe('what a kernel traced', () => {
  it.each([
    ['kernel-log', 1],
    ['xtables-monitor', 2],
    ['nft-monitor-trace', 2],
  ] as const)('of %s goes as trace says, rule by rule, with its rewriting', async (name, packets) => {
    const { out, status } = await ask(name);
    expect(out).toMatch(new RegExp(`^${packets} packets? traced by the kernel .*: ${packets} as trace says`));
    expect(status).toBe(0);
    const order = [
      'nat PREROUTING rule 1',
      'nat KUBE-SERVICES rule 1',
      '10.96.10.1:80 is shop/web.',
      'nat KUBE-SEP-FBUQD36J3XDXJWPV rule 1',
      'rewritten: destination 10.96.10.1:80 → 10.9.0.1:8080',
      'filter INPUT rule 1',
    ].map((text) => out.indexOf(text));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('keeps mixed packets apart', () => {
    const lines = read('nft-monitor-trace').split('\n');
    const [first, second] = ['c5a39a69', '898340b3'].map((id) => lines.filter((line) => line.includes(id)));
    const mixed = first?.flatMap((line, index) => [line, second?.[index] ?? '']).join('\n') ?? '';
    expect(readKernelTrace(mixed)).toEqual(readKernelTrace(read('nft-monitor-trace')));
  });

  it('parts where the rules have changed since, and says so', async () => {
    const { out, status } = await ask(
      'xtables-monitor',
      RULES.replace('--dport 80 -j KUBE-SVC', '--dport 81 -j KUBE-SVC'),
    );
    expect(status).toBe(1);
    expect(out).toContain('the capture has no such rule: rules have changed since');
    expect(out).toMatch(/^≠ nat KUBE-SERVICES/m);
  });

  it('parts where conntrack knew the flow, and nat was not asked', async () => {
    const lines = read('kernel-log')
      .split('\n')
      .filter((line) => !line.includes(' nat:'));
    const { out } = await run(['trace', lines.join('\n'), '-f', `${FOLDER}/node`]);
    expect(out).toContain('the kernel did not ask the nat table');
  });

  it('says so where it is longer than is read', async () => {
    const text = `${read('kernel-log')}${`${' '.repeat(1023)}\n`.repeat(8 * 1024)}`;
    const { out, err } = await run(['trace', '-', '-f', `${FOLDER}/node`], { stdin: text });
    expect(out).toMatch(/^1 packet traced by the kernel/);
    expect(err).toContain('only the first 8.0 MiB of the kernel’s trace were read and compared');
  });

  it('is a document, too', async () => {
    const { out } = await ask('xtables-monitor', RULES, ['-o', 'json']);
    const list = JSON.parse(out);
    expect(list).toMatchObject({ kind: 'KernelTraceList', problems: [] });
    expect(list.items[0]).toMatchObject({ verdict: 'ACCEPT', parts: null, packet: { inInterface: 'kx0' } });
    expect(list.items[0].places[0].rule.text).toContain('-j TRACE');
  });
});
