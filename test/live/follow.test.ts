import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from '../kubernetes/api/api-server.ts';
import { type FakeCluster, OUTPUTS, PLAIN, proxyPod, type Scenario } from './cluster.ts';
import { clustersLike, startDemoApi } from './clusters.ts';

let server: ApiServer;
let config = '';

beforeAll(async () => {
  ({ server, config } = await startDemoApi());
});

afterAll(() => server.stop());

const LINKS = [
  {
    ...{ ifindex: 2, ifname: 'eth0', flags: ['UP'], operstate: 'UP', link_type: 'ether' },
    addr_info: [{ family: 'inet', local: '192.168.100.12', prefixlen: 24, scope: 'global' }],
  },
];

/** The demo's node, and node-2 that forwards nothing. */
const twoNodes = clustersLike({
  ...PLAIN,
  nodes: ['node-1', 'node-2'],
  pods: [proxyPod('node-1'), proxyPod('node-2')],
  podPrograms: PLAIN.hostPrograms,
  outputsOf: {
    'node-2': {
      ...OUTPUTS,
      'iptables-save -c': {
        out: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
      },
      'ip -j -d addr': { out: JSON.stringify(LINKS) },
      'nft -j list ruleset': { out: '{"nftables": []}' },
    },
  },
});

function cluster(scenario: Partial<Scenario> = {}): FakeCluster {
  const made = twoNodes(scenario);
  writeFileSync(join(made.home, 'config'), config);
  return made;
}

const ASKED = [
  'trace',
  '10.244.2.11:8080',
  '--from',
  '10.244.1.13',
  '--node',
  'node-1',
  '--via',
  'exec',
  '-o',
  'json',
];

const run = (made: FakeCluster, ...args: readonly string[]) =>
  made.runBeside(...args, '--kubeconfig', join(made.home, 'config'));

const asksOf = (made: FakeCluster, node: string) =>
  made.calls().filter((call) => call.includes('exec') && call.includes(`pod/kube-proxy-${node}`));

describe('--follow', () => {
  it('reads the node that the packet gets to, and what it does there is told', async () => {
    const made = cluster();
    const { status, out, err } = await run(made, ...ASKED, '--follow');
    expect(status, err).toBe(0);
    const [item] = JSON.parse(out).items;
    expect(item.outcomes[0].connection).toMatchObject({
      sees: 'times-out',
      reason: { code: 'lost', text: 'the request is lost on node-2: the policy of filter FORWARD' },
    });
    expect(asksOf(made, 'node-2').length).toBeGreaterThan(0);
  });

  it('is needed for that: without it one node is asked', async () => {
    const made = cluster();
    const { out } = await run(made, ...ASKED);
    expect(JSON.parse(out).items[0].outcomes[0].connection.reason.code).toBe('node-not-captured');
    expect(asksOf(made, 'node-2')).toEqual([]);
  });

  it('reads no further node where the packet stays on the first', async () => {
    const made = cluster();
    const stays = ASKED.map((word) => (word === '10.244.2.11:8080' ? '10.244.1.11:8080' : word));
    const { status } = await run(made, ...stays, '--follow');
    expect(status).toBe(0);
    expect(asksOf(made, 'node-2')).toEqual([]);
  });

  it('answers from the others where a node cannot be reached, and says which', async () => {
    const made = cluster({ pods: [proxyPod('node-1')] });
    const { status, out } = await run(made, ...ASKED, '--follow');
    const { items, problems } = JSON.parse(out);
    expect(status).toBe(0);
    expect(items[0].outcomes[0].connection.reason.code).toBe('node-not-captured');
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'node-not-read', message: expect.stringContaining('node-2') }),
    );
  });

  it('needs the name of the first', async () => {
    const { status, err } = cluster().run('trace', '10.244.2.11:8080', '--follow');
    expect(status).toBe(2);
    expect(err).toContain('--follow reads further nodes through kubectl; name the first with --node');
  });
});

describe('check --all-nodes', () => {
  it('follows connections between the nodes as check of their captures does', async () => {
    const made = cluster();
    const live = await run(made, 'check', '--all-nodes', '--via', 'exec', '--only', 'KP133', '-o', 'json');
    expect(live.status, live.err).toBe(1);
    await run(made, 'capture', '-w', 'nodes', '--all-nodes', '--via', 'exec');
    const saved = await made.runBeside('check', 'nodes', '--only', 'KP133', '-o', 'json');
    const told = ({ out }: { out: string }) =>
      JSON.parse(out).items.map((report: Report) => ({
        across: report.coverage.across?.nodes,
        followed: report.coverage.across?.followed,
        found: report.findings.map(({ code, message }) => `${code} ${message}`),
      }));
    expect(told(live)).toEqual(told(saved));
    expect(told(live)[0]).toMatchObject({ across: ['node-2'], found: [expect.stringContaining('KP133')] });
  });

  it('with other codes asked for, or without names, does not', async () => {
    for (const more of [['--only', 'KP102'], ['--no-api']]) {
      const { out } = await run(cluster(), 'check', '--all-nodes', '--via', 'exec', '-o', 'json', ...more);
      expect(JSON.parse(out).items.map((report: Report) => report.coverage.across)).toEqual([null, null]);
    }
  });
});

interface Report {
  readonly coverage: { readonly across: { readonly nodes: string[]; readonly followed: number } | null };
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}
