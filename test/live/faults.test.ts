import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PasteBox } from '../support/paste.ts';
import { type FakeCluster, PLAIN, proxyPod } from './cluster.ts';
import { clustersLike } from './clusters.ts';

const cluster = clustersLike(PLAIN);

const ASK = ['services', '--node', 'node-1', '--no-api'];
const SILENT = {
  type: 'Ready',
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
  lastTransitionTime: '2026-11-28T00:00:00Z',
};
const tried = (node: FakeCluster) => node.calls().map(([verb]) => verb);

describe('a node that does not answer', () => {
  it('is told by its Ready condition, before anything is tried on it', () => {
    const node = cluster({ ready: { 'node-1': SILENT }, trouble: { exec: { sleepMs: 60_000 } } });
    const { status, err } = node.run(...ASK);
    expect(status).toBe(3);
    expect(err).toContain(
      'node node-1 is NotReady since 2026-11-28T00:00:00Z (NodeStatusUnknown: Kubelet stopped',
    );
    expect(tried(node)).toEqual(['get']);
  });

  it('is tried where the user insists on a way', () => {
    const node = cluster({ ready: { 'node-1': SILENT } });
    const { status, err } = node.run(...ASK, '--via', 'exec');
    expect(status, err).toBe(0);
    expect(err).toContain('it is tried all the same');
  });

  it('is read where its kubelet reports that it is not ready', () => {
    const condition = { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'no CNI' };
    const { status, err } = cluster({ ready: { 'node-1': condition } }).run(...ASK);
    expect(status, err).toBe(0);
    expect(err).toContain('node node-1 is NotReady (KubeletNotReady: no CNI)');
  });

  it('is given up after --request-timeout, and no debug pod is made for a kubelet that hangs', () => {
    const node = cluster({ trouble: { exec: { sleepMs: 120_000 } } });
    const started = performance.now();
    const { status, err } = node.run(...ASK, '--request-timeout', '2s');
    expect(status, err).toBe(3);
    expect(err).toContain('did not end in time');
    expect(tried(node)).toEqual(['get', 'get', 'exec']);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('lets Ctrl-C through while kubectl hangs', async () => {
    const node = cluster({ trouble: { exec: { sleepMs: 120_000 } } });
    let pressed = 0;
    const { status } = await node.interrupt(
      ASK,
      (call) => {
        if (call[0] === 'exec') pressed ||= performance.now();
        return pressed > 0;
      },
      ['SIGINT'],
    );
    expect(status).toBe(130);
    // Half a second, and what a busy machine adds.
    expect(performance.now() - pressed).toBeLessThan(5000);
  });

  it('does not keep the others from being read', () => {
    const nodes = ['node-1', 'node-2'];
    const node = cluster({ nodes, pods: nodes.map((name) => proxyPod(name)), ready: { 'node-1': SILENT } });
    const { status, err } = node.run('capture', '-w', 'all', '--all-nodes', '--no-api', '--no-conntrack');
    expect(status, err).toBe(3);
    expect(node.run('services', '-f', 'all/node-2').out).toContain('shop/web');
  });
});

describe('hopeless errors are told once, and nothing else is tried', () => {
  it.each([
    ['The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?'],
    ['error: context "zz" does not exist'],
    ['error: You must be logged in to the server (Unauthorized)'],
  ])('%s', (message) => {
    const node = cluster({ trouble: { get: { status: 1, err: `${message}\n` } } });
    const { status, err } = node.run(...ASK);
    expect(status).toBe(3);
    expect(err.split(message.replace('error: ', '')).length).toBe(2);
    expect(tried(node)).toEqual(['get']);
  });

  it('a kubelet that the API server does not get to', () => {
    const said =
      'Error from server: error dialing backend: dial tcp 10.0.0.5:10250: connect: connection refused\n';
    const node = cluster({ trouble: { exec: { status: 1, err: said } } });
    const { err } = node.run(...ASK);
    expect(err).toContain('the API server does not get to the node’s kubelet (port 10250)');
    expect(tried(node)).toEqual(['get', 'get', 'exec']);
  });

  it('a quota names itself, and not an admission policy', () => {
    const said =
      'Error from server (Forbidden): pods "node-debugger-node-1-x7k2p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1\n';
    const { err } = cluster({ trouble: { debug: { status: 1, err: said } } }).run(...ASK, '--via', 'debug');
    expect(err).toContain('ResourceQuota');
  });
});

describe('a kube-proxy that does not run', () => {
  const container = {
    name: 'kube-proxy',
    restartCount: 7,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off SECRET' } },
    lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: '2026-11-28T00:00:00Z' } },
  };
  const METADATA = {
    name: 'kube-proxy-node-1',
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-proxy' },
  };
  const crashed = proxyPod('node-1', { status: { phase: 'Running', containerStatuses: [container] } });

  it('is not asked by exec, and is the first finding of check', () => {
    const last = 'E1128 00:00:00.1 1 run.go:74] "command failed" err="cannot create certificate"';
    const node = cluster({ pods: [crashed], log: `I1128 00:00:00.0 1 server.go:1] start\n${last}\n` });
    const { status, out, err } = node.run('check', '--node', 'node-1', '--no-api', '-o', 'json');
    expect(status, err).toBe(1);
    const [report] = JSON.parse(out).items ?? [JSON.parse(out)];
    expect(report.findings[0]).toMatchObject({ code: 'KP132', severity: 'error' });
    expect(report.findings[0].evidence.map(({ text }: { text: string }) => text)).toContain(last);
    const execs = node.calls().filter((call) => call.includes('exec'));
    expect(execs.length).toBeGreaterThan(0);
    expect(execs.some((call) => call.includes('pod/kube-proxy-node-1'))).toBe(false);
    expect(node.podsLeft()).toEqual([]);
  });

  it.each([
    ['check', ['check', '--node', 'node-1']],
    ['check of all nodes', ['check', '--all-nodes']],
  ])('and the command of its finding asks the same cluster as the same user: %s', (_, args) => {
    const node = cluster({ pods: [crashed] });
    const who = ['--context', 'a b', '--kubeconfig', './my config', '--as', 'ann', '--token', 'SECRET'];
    writeFileSync(join(node.work, 'my config'), '');
    const { out, err } = node.run(...args, '--no-api', '-o', 'json', ...who);
    const { items, findings } = JSON.parse(out);
    const found: { code: string; command: string }[] = [
      ...(findings ?? []),
      ...(items ?? []).flatMap((one: Record<string, []>) => one.findings ?? []),
    ];
    const line = found.find(({ code }) => code === 'KP132')?.command ?? err;
    expect(out).not.toContain('SECRET');
    const box = new PasteBox();
    try {
      expect(box.paste('/bin/bash', line, ['kubectl']).ran).toEqual([
        [
          'kubectl',
          '--kubeconfig=./my config',
          '--context=a b',
          '--token=TOKEN',
          '--as=ann',
          '--namespace=kube-system',
        ].concat(['logs', 'pod/kube-proxy-node-1', '--tail=100', '--previous']),
      ]);
    } finally {
      box.remove();
    }
  });

  it('is told where exec alone was asked for, with where to look', () => {
    const { status, err } = cluster({ pods: [crashed] }).run(...ASK, '--via', 'exec');
    expect(status).toBe(3);
    expect(err).toContain('is in CrashLoopBackOff');
    expect(err).toContain('`kubectl logs pod/kube-proxy-node-1 --namespace=kube-system --previous` says why');
  });

  it('is looked at in the cluster that was asked for, and as whom', () => {
    const who = ['--context', 'prod', '--as', 'ann', '--token', 'SECRET'];
    const { err } = cluster({ pods: [crashed] }).run(...ASK, '--via', 'exec', ...who);
    expect(err).toContain(
      '`kubectl --context=prod --token=TOKEN --as=ann logs pod/kube-proxy-node-1 --namespace=kube-system --previous`',
    );
    expect(err).not.toContain('SECRET');
  });

  it.each([
    [
      'Terminating',
      'whose pod goes',
      { metadata: { ...METADATA, deletionTimestamp: '2026-11-28T00:00:00Z' } },
    ],
    [
      'ErrImagePull',
      'that was never started',
      {
        status: {
          phase: 'Running',
          containerStatuses: [
            { name: 'kube-proxy', restartCount: 0, state: { waiting: { reason: 'ErrImagePull' } } },
          ],
        },
      },
    ],
  ])('is said to be in %s, and no log before is pointed at: one %s', (why, _, more) => {
    const { status, err } = cluster({ pods: [proxyPod('node-1', more)] }).run(...ASK, '--via', 'exec');
    expect(status).toBe(3);
    expect(err).toContain(`kube-system/kube-proxy-node-1 is in ${why};`);
    expect(err).not.toContain('--previous');
  });

  it('is the first finding from the capture too, also in new names, and no message of it is kept', () => {
    const node = cluster({ pods: [crashed] });
    expect(node.run('capture', '-w', 'cap', '--node', 'node-1', '--no-api').status).toBe(0);
    expect(node.text('cap')).not.toContain('SECRET');
    const codes = (...args: readonly string[]) =>
      JSON.parse(node.run('check', ...args, '-o', 'json').out).findings.map(
        ({ code }: { code: string }) => code,
      );
    expect(codes('-f', 'cap')[0]).toBe('KP132');
    const redacted = node.run('capture', '-w', 'new', '-f', 'cap', '--redact', '--force');
    expect(redacted.status, redacted.err).toBe(0);
    expect(codes('-f', 'new')[0]).toBe('KP132');
    expect(node.text('new')).not.toContain('kube-proxy-node-1');
  });

  it('is told in new names by lines of its log, also by those whose words may be a company’s', () => {
    const log =
      'E1128 00:00:00.1 1 proxier.go:1505] Failed to execute iptables-restore: exit status 1 (SECRET)\n';
    const node = cluster({ log });
    node.run('capture', '-w', 'cap', '--node', 'node-1', '--no-api');
    node.run('capture', '-w', 'new', '-f', 'cap', '--redact');
    const codes = (folder: string) =>
      JSON.parse(node.run('check', '-f', folder, '-o', 'json').out).findings.map(
        ({ code }: { code: string }) => code,
      );
    expect(codes('cap')).toContain('KP132');
    expect(codes('new')).toEqual(codes('cap'));
    expect(node.text('new')).not.toContain('SECRET');
  });
});

