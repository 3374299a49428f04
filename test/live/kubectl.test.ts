import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quoteCommand } from '../../src/command/quote.ts';
import { itemsOf } from './answers.ts';
import { DEMO, type FakeCluster, OUTPUTS, PLAIN, proxyPod, type Trouble } from './cluster.ts';
import { clustersLike } from './clusters.ts';

const cluster = clustersLike(PLAIN);

const TRACE = ['trace', 'shop/web', '--from', 'external', '--detail', 'answer', '--node', 'node-1'];
const FORBIDDEN: Trouble = {
  status: 1,
  err: 'Error from server (Forbidden): pods "kube-proxy-node-1" is forbidden: User "ann" cannot create resource "pods/exec" in API group "" in the namespace "kube-system"\n',
};

describe('a node through kubectl exec', () => {
  it('is asked in its kube-proxy pod, each program as its own arguments', () => {
    const node = cluster();
    const { status, out, err } = node.run(...TRACE, '--via', 'exec');
    expect(status, err).toBe(0);
    expect(out).toContain('10.96.10.1:80/tcp on node-1 is shop/web');
    expect(out).toMatch(/33\.3% {2}10\.244\.1\.11:8080/);
    expect(node.calls()[0]).toEqual(['get', 'node/node-1', '-o', 'json']);
    expect(node.calls()[1]).toEqual([
      'get',
      'pods',
      '--all-namespaces',
      '--field-selector=spec.nodeName=node-1',
      '-o',
      'json',
    ]);
    expect(node.calls()).toContainEqual([
      'exec',
      'pod/kube-proxy-node-1',
      '--namespace=kube-system',
      '--container=kube-proxy',
      '--',
      'iptables-save',
      '-c',
    ]);
    expect(node.calls().some((call) => call[0] === 'debug')).toBe(false);
  });

  it('is asked only for the flows to the destination, or for none', () => {
    const node = cluster();
    const flows = () =>
      node
        .calls()
        .filter((call) => call.includes('conntrack'))
        .map((call) => call.slice(5).join(' '));
    node.run(...TRACE, '--via', 'exec');
    expect(flows()).toEqual(['conntrack -L --orig-dst 10.96.10.1']);
    node.run(...TRACE, '--via', 'exec', '--no-conntrack');
    node.run('services', '--node', 'node-1', '--via', 'exec');
    expect(flows()).toHaveLength(1);
  });

  it('that cannot be reached that way is reached through a debug pod, and both is said', () => {
    const node = cluster({ trouble: { exec: {}, 'exec kube-system/kube-proxy-node-1': FORBIDDEN } });
    const { status, err } = node.run(...TRACE);
    expect(status, err).toBe(0);
    expect(err).toMatch(
      /node-1 was read through debug pod team\/node-debugger-node-1-x7k2p.*exec did not work: .*pods\/exec/,
    );
    expect(node.podsLeft()).toEqual([]);
  });

  it('that is forbidden ends with status 3, the cause and the way out', () => {
    const node = cluster({ trouble: { 'exec kube-system/kube-proxy-node-1': FORBIDDEN } });
    const { status, out, err } = node.run(...TRACE, '--via', 'exec', '-o', 'json');
    expect(status).toBe(3);
    expect(out).toBe('');
    const { error } = JSON.parse(err);
    expect(error.exitStatus).toBe(3);
    expect(error.message).toContain('cannot create resource "pods/exec"');
    expect(error.message).toContain('Role');
  });

  it('asks kube-system alone where all namespaces may not be listed', () => {
    const refused =
      'Error from server (Forbidden): pods is forbidden: User "ann" cannot list resource "pods" in API group "" at the cluster scope\n';
    const node = cluster({ trouble: { 'get pods': { status: 1, err: refused }, 'get in kube-system': {} } });
    expect(node.run(...TRACE, '--via', 'exec').status).toBe(0);
    expect(node.calls()[2]).toContain('--namespace=kube-system');
  });

  it.each([
    ['component', { labels: { component: 'kube-proxy' } }],
    ['k8s-app', { labels: { 'k8s-app': 'kube-proxy', tier: 'node' } }],
  ])('finds kube-proxy by label %s', (_, { labels }) => {
    const pod = proxyPod('node-1', { metadata: { name: 'kp', namespace: 'kube-system', labels } });
    expect(cluster({ pods: [pod] }).run(...TRACE, '--via', 'exec').status).toBe(0);
  });

  it('takes another agent’s pod where there is no kube-proxy, and says so', () => {
    const pod = proxyPod('node-1', {
      metadata: { name: 'calico-node-1', namespace: 'calico-system', labels: { 'k8s-app': 'calico-node' } },
    });
    const { status, err } = cluster({ pods: [pod] }).run(...TRACE, '--via', 'exec');
    expect(status, err).toBe(0);
    expect(err).toMatch(
      /no kube-proxy pod; its rules were read through calico-node’s pod calico-system\/calico-node-1/,
    );
  });

  it('refuses a pod that has a network of its own: its rules are others', () => {
    const pod = proxyPod('node-1', { spec: { nodeName: 'node-1', containers: [{ name: 'kube-proxy' }] } });
    const { status, err } = cluster({ pods: [pod] }).run(
      ...TRACE,
      '--via',
      'exec',
      '--pod',
      'kube-system/kube-proxy-node-1',
    );
    expect(status).toBe(3);
    expect(err).toContain('does not run in the node’s network');
  });

  it('that does not exist is told with those that do', () => {
    const { status, err } = cluster().run('services', '--node', 'node-9', '--via', 'exec');
    expect(status).toBe(3);
    expect(err).toContain('no node node-9: there is node-1');
  });

  it.each(['a "quoted" node', "it's; rm -rf /", '--kubeconfig=/evil', 'x,y=z'])(
    'a node called %s is only ever an argument',
    (name) => {
      const node = cluster({ nodes: [name] });
      expect(node.run('services', `--node=${name}`).status).toBe(0);
      const escaped = name.replace(/[\\,=]/g, (character) => `\\${character}`);
      expect(node.calls()[0]?.[1]).toBe(`node/${name}`);
      expect(node.calls()[1]?.[3]).toBe(`--field-selector=spec.nodeName=${escaped}`);
      expect(node.calls().find((call) => call.includes('debug'))).toContain(`node/${name}`);
    },
  );

  it.each(['kube-system/a \'b\' "c"', 'kube-system/--all', '--x/y'])('so is a pod called %s', (name) => {
    const node = cluster();
    const [namespace, pod] = name.split('/');
    expect(node.run('services', '--node', 'node-1', '--via', 'exec', `--pod=${name}`).status).toBe(3);
    expect(node.calls().slice(1)).toEqual([['get', `pod/${pod}`, `--namespace=${namespace}`, '-o', 'json']]);
  });

  it('kubeconfig and context reach every call', () => {
    const node = cluster();
    node.run(
      'services',
      '--node',
      'node-1',
      '--kubeconfig',
      'my config',
      '--context',
      'a b',
      '--via',
      'exec',
    );
    for (const call of node.calls())
      expect(call.slice(0, 2)).toEqual(['--kubeconfig=my config', '--context=a b']);
  });

  it('without kubectl says so', () => {
    const node = cluster();
    const { status, err } = node.run('services', '--node', 'node-1');
    expect(status, err).toBe(0);
    const without = node.runWithout('services', '--node', 'node-1', '--via', 'exec');
    expect(without.status).toBe(3);
    expect(without.err).toContain('kubectl is not installed here');
  });

  it.each([
    [
      'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?',
      /check the kubeconfig, the network and the VPN/,
    ],
    ['error: You must be logged in to the server (Unauthorized)', /credentials are missing or expired/],
    [
      'Unable to connect to the server: x509: certificate signed by unknown authority',
      /certificate is not trusted/,
    ],
    ['Error in configuration: context was not found for specified context: zz', /get-contexts/],
    ['error: something never seen', /something never seen/],
  ])('kubectl’s “%s” ends with status 3 and a way out', (message, wayOut) => {
    const { status, err } = cluster({ trouble: { get: { status: 1, err: `${message}\n` } } }).run(
      ...TRACE,
      '--via',
      'exec',
    );
    expect(status).toBe(3);
    expect(err).toContain(message.replace(/^error: /, ''));
    expect(err).toMatch(wayOut);
  });
});

