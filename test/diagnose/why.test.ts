import { describe, expect, it } from 'vitest';
import { inputOf } from '../../src/cli/input-of.ts';
import { questionWords, stateWords } from '../../src/cli/state-words.ts';
import { diagnoseService } from '../../src/diagnose/diagnose-service.ts';
import type { WhyReport } from '../../src/diagnose/why-report.ts';
import { plainQuestion } from '../../src/explain/question/question.ts';
import { run } from '../cli/run-main.ts';
import { type Edit, withAltered } from '../findings/altered-capture.ts';
import { withoutColours } from '../support/in-colour.ts';
import { openCapture } from '../support/open-capture.ts';
import { BROKEN_NODES, rowsOf, shared } from './broken-nodes.ts';

async function why(
  service: string,
  ...files: readonly string[]
): Promise<{ status: number; report: WhyReport }> {
  const { status, out, err } = await run([
    'why',
    service,
    '-o',
    'json',
    ...files.flatMap((file) => ['-f', file]),
  ]);
  if (out === '') throw new Error(err);
  return { status, report: JSON.parse(out) };
}

const BROKEN = shared('broken');

describe.skipIf(BROKEN === null)('a broken node: the cause comes first, on one screen', () => {
  it.each(BROKEN_NODES)('%s, %s: %s', async (folder, service, code) => {
    const argv = ['why', service, '-f', `${BROKEN}/${folder}`];
    const { report } = await why(service, `${BROKEN}/${folder}`);
    expect(report.causes[0]?.code).toBe(code);
    const { out } = await run(argv, { columns: 80, env: { NO_COLOR: '1' } });
    const rows = rowsOf(out, 80);
    expect(rows.length).toBeLessThanOrEqual(24);
    const opened = rows.findIndex((row) => new RegExp(`^(?:ERROR|WARNING|note) ${code} `).test(row));
    expect(opened).toBeGreaterThan(0);
    expect(rows.slice(opened).some((row) => row.startsWith('  do      '))).toBe(true);
  });

  it.each([
    '06a-accept-before-reject',
    '07a-forward-drop',
    '32a-foreign-dnat',
    '36a-wrong-port',
    '08a-portmap-wiped',
  ])(
    'of %s each fault is one cause: no remark is told beside the finding that says the same',
    async (folder) => {
      const service = BROKEN_NODES.find(([name]) => name === folder)?.[1] ?? '';
      const { report } = await why(service, `${BROKEN}/${folder}`);
      const own = report.causes.filter(({ page }) => page === null).map(({ code }) => code);
      expect(own).toEqual(folder.startsWith('06a') ? ['no-endpoint'] : []);
    },
  );
});

const WHOLE = [
  'healthy/1.28-node-1',
  'healthy/1.36-node-2',
  'captures/1.36-iptables-nft',
  'captures/1.25-iptables-nft',
  'captures/1.20-iptables-legacy',
  'captures/1.36-iptables-legacy',
].flatMap((path) => shared(path) ?? []);

/** What is so on these nodes: Services without ready endpoints, one that is another proxy's, and flows that are stuck. */
const TOLD: ReadonlySet<string> = new Set(['no-endpoint', 'left-to-other-proxy', 'KP101']);

