import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckReport, CheckReportList } from '../../src/check/report.ts';
import { run } from '../cli/run-main.ts';
import { DEMO, type FakeCluster, PLAIN, proxyPod, type Scenario, type Trouble } from '../live/cluster.ts';
import { clustersLike, startDemoApi } from '../live/clusters.ts';

const NODES = ['node-1', 'node-2', 'node-3', 'node-4'];
const RULES = readFileSync(join(DEMO, 'iptables-save.txt'), 'utf8');
const make = clustersLike(PLAIN);

const FORBIDDEN: Trouble = {
  status: 1,
  err: 'Error from server (Forbidden): pods "kube-proxy-node-4" is forbidden: User "ann" cannot create resource "pods/exec" in API group "" in the namespace "kube-system"\n',
};

function cluster(scenario: Partial<Scenario> = {}, nodes: readonly string[] = NODES): FakeCluster {
  const pods = nodes.map((name) => proxyPod(name));
  return make({ nodes, pods, ...scenario });
}

/** A node that prints other IPv4 rules than the rest. */
const rulesOf = (node: string, change: (text: string) => string): Partial<Scenario> => {
  const changed = change(RULES);
  if (changed === RULES) throw new Error('the edit changes nothing');
  return { outputsOf: { [node]: { 'iptables-save -c': { out: changed } } } };
};

/** Services without endpoints (KP131), stale flows (KP101) and dropped invalid packets (KP113) are part of these nodes. */
const IGNORED = ['KP101', 'KP113', 'KP131'].flatMap((code) => ['--ignore', code]);
const CHECK = ['check', '--all-nodes', '--via', 'exec', '--no-api', ...IGNORED];
const EMPTIED = (text: string) => text.replace(/^.*-A KUBE-SVC-E3PXEPMWAWIUT6ZV .*\n/gm, '');
const OTHER_ENDPOINT = (text: string) => text.replaceAll('10.244.1.12:8080', '10.244.1.99:8080');

function listOf(out: string): CheckReportList {
  const list: CheckReportList = JSON.parse(out);
  expect(list.kind).toBe('CheckReportList');
  return list;
}