describe('dumps on their way through kubectl', () => {
  const whole = OUTPUTS['iptables-save -c'];
  const withDump = (out: string): FakeCluster =>
    cluster({ outputs: { ...OUTPUTS, 'iptables-save -c': { out } } });

  it('that were cut off are asked for twice, and then no answer is given from the rest', () => {
    const text = readFileSync(String(whole), 'utf8');
    const node = withDump(text.slice(0, text.indexOf('COMMIT') - 500));
    const { status, out, err } = node.run('services', '--node', 'node-1', '--via', 'exec');
    expect(status).toBe(3);
    expect(out).toBe('');
    expect(err).toMatch(
      /`iptables-save -c` was cut off twice on its way here \(it does not end with COMMIT\)/,
    );
    expect(node.calls().filter((call) => call.at(-2) === 'iptables-save')).toHaveLength(2);
  });

  it('with no flows are known to hold none', () => {
    const { out } = cluster({
      outputs: {
        ...OUTPUTS,
        'conntrack -L': { err: 'conntrack v1.4.7 (conntrack-tools): 0 flow entries have been shown.\n' },
      },
    }).run('capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec', '-o', 'json');
    const codes = JSON.parse(out).problems.map(({ code }: { code: string }) => code);
    expect(codes).not.toContain('dump-cut-off');
  });

  it('of flows that lost lines are not taken for fewer flows', () => {
    const lossy: Trouble = {
      out: 'tcp      6 1 ESTABLISHED src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 use=1\n',
      err: 'conntrack v1.4.7 (conntrack-tools): 7 flow entries have been shown.\n',
    };
    const { out } = cluster({ outputs: { ...OUTPUTS, 'conntrack -L': lossy } }).run(
      'capture',
      '-w',
      'cap',
      '--node',
      'node-1',
      '--via',
      'exec',
      '-o',
      'json',
    );
    const report = JSON.parse(out);
    expect(report.problems.map(({ message }: { message: string }) => message).join()).toContain(
      'conntrack told of 7 flows and 1 arrived',
    );
    expect(report.items[0].files.map(({ name }: { name: string }) => name)).not.toContain('conntrack.txt');
  });
});