describe('the configuration of kube-proxy', () => {
  it.each([
    ['kube-proxy-config', ['kube-proxy', 'kube-proxy-config']],
    ['kube-proxy', ['kube-root-ca.crt', 'kube-proxy']],
  ])('is that of ConfigMap %s where the pod has %j', (holds, names) => {
    const [pod] = PLAIN.pods as { spec: object }[];
    const volumes = names.map((name) => ({ name, configMap: { name } }));
    const config = 'kind: KubeProxyConfiguration\nmode: nftables\nclusterCIDR: 10.7.0.0/16\n';
    const node = cluster({
      pods: [{ ...pod, spec: { ...pod?.spec, volumes } }],
      configMaps: { 'kube-proxy': { kubeconfig: 'kind: Config\n' }, [holds]: { config } },
    });
    const { status, err } = node.run('capture', '-w', 'cap', '--node', 'node-1', '--no-api', '--via', 'exec');
    expect(status, err).toBe(0);
    const manifest = JSON.parse(readFileSync(join(node.work, 'cap/capture.json'), 'utf8'));
    expect(manifest.kubeProxyFlags.slice(0, 2)).toEqual([
      '--proxy-mode=nftables',
      '--cluster-cidr=10.7.0.0/16',
    ]);
  });
});

describe('a login that asks', () => {
  it('is shown while it waits', () => {
    const asks = 'To sign in, open https://example.test/device and enter the code ABC-123\n';
    const node = cluster({ login: { asks, ms: 2000 } });
    const { status, err } = node.run(...ASK, '--via', 'exec');
    expect(status, err).toBe(0);
    expect(err).toContain('enter the code ABC-123');
  });

  it('and messages of a call that ends are not shown twice', () => {
    const node = cluster({ login: { asks: 'Warning: v1 Endpoints is deprecated\n', ms: 0 } });
    expect(node.run(...ASK, '--via', 'exec').err).not.toContain('deprecated');
  });
});