describe('check --all-nodes', () => {
  it('reports on every node, and says that none differs', () => {
    const { status, out, err } = cluster().run(...CHECK);
    expect(status, err).toBe(0);
    // Without the API nothing says what should be.
    for (const node of NODES)
      expect(out).toMatch(
        new RegExp(`^\\S.* on ${node}: nothing wrong found in what could be checked$`, 'm'),
      );
    expect(out).toContain('4 nodes of one cluster compared: none differs from the rest');
    expect(out).toContain('4 captures passed');
  });

  it('names the node whose rules send a Service elsewhere, which no API object was needed for', () => {
    const { out } = cluster(rulesOf('node-3', OTHER_ENDPOINT)).run(...CHECK, '-o', 'json');
    const [comparison] = listOf(out).comparisons;
    expect(comparison?.nodes).toEqual(NODES);
    const web = comparison?.differences.filter(({ subject }) => subject === 'shop/web tcp');
    expect(web).toEqual([
      {
        kind: 'service',
        subject: 'shop/web tcp',
        nodes: ['node-3'],
        rest: ['node-1', 'node-2', 'node-4'],
        message:
          'shop/web tcp: leaves out 10.244.1.12:8080; sends packets to 10.244.1.99:8080, which the rest does not',
      },
    ]);
  });

  it('names the node that alone has a finding, and fails', () => {
    const { status, out } = cluster(
      rulesOf('node-2', (text) => text.replace(/^.*-A POSTROUTING .*-j KUBE-POSTROUTING\n/m, '')),
    ).run(...CHECK);
    expect(status).toBe(1);
    expect(out).toMatch(/^node-2 differs from the other 3\n {2}KP202 /m);
    expect(out).toContain('1 of 4 captures failed');
  });

  it('prints commands that ask the same cluster by the same way', () => {
    const words = [
      'check',
      '--all-nodes',
      '--via',
      'exec',
      '--no-api',
      '--context',
      'prod',
      '--only',
      'KP101',
    ];
    const { out } = cluster({}, ['node-3']).run(...words);
    expect(out).toMatch(/`kp-explain why shop\/\S+ --node node-3 --context prod --via exec --no-api`/);
  });

  it('names the node that alone has a warning', () => {
    const { out } = cluster(
      rulesOf('node-2', (text) => text.replace(/^.*-A FORWARD .*-j KUBE-PROXY-FIREWALL\n/m, '')),
    ).run(...CHECK);
    expect(out).toMatch(/^node-2 differs from the other 3\n {2}KP202 /m);
  });

  it('tells a node of another pod network', () => {
    const { out } = cluster(
      rulesOf('node-1', (text) => text.replaceAll('! -s 10.244.0.0/16', '! -s 10.200.0.0/16')),
    ).run(...CHECK);
    expect(out).toMatch(
      /^node-1 differs from the other 3\n {2}pod network of kube-proxy \(ipv4\): 10\.200\.0\.0\/16, the rest 10\.244\.0\.0\/16$/m,
    );
  });

  it('takes no side where two nodes disagree', () => {
    const { out } = cluster(rulesOf('node-1', EMPTIED), ['node-1', 'node-2']).run(...CHECK);
    expect(out).toMatch(/^node-1, unlike node-2$/m);
    expect(out).toMatch(/^node-2, unlike node-1\n {2}shop\/web tcp: sends packets to 10\.244\.1\.11:8080, /m);
  });

  it('keeps quiet about order, counters and comments', () => {
    const shuffled = rulesOf('node-4', (text) => {
      const lines = text
        .split('\n')
        .filter((line) => / cluster IP" /.test(line) && line.includes('-A KUBE-SERVICES'));
      let next = lines.length;
      return text
        .replace(/^.*-A KUBE-SERVICES .* cluster IP" .*$/gm, (line) => lines[--next] ?? line)
        .replace(/^\[\d+:\d+\]/gm, '[7:77]');
    });
    const { out } = cluster(shuffled).run(...CHECK);
    expect(out).toContain('none differs from the rest');
  });

  it('reports on the others where a node cannot be read, and ends with status 3', () => {
    const { status, out, err } = cluster({
      trouble: { 'exec kube-system/kube-proxy-node-4': FORBIDDEN },
    }).run(...CHECK);
    expect(status).toBe(3);
    expect(out).toContain('3 nodes of one cluster compared');
    expect(err).toMatch(/node-4: not checked: .*pods\/exec/);
  });

  it('says the same of nodes that are checked one at a time', () => {
    const changed = cluster(rulesOf('node-3', OTHER_ENDPOINT));
    const [alone, beside] = ['1', '4'].map((count) => changed.run(...CHECK, '--concurrency', count));
    expect(beside).toEqual(alone);
    expect(alone?.out).toContain('node-3 differs from the other 3');
  });

  it('asks a node once more where the API server asked to slow down', () => {
    const busy = {
      status: 1,
      err: 'Error from server (TooManyRequests): the server has received too many requests and has asked us to try again later (get pods)\n',
      times: 2,
    };
    const { status, out, err } = cluster({
      trouble: { 'exec kube-system/kube-proxy-node-3': busy },
    }).run(...CHECK);
    expect(status, err).toBe(0);
    expect(out).toContain('4 nodes of one cluster compared');
  });

  it('ends with status 3 where none can be read', () => {
    const { status, out, err } = cluster({ trouble: { exec: FORBIDDEN } }).run(...CHECK);
    expect(status).toBe(3);
    expect(out).toBe('');
    expect(err).toContain('none of the 4 nodes could be read');
  });

  it('goes on where a node has no rules at all', () => {
    const none = {
      outputsOf: {
        'node-2': {
          'iptables-save -c': { out: '' },
          'ip6tables-save -c': { out: '' },
          'nft -j list ruleset': { out: '{"nftables": []}' },
        },
      },
    };
    const { status, out, err } = cluster(none).run(...CHECK);
    expect(status).toBe(2);
    expect(err).toMatch(/node-2: not checked: .*no iptables rules/);
    expect(out).toContain('3 nodes of one cluster compared');
  });

  it('is refused at once where the file of expectations has a mistake', () => {
    const made = cluster();
    writeFileSync(
      join(made.work, 'expect.yaml'),
      'apiVersion: kp-explain/v1\nkind: Expectations\npakets: []\n',
    );
    const { status, out, err } = made.run(...CHECK, '--expect', 'expect.yaml');
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err.match(/expect\.yaml:3: .*pakets/g)).toHaveLength(1);
  });

  it.each([
    [['check', 'captures/', '--all-nodes'], /not both/],
    [['check', '--all-nodes', '--update'], /capture --all-nodes/],
    [['check', '--all-nodes', '--demo'], /cannot be used with/],
    [['check', '--all-nodes', '--pod', 'kube-system/x'], /--pod names a pod of one node/],
  ])('%j is refused', (args, says) => {
    const { status, err } = cluster().run(...args);
    expect(status).toBe(2);
    expect(err).toMatch(says);
  });

  it('shows its commands without running any', () => {
    const made = cluster();
    const { status, out } = made.run('check', '--all-nodes', '--via', 'exec', '--show-commands');
    expect(status).toBe(0);
    expect(made.calls()).toEqual([]);
    expect(out).toContain('iptables-save');
  });
});

describe('check --all-nodes with the API server', () => {
  it('holds each node against what the API says of it', async () => {
    const api = await startDemoApi();
    try {
      const made = cluster(rulesOf('node-1', EMPTIED), ['node-1', 'node-x']);
      const config = join(made.home, 'config');
      writeFileSync(config, api.config);
      const words = ['check', '--all-nodes', '--via', 'exec', '--kubeconfig', config, '-o', 'json'];
      const { status, out } = await made.runBeside(...words);
      expect(status).toBe(1);
      const { items: reports } = listOf(out);
      const codes = (report: CheckReport | undefined) => new Set(report?.findings.map(({ code }) => code));
      expect(reports.map(({ capture }) => capture.node)).toEqual(['node-1', 'node-x']);
      expect(codes(reports[0])).toContain('KP206');
      // The same rules are wrong on a node that none of the endpoints runs on.
      expect(codes(reports[1])).toContain('KP102');
    } finally {
      await api.server.stop();
    }
  });
});

describe('check of a folder with captures of several nodes', () => {
  const withNodes = async (
    nodes: readonly { folder: string; node: string; takenAt?: string }[],
    use: (list: CheckReportList) => void,
  ): Promise<void> => {
    const parent = mkdtempSync(join(tmpdir(), 'kp-explain-nodes-'));
    try {
      for (const { folder, node, takenAt = '2026-11-21T10:00:00Z' } of nodes) {
        const path = join(parent, folder);
        cpSync(DEMO, path, { recursive: true });
        const manifest = JSON.parse(readFileSync(join(path, 'capture.json'), 'utf8'));
        writeFileSync(join(path, 'capture.json'), JSON.stringify({ ...manifest, node, takenAt }));
      }
      const { out } = await run(['check', parent, '-o', 'json']);
      use(listOf(out));
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  };

  it('compares nodes of one cluster', () =>
    withNodes(
      [
        { folder: 'a', node: 'node-1' },
        { folder: 'b', node: 'node-2' },
      ],
      ({ comparisons }) => {
        expect(comparisons).toHaveLength(1);
        expect(comparisons[0]?.nodes).toEqual(['node-1', 'node-2']);
        // The rules of node-1 serve node-1's own endpoints under policy Local: on node-2 that is a fault.
        expect(comparisons[0]?.differences).toContainEqual(
          expect.objectContaining({ kind: 'finding', subject: 'KP102', nodes: ['node-2'] }),
        );
        expect(comparisons[0]?.differences.filter(({ kind }) => kind === 'service')).toEqual([]);
      },
    ));

  it.each([
    [
      'one node at two times',
      [
        { folder: 'a', node: 'node-1' },
        { folder: 'b', node: 'node-1' },
      ],
    ],
    [
      'nodes of different days',
      [
        { folder: 'a', node: 'node-1' },
        { folder: 'b', node: 'node-2', takenAt: '2026-11-23T10:00:00Z' },
      ],
    ],
    [
      'a node that the cluster does not have',
      [
        { folder: 'a', node: 'node-1' },
        { folder: 'b', node: 'node-7' },
      ],
    ],
  ])('does not compare %s', (_, nodes) =>
    withNodes(nodes, ({ comparisons }) => {
      expect(comparisons).toEqual([]);
    }),
  );
});