describe('a node with tables of both backends', () => {
  const LEGACY = join(DEMO, '../kube-proxy-1.20-legacy');
  const names = (items: { backend: string }[]) => [...new Set(items.map(({ backend }) => backend))].sort();

  it('whose image has no cat is told by the warning of iptables-save', () => {
    const dump = readFileSync(join(DEMO, 'iptables-save.txt'), 'utf8');
    const warning = '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n';
    const node = cluster({
      podPrograms: [...PLAIN.podPrograms, 'iptables-legacy-save'],
      outputs: {
        ...OUTPUTS,
        'iptables-save -c': { out: dump, err: warning },
        'iptables-legacy-save -c': join(LEGACY, 'iptables-save.txt'),
      },
    });
    const { out } = node.run('services', '--node', 'node-1', '--via', 'exec', '-o', 'json');
    expect(names(JSON.parse(out).items)).toEqual(['iptables-legacy', 'iptables-nft']);
    expect(node.calls().some((call) => call.includes('ip6tables-legacy-save'))).toBe(false);
  });

  it('whose iptables-save is the legacy one is asked for the nft tables, and each dump gets its own file', () => {
    const node = cluster({
      podPrograms: [...PLAIN.podPrograms, 'iptables-nft-save', 'ip6tables-nft-save'],
      outputs: {
        ...OUTPUTS,
        'iptables --version': { out: 'iptables v1.8.9 (legacy)\n' },
        'iptables-save -c': join(LEGACY, 'iptables-save.txt'),
        'ip6tables-save -c': join(LEGACY, 'ip6tables-save.txt'),
        'iptables-nft-save -c': join(DEMO, 'iptables-save.txt'),
        'ip6tables-nft-save -c': { out: '' },
      },
    });
    const { out, err } = node.run('capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec', '-o', 'json');
    expect(err).toBe('');
    const files = JSON.parse(out).items[0].files.map(({ name }: { name: string }) => name);
    for (const name of ['iptables-save.txt', 'iptables-legacy-save.txt', 'ip6tables-legacy-save.txt'])
      expect(files).toContain(name);
    expect(files).not.toContain('ip6tables-save.txt');
    const replay = JSON.parse(node.run('services', '-f', 'cap', '-o', 'json').out);
    expect(names(replay.items)).toEqual(['iptables-legacy', 'iptables-nft']);
    expect(names(replay.items.filter(({ family }: { family: string }) => family === 'ipv6'))).toEqual([
      'iptables-legacy',
    ]);
  });

  it('whose iptables-save is the legacy one and that has no other is asked for nothing more', () => {
    const node = cluster({
      outputs: {
        ...OUTPUTS,
        'iptables --version': { out: 'iptables v1.8.9 (legacy)\n' },
        'iptables-save -c': join(LEGACY, 'iptables-save.txt'),
        'nft -j list ruleset': { out: '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}\n' },
      },
    });
    const { out } = node.run('services', '--node', 'node-1', '--via', 'exec', '-o', 'json');
    expect(JSON.parse(out).capture.backends).toContain('iptables-legacy');
    expect(node.calls().some((call) => call.join().includes('nft-save'))).toBe(false);
  });
});

