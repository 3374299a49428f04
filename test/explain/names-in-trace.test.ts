import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TraceItem } from '../../src/explain/trace-list.ts';
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

describe('some pod of this node, where the capture does not name the node', () => {
  const files = (...names: string[]) => names.flatMap((file) => ['-f', `fixtures/demo/${file}.json`]);
  const from = async (...names: string[]) => {
    const { items } = await trace(['10.96.10.1:80', '--from', 'pod', '-f', '-', ...files(...names)], SAVE);
    const codes = items[0]?.assumptions.map(({ code }) => code) ?? [];
    return {
      from: items[0]?.from,
      assumed: codes.includes('pod-of-node'),
      text: items[0]?.assumptions[0]?.text,
    };
  };

  it('is one whose address is behind a bridge of this node, as the routes tell', async () => {
    expect(await from('pods', 'ip-route', 'ip-rule')).toMatchObject({
      from: 'pod kube-system/dns-a',
      assumed: false,
    });
  });

  it('is named as taken for one where nothing tells', async () => {
    const pod = await from('pods');
    expect(pod.assumed).toBe(true);
    expect(pod.text).toMatch(
      /^nothing in the capture tells which pods are on this node; \S+ \(10\.244\.\S+\), on node-\d, is taken/,
    );
  });

  it('is one of the node that has the captured addresses', async () => {
    expect(await from('pods', 'nodes', 'ip-addr')).toMatchObject({
      from: 'pod kube-system/dns-a',
      assumed: false,
    });
  });

  it('is not one of another node: with that node’s routes it is another pod', async () => {
    const routes = readFileSync(new URL('../../fixtures/demo/ip-route.json', import.meta.url), 'utf8');
    const other = routes
      .replaceAll('10.244.1.', '10.244.9.')
      .replaceAll('10.244.2.', '10.244.1.')
      .replaceAll('10.244.9.', '10.244.2.');
    const { items } = await trace(
      [
        '10.96.10.1:80',
        '--from',
        'pod',
        '-f',
        'fixtures/demo/pods.json',
        '-f',
        'fixtures/demo/ip-rule.json',
        '-f',
        'fixtures/demo/iptables-save.txt',
        '-f',
        '-',
      ],
      other,
    );
    expect(items[0]?.from).toBe('pod kube-system/dns-b');
  });
});