describe.skipIf(WHOLE.length === 0)('a healthy node', () => {
  it.each(WHOLE)('%s: every Service with an endpoint that may be used works', async (folder) => {
    const { capture, known } = await openCapture(folder);
    const input = await inputOf(capture);
    const wrong: string[] = [];
    for (const { namespace, name, type, clusterIPs, ports } of known.cluster.services ?? []) {
      if (type === 'ExternalName' || clusterIPs[0] === 'None' || clusterIPs.length === 0) continue;
      for (const port of ports.slice(0, 1)) {
        const destination = `${namespace}/${name}:${port.name === '' ? port.port : port.name}`;
        const question = {
          ...plainQuestion(destination),
          protocol: port.protocol.toLowerCase(),
        } as const;
        const { verdict, causes, ways } = diagnoseService(question, input).answer;
        const [first] = causes;
        const isTold = first !== undefined && (first.severity === 'info' || TOLD.has(first.code));
        if (verdict !== 'works' && !isTold)
          wrong.push(
            `${destination} ${verdict}: ${first?.code} ${first?.message} ${JSON.stringify(ways.map(({ from, shares }) => [from, shares]))}`,
          );
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('the bundled capture', () => {
  it('shop/web works from everywhere that is asked: exit status 0', async () => {
    const { status, out } = await run(['why', 'shop/web', '--demo']);
    expect(status).toBe(0);
    expect(out.split('\n')[0]).toBe('shop/web (10.96.10.1:80/tcp) on node-1: works');
  });

  it('what the API lacks is looked at in the cluster that was asked', async () => {
    const { capture } = await openCapture('fixtures/demo');
    const input = { ...(await inputOf(capture)), kubectl: ['kubectl', '--context=a b', '--as=ann'] };
    const question = { ...plainQuestion('shop/empty:http'), protocol: 'tcp' } as const;
    expect(diagnoseService(question, input).answer.causes[0]).toMatchObject({
      code: 'no-endpoint',
      command: "kubectl '--context=a b' --as=ann -n shop describe service empty",
    });
  });

  it('a Service without endpoints does not, and the API says why', async () => {
    const { status, out } = await run(['why', 'shop/empty', '--demo', '-o', 'json']);
    const { works, causes, ways } = JSON.parse(out);
    expect(status).toBe(1);
    expect(works).toMatchObject({ pod: { refused: 1 }, node: { refused: 1 }, external: null });
    expect(causes.map(({ code }: { code: string }) => code)).toEqual(['no-endpoint']);
    expect(ways.map(({ via }: { via: string }) => via)).toEqual(['clusterIP', 'clusterIP']);
  });

  it('of a Service whose selector was not captured, that it may have none', async () => {
    const { out } = await run(['why', 'shop/empty:http', '--demo', '-o', 'json']);
    const [cause] = JSON.parse(out).causes;
    expect(cause.message).toMatch(/no pod matches its selector, .* or it has no selector and nobody made/);
    expect(cause.advice).toContain('of a Service without a selector');
  });

  it('names the pods that are not ready', async () => {
    const { out } = await run(['why', 'shop/notready', '--demo', '-o', 'json']);
    expect(JSON.parse(out).causes[0].message).toMatch(/has no ready endpoint: shop\/\S+ \S+ is not ready/);
  });

  it('a policy that keeps clients outside from this node is told as meant, from outside alone', async () => {
    const { status, out } = await run(['why', 'shop/np-local-none', '--demo', '-o', 'json']);
    const { works, causes } = JSON.parse(out);
    expect(status).toBe(1);
    expect(works).toMatchObject({ pod: { works: 1 }, node: { works: 1 }, external: { timesOut: 1 } });
    expect(causes[0]).toMatchObject({ code: 'KP104', severity: 'info', page: 'docs/findings/KP104.md' });
  });

  it('a sender that is asked for is the only one: it works from a pod', async () => {
    const { status, out } = await run(['why', 'shop/np-local-none', '--from', 'pod', '--demo', '-o', 'json']);
    expect(status).toBe(0);
    expect(JSON.parse(out).works).toMatchObject({ pod: { works: 1 }, node: null, external: null });
  });

  it('what nobody knows is an error with exit status 2', async () => {
    const { status, err } = await run(['why', 'shop/nosuch', '--demo']);
    expect(status).toBe(2);
    expect(err).toContain('shop/nosuch');
  });

  it('a colour adds nothing but colour', async () => {
    const plain = await run(['why', 'shop/np-local-none', '--demo'], { columns: 80, env: { NO_COLOR: '1' } });
    const coloured = await run(['why', 'shop/np-local-none', '--demo'], { columns: 80 });
    expect(withoutColours(coloured.out)).toBe(plain.out);
    expect(coloured.out).not.toBe(plain.out);
  });
});

describe('a paste', () => {
  it('without the API is asked by the names in the rules, and what is not known of it is not said', async () => {
    const { status, out } = await run([
      'why',
      'shop/web',
      '-o',
      'json',
      '-f',
      'fixtures/demo/iptables-save.txt',
    ]);
    const { service, api, works } = JSON.parse(out);
    expect(service).toMatchObject({ namespace: 'shop', name: 'web', namedBy: 'comment' });
    expect(api).toEqual([]);
    expect([status, works.pod.works]).toEqual([0, 1]);
  });

  it.each([
    ['node:32445', '35-k8s97360-single.txt'],
    ['10.96.0.10:53', '38-cilium-ipvs-leftover.txt'],
  ])('what hangs on rules that were not captured is no error: %s in %s', async (service, name) => {
    const { status, report } = await why(service, `fixtures/pastes/${name}`);
    expect(report.ways.every(({ shares }) => shares.unknown > 0)).toBe(true);
    expect(report.causes.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([status, report.verdict]).toEqual([1, 'unknown']);
  });
});

describe('a capture with the endpoints of some namespaces only', () => {
  it('does not say that a Service of another one has none, nor that its rules are stale', async () => {
    const some: Edit = [
      'endpointslices.json',
      (text) => {
        const list: { items: { metadata: { namespace: string } }[] } = JSON.parse(text);
        const items = list.items.filter(({ metadata }) => metadata.namespace === 'kube-system');
        return JSON.stringify({ ...list, items });
      },
    ];
    const { report } = await withAltered(
      [some, ['endpoints.json', () => '']],
      async (folder) => await why('shop/web', folder),
    );
    expect([report.verdict, report.causes]).toEqual(['works', []]);
    expect(report.api[0]).toContain('endpoints were not captured');
  });
});

describe('forwarding is off for the interface by which answers come back', () => {
  const off: Edit = [
    'sysctl.txt',
    (text) =>
      `${text.replaceAll(/^net\.ipv4\.(?:ip_forward|conf\.\S+\.forwarding) = .*\n/gm, '')}net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0.forwarding = 0\n`,
  ];

  it('is one cause of what is lost on the way there and on the way back', async () => {
    const { report } = await withAltered([off], async (folder) => await why('shop/web', folder));
    expect(report.verdict).not.toBe('works');
    expect(report.causes.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['error KP218']);
    expect(report.causes[0]?.message).toContain('forwarding is off for eth0');
  });
});

describe('the command that shows the path asks the same question', () => {
  it.each([
    ['node:30080 --from external', 'trace node:30080 --from external --detail path --demo'],
    ['web -n shop', 'trace web -n shop --detail path --demo'],
    ['10.99.99.99:99 --protocol udp', 'trace 10.99.99.99:99 --protocol udp --detail path --demo'],
  ])('why %s', async (question, path) => {
    const { out } = await run(['why', ...question.split(' '), '--demo']);
    expect(out).toContain(`kp-explain ${path}`);
  });

  it('of a live node in its own cluster, and of what was piped in', () => {
    const live = {
      target: { node: 'node-1', via: 'debug', pod: null, image: null, profile: null, debugNamespace: null },
      access: { kubeconfig: null, context: 'prod 1' },
      api: false,
      pods: 'all',
      needs: { host: 'all', flows: 'all' },
      showCommands: false,
    } as const;
    expect(stateWords({ files: [], demo: false, live })).toBe(
      " --node node-1 --context 'prod 1' --via debug --no-api",
    );
    expect(stateWords({ files: ['-'], demo: false })).toBe(' -f -');
  });
});

describe('Does why take a line of a tool, as trace does?', () => {
  const STUCK =
    'udp 17 29 src=10.244.1.13 dst=10.96.10.40 sport=40004 dport=5353 src=10.244.1.11 dst=10.244.1.13 sport=5353 dport=40004 mark=0 use=1';

  it('a flow that is stuck does not work, though where it goes somebody is', async () => {
    const { status, out } = await run(['why', STUCK, '--demo']);
    expect(status).toBe(1);
    expect(out).toContain('read as a conntrack entry: udp 10.244.1.13:40004 → 10.96.10.40:5353');
    expect(out).toMatch(/^shop\/udp-stale:echo .*: STUCK$/m);
    expect(out).toContain('--source-port 40004');
    const { works, verdict, ways } = JSON.parse((await run(['why', STUCK, '--demo', '-o', 'json'])).out);
    expect([works.given === null, verdict, ways[0].stuck]).toEqual([false, 'broken', true]);
  });

  it.each([
    ['IP 10.244.1.13.40001 > 10.96.10.1.80: Flags [S]', 0, 'shop/web (10.96.10.1:80/tcp) on node-1: works'],
    ['tcp ESTAB 0 0 10.244.1.13:40001 10.96.10.4:80', 1, 'shop/empty:http'],
    ['IN=cni0 OUT= SRC=10.244.1.13 DST=10.96.10.1 PROTO=TCP SPT=40001 DPT=80 SYN', 0, 'works'],
  ])('%s', async (line, status, text) => {
    const typed = await run(['why', line, '--demo']);
    expect([typed.status, typed.err]).toEqual([status, '']);
    expect(typed.out).toContain(text);
    const piped = await run(['why', '-', '--demo'], { stdin: `${line}\n` });
    expect(piped.out).toBe(typed.out);
  });
});

describe('Do printed questions name the namespace that was asked in?', () => {
  const question = {
    from: null,
    protocol: null,
    sourcePort: null,
    inInterface: null,
    mark: null,
    ctstate: null,
    detail: 'path',
  } as const;
  const live = { files: [], demo: false } as const;
  const capture = { files: ['node-1'], demo: false } as const;

  it.each([
    // The context that the command is typed in may have another namespace.
    ['web', 'default', live, 'web -n default'],
    ['svc/web', 'default', live, 'svc/web -n default'],
    ['shop/web', 'default', live, 'shop/web'],
    ['10.96.10.1:80', 'default', live, '10.96.10.1:80'],
    ['web', 'default', capture, 'web'],
    ['web', 'shop', capture, 'web -n shop'],
  ])('%s in %s', (destination, namespace, sources, words) => {
    expect(questionWords({ ...question, destination, namespace, sources }, { senders: true })).toBe(words);
  });
});

describe('Does it work to reach an address that nobody known has?', () => {
  const rules = 'fixtures/demo/iptables-save.txt';
  it('nobody knows where the routes were not captured, and that is said', async () => {
    const { status, report } = await why('8.8.8.8:53', rules);
    expect(report.verdict).toBe('unknown');
    expect(status).toBe(1);
    expect(report.ways.map(({ shares }) => shares.unknown)).toEqual([1, 1, 1]);
    expect(report.notes.join()).toMatch(/a route to every destination is taken for granted \(capture/);
  });
  it('yes where they were', async () => {
    const { report } = await why('8.8.8.8:53', 'fixtures/demo');
    expect(report.verdict).toBe('works');
    expect(report.notes.join()).not.toMatch(/route/);
  });
});