describe('a saved capture of a node', () => {
  it.each(['cap', 'cap.tar.gz'])('answers as the live node did (%s)', (name) => {
    const node = cluster();
    const live = node.run('trace', 'shop/web', '-o', 'json', '--node', 'node-1', '--via', 'debug');
    expect(live.status, live.err).toBe(0);
    expect(node.run('capture', '-w', name, '--node', 'node-1', '--via', 'debug').status).toBe(0);
    const replay = node.run('trace', 'shop/web', '-o', 'json', '-f', name);
    expect(itemsOf(replay)).toEqual(itemsOf(live));
    // And as the node itself did, as far as names are not asked for.
    const first = node.run('trace', '10.96.10.1:80', '-o', 'json', '-f', DEMO);
    const shape = (text: string) =>
      JSON.parse(text).items.map(({ outcomes }: { outcomes: { probability: number; verdict: string }[] }) =>
        outcomes.map(({ probability, verdict }) => [probability, verdict]),
      );
    expect(shape(replay.out)).toEqual(shape(first.out));
  });

  it('holds nothing of the pods’ environment', () => {
    const node = cluster();
    node.run('capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec');
    expect(node.text('cap')).not.toContain('SECRET-OF-THE-POD');
    expect(node.text('cap')).toContain('"kubeProxy": "Kubernetes v1.36.3"');
    expect(node.text('cap')).toContain('--proxy-mode=iptables');
  });

  it('of all nodes has a folder for each, names those that failed, and ends with status 3', () => {
    const nodes = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5', 'node-6'];
    const node = cluster({
      nodes,
      pods: nodes.map((name) => proxyPod(name)),
      trouble: { 'exec kube-system/kube-proxy-node-4': FORBIDDEN },
    });
    const { status, out } = node.run('capture', '-w', 'all', '--all-nodes', '--via', 'exec', '-o', 'json');
    expect(status).toBe(3);
    const { items } = JSON.parse(out);
    expect(items.map(({ node: name, path }: { node: string; path: string | null }) => [name, path])).toEqual(
      nodes.map((name) => [name, name === 'node-4' ? null : `all/${name}`]),
    );
    expect(items[3].error.message).toContain('pods/exec');
    expect(node.run('services', '-f', 'all/node-6').out).toContain('shop/web');
  });

  it('is not written where no node could be read', () => {
    const node = cluster({ trouble: { exec: FORBIDDEN } });
    const { status, err } = node.run('capture', '-w', 'all', '--all-nodes', '--via', 'exec');
    expect(status).toBe(3);
    expect(err).toContain('none of the 1 nodes could be read');
    expect(node.files()).toEqual([]);
  });
});

describe('--show-commands', () => {
  it.each([
    ['trace via exec', [...TRACE, '--via', 'exec']],
    ['trace via debug', [...TRACE, '--via', 'debug']],
    ['trace via either', TRACE],
    ['services via exec', ['services', '--node', 'node-1', '--via', 'exec']],
    ['capture via debug', ['capture', '-w', 'cap', '--node', 'node-1', '--via', 'debug']],
    [
      'capture via exec, of a pod',
      ['capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec', '--pod', 'kube-system/kube-proxy-node-1'],
    ],
  ])('prints what %s runs, and runs nothing', (_, args) => {
    const node = cluster();
    const shown = node.run(...args, '--show-commands');
    expect(shown.status).toBe(0);
    expect(node.calls()).toEqual([]);
    expect(node.files()).toEqual([]);
    node.run(...args);
    expect(node.calls().length).toBeGreaterThan(3);
    // Every call that was made stands in what was shown, with the names it could not know yet.
    const named = args.includes('--pod');
    const lines = shown.out
      .split('\n')
      .map((line) => line.replace(/ {2}# only .*/, '').replace(/^# only where that is forbidden: /, ''));
    for (const call of node.calls()) {
      const spelt = quoteCommand(['kubectl', ...call])
        .replaceAll('node-debugger-node-1-x7k2p', 'POD')
        .replaceAll('kube-proxy-node-1', named ? 'kube-proxy-node-1' : 'POD')
        .replace(/kp-explain-[0-9a-f]{8}/, 'kp-explain-RANDOM')
        .replace(/--container=kube-proxy/, '--container=CONTAINER')
        .replace(
          /--namespace=(?:team|kube-system)/,
          named ? '--namespace=kube-system' : '--namespace=NAMESPACE',
        )
        .replace('--context=prod', '--context=CONTEXT')
        .replace('10.96.10.1', 'ADDRESS')
        .replace(/-H '' .*/, "-H '' /proc/net/xt_recent/LIST");
      const other = (line: string) => line.replace('chroot /host ', '');
      expect(lines.map(other)).toContain(other(spelt));
    }
  });

  it('quotes odd names for reading', () => {
    const { out } = cluster().run('services', '--node', "it's a node", '--via', 'exec', '--show-commands');
    expect(out).toContain(
      `kubectl get pods --all-namespaces '--field-selector=spec.nodeName=it'\\''s a node' -o json`,
    );
  });
});