describe('whom to be', () => {
  it('reaches every call of kubectl, and a token is never shown', () => {
    const node = cluster();
    const who = ['--as', 'ann', '--as-group', 'ops', '--as-group', 'dev', '--cluster', 'c', '--user', 'u'];
    const options = [
      '--cluster=c',
      '--user=u',
      '--token=SECRET',
      '--as=ann',
      '--as-group=ops',
      '--as-group=dev',
    ];
    const args = [...ASK, '--via', 'exec', ...who, '--token', 'SECRET'];
    node.run(...args);
    expect(node.calls().length).toBeGreaterThan(3);
    for (const call of node.calls()) expect(call.slice(0, options.length)).toEqual(options);
    const shown = node.run(...args, '--show-commands').out;
    expect(shown).toContain('--token=TOKEN');
    expect(shown).not.toContain('SECRET');
    node.set({ ...PLAIN, trouble: { get: { status: 1, err: 'error: something\n' } } });
    expect(node.run(...args).err).not.toContain('SECRET');
  });

  it('is refused where it cannot be meant', () => {
    expect(cluster().run(...ASK, '--as-group', 'ops').status).toBe(2);
    expect(cluster().run(...ASK, '--request-timeout', 'soon').status).toBe(2);
  });
});

describe('all nodes', () => {
  it('with -l are those with these labels', () => {
    const node = cluster();
    node.run('capture', '-w', 'all', '--all-nodes', '-l', 'pool=a,!gpu', '--no-api', '--via', 'exec');
    expect(node.calls()[0]).toEqual(['get', 'nodes', '--selector=pool=a,!gpu', '-o', 'json']);
    expect(cluster().run(...['check', '--node', 'node-1', '-l', 'pool=a']).status).toBe(2);
  });
});
