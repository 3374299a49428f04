import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TraceItem } from '../../src/explain/explanation.ts';
import { run } from '../cli/run-main.ts';

const SAVE = readFileSync(new URL('../../fixtures/demo/iptables-save.txt', import.meta.url), 'utf8');

async function trace(argv: readonly string[], stdin = ''): Promise<{ items: TraceItem[]; head: string }> {
  const { out, err } = await run(['trace', ...argv, '-o', 'json'], { stdin });
  if (out === '') throw new Error(err);
  const text = await run(['trace', ...argv, '--detail', 'answer'], { stdin });
  return { items: JSON.parse(out).items, head: text.out.split('\n')[0] ?? '' };
}

const service = async (argv: readonly string[], stdin = '') => (await trace(argv, stdin)).items[0]?.service;

describe('a node port', () => {
  const noRules = SAVE.replace(/^.*-A KUBE-NODEPORTS .*--dport 30080 .*\n/gm, '');

  it('is named from the API where no rule programs it', async () => {
    const files = ['services.json', 'ip-addr.json', 'nodes.json'].flatMap((file) => [
      '-f',
      `fixtures/demo/${file}`,
    ]);
    for (const to of ['192.168.100.11:30080', 'node:30080']) {
      const { items } = await trace([to, '--from', 'external', '-f', '-', ...files], noRules);
      expect(items[0]?.service).toEqual({
        namespace: 'shop',
        name: 'np-cluster',
        port: '',
        via: 'nodePort',
        namedBy: 'api',
      });
      expect(items[0]?.outcomes[0]?.endpoint?.pod ?? null).toBeNull();
    }
    // Another node's address: whose node port that is, the rules of this node do not say.
    expect(
      await service(['192.168.100.12:30080', '--from', 'external', '-f', '-', ...files], noRules),
    ).toBeNull();
    expect(
      await service(['192.168.100.11:31999', '--from', 'external', '-f', '-', ...files], noRules),
    ).toBeNull();
  });
});

describe('a Service that only the comment of a refusal names', () => {
  const said = async (to: string) => (await trace([to, '--from', 'external', '-f', '-'], SAVE)).head;

  it('is not called a cluster IP where the rule is for an outer address, and nothing tells which', async () => {
    expect(await service(['198.51.100.17:80', '--from', 'external', '-f', '-'], SAVE)).toMatchObject({
      name: 'lb-empty',
      via: null,
      namedBy: 'comment',
    });
    expect(await said('198.51.100.17:80')).toBe(
      '198.51.100.17:80/tcp is shop/lb-empty (named by a rule comment)',
    );
  });

  it('is one where the rule stands in KUBE-SERVICES', async () => {
    expect(await said('10.96.10.4:80')).toBe(
      '10.96.10.4:80/tcp is shop/empty:http (cluster IP, named by a rule comment)',
    );
  });

  it('is a load balancer IP where source ranges refuse it', async () => {
    expect(await said('198.51.100.12:80')).toMatch(
      /shop\/lb-ranges-deny \(load balancer IP, named by a rule comment\)/,
    );
  });
});
