import { describe, expect, it } from 'vitest';
import { type Edit, withAltered } from '../../findings/altered-capture.ts';
import { openCapture } from '../../support/open-capture.ts';
import { ask, askOne, demo, type Line, line } from './ask.ts';

const WEB = '10.96.10.1:80';
const DNS = '10.96.0.10:53';

async function verdict(flow: Line) {
  const { stale, problems } = await askOne(flow);
  return { stale, problems: problems.map(({ code, severity }) => `${code} ${severity}`) };
}

const SOUND = { stale: false, problems: [] };

describe('a flow is sound', () => {
  it.each<[string, Line]>([
    ['to an endpoint of its Service', { asked: WEB, answers: '10.244.2.11:8080' }],
    [
      'through a node port, masqueraded',
      {
        from: '192.168.100.50:5000',
        asked: '192.168.100.11:30080',
        answers: '10.244.1.11:8080',
        back: '10.244.1.1:9000',
      },
    ],
    ['to a pod, without a Service', { asked: '10.244.2.11:8080' }],
    ['from a remote node to this node itself', { from: '192.168.100.1:6443', asked: '192.168.100.11:53000' }],
    ['of DNS', { protocol: 'udp', asked: DNS, answers: '10.244.1.15:53' }],
    ['to an address that is nobody’s', { asked: '10.96.99.99:80', state: 'ESTABLISHED' }],
    ['to another node’s node port, which translates it there', { asked: '192.168.100.12:30080' }],
    ['to a Service that another proxy serves', { asked: '10.96.10.48:80' }],
  ])('%s', async (_, flow) => {
    expect(await verdict(flow)).toEqual(SOUND);
  });

  it.each(['TIME_WAIT', 'CLOSE'])('once it is over (%s), wherever it went', async (state) => {
    expect(await verdict({ asked: WEB, answers: '10.244.9.9:8080', state })).toEqual(SOUND);
  });
});

describe('a flow is stuck', () => {
  it.each<[string, Line, string]>([
    [
      'udp to an endpoint whose pod is gone',
      { protocol: 'udp', asked: DNS, answers: '10.244.9.9:53' },
      'endpoint-gone error',
    ],
    [
      'udp to a pod that is no endpoint any more',
      { protocol: 'udp', asked: DNS, answers: '10.244.1.15:5353' },
      'endpoint-gone error',
    ],
    [
      'tcp to an endpoint whose pod is gone',
      { asked: WEB, answers: '10.244.9.9:8080' },
      'endpoint-gone warning',
    ],
    [
      'udp to an address that is a pod’s of another namespace',
      { protocol: 'udp', asked: DNS, answers: '10.244.1.11:53' },
      'address-reassigned error',
    ],
    ['udp that began before the rules', { protocol: 'udp', asked: DNS }, 'never-translated error'],
    [
      'tcp of a Service that is deleted, to no pod that is left',
      { asked: '10.96.77.77:80', answers: '10.244.9.9:8080' },
      'service-deleted warning',
    ],
    [
      'udp of a node port that is gone',
      {
        protocol: 'udp',
        from: '192.168.100.50:5000',
        asked: '192.168.100.11:31999',
        answers: '10.244.1.11:5353',
        back: '10.244.1.1:1',
      },
      'service-deleted error',
    ],
  ])('%s', async (_, flow, problem) => {
    expect(await verdict(flow)).toEqual({ stale: true, problems: [problem] });
  });

  it('with its line, the rules and the API as evidence, and the command that clears it', async () => {
    const { problems, clear, client, service, endpoint } = await askOne({
      protocol: 'udp',
      asked: DNS,
      answers: '10.244.9.9:53',
    });
    const [problem] = problems;
    expect(problem?.message).toContain(
      '10.244.9.9:53 is no endpoint of kube-system/kube-dns:dns, and no pod has the address',
    );
    expect(problem?.evidence[0]).toMatchObject({ kind: 'flow', file: 'flows-0', line: 1 });
    expect(problem?.evidence.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['flow', 'object', 'rule']),
    );
    expect(problem?.evidence.find(({ kind }) => kind === 'rule')?.text).toMatch(/^-A KUBE-SVC-/);
    expect(clear).toBe('conntrack -D -p udp -s 10.244.1.13 -d 10.96.0.10 --sport 40000 --dport 53 -w 0');
    expect(client).toMatchObject({ kind: 'pod', namespace: 'shop', pod: 'client-a', thisNode: true });
    expect(service).toMatchObject({
      namespace: 'kube-system',
      name: 'kube-dns',
      port: 'dns',
      via: 'clusterIP',
    });
    expect(endpoint).toMatchObject({ address: '10.244.9.9', port: 53, pod: null });
  });
});

describe('a flow is worth a word', () => {
  it.each<[string, Line, string[]]>([
    [
      'tcp to a pod that left the Service but lives on',
      { asked: WEB, answers: '10.244.2.12:8080' },
      ['endpoint-gone info'],
    ],
    [
      'tcp to a terminating endpoint',
      { asked: '10.96.10.19:80', answers: '10.244.1.14:8080' },
      ['endpoint-draining info'],
    ],
    [
      'to a port that the Service does not have',
      { asked: '10.96.10.1:81', state: 'SYN_SENT', status: 'UNREPLIED' },
      ['no-such-port info', 'unreplied info'],
    ],
    [
      'without an answer',
      { asked: WEB, answers: '10.244.1.11:8080', state: 'SYN_SENT', status: 'UNREPLIED' },
      ['unreplied info'],
    ],
  ])('%s', async (_, flow, problems) => {
    expect(await verdict(flow)).toEqual({ stale: false, problems });
  });
});

describe('what the capture cannot tell', () => {
  it('is not called stuck for sure without endpoints: the rules alone leave out who may still serve', async () => {
    const known = { ...(await demo()) };
    const bare = { ...known, cluster: { ...known.cluster, endpoints: null } };
    const gone = await askOne({ asked: WEB, answers: '10.244.9.9:8080' }, bare);
    expect(gone.problems).toMatchObject([{ code: 'endpoint-gone', severity: 'info' }]);
    expect((await askOne({ asked: WEB, answers: '10.244.1.11:8080' }, bare)).problems).toEqual([]);
  });

  it('stays unsaid without rules and objects', async () => {
    const known = await demo();
    const nothing = { services: null, endpoints: null, pods: null, nodes: null };
    const { AddressBook } = await import('../../../src/proxy/addresses.ts');
    const bare = {
      ...known,
      rulesets: [],
      cluster: nothing,
      book: new AddressBook(nothing),
      proxyMode: 'none' as const,
    };
    expect(await askOne({ asked: WEB, answers: '10.244.9.9:8080' }, bare)).toMatchObject({
      service: null,
      stale: false,
      problems: [],
    });
  });
});

describe('facts of a flow', () => {
  it('masquerading is told by the address or by the port', async () => {
    const node = { from: '192.168.100.11:50000', asked: WEB, answers: '10.244.2.11:8080' };
    expect(await askOne({ ...node, back: '192.168.100.11:29410' })).toMatchObject({
      masqueraded: true,
      sourcePortChanged: true,
    });
    expect(await askOne({ ...node, back: '10.244.1.1:50000' })).toMatchObject({
      masqueraded: true,
      sourcePortChanged: false,
    });
    expect(await askOne(node)).toMatchObject({
      masqueraded: false,
      client: { kind: 'node', thisNode: true },
    });
  });

  it('a hairpin answers itself', async () => {
    const hairpin = { from: '10.244.1.12:5', asked: WEB, answers: '10.244.1.12:8080', back: '10.244.1.1:5' };
    expect(await askOne(hairpin)).toMatchObject({ hairpin: true });
    expect(await askOne({ from: '10.244.1.12:5', asked: '10.244.1.12:8080' })).toMatchObject({
      hairpin: false,
    });
  });
});

describe('many flows together', () => {
  const many = (count: number, of: (index: number) => Line): string[] =>
    Array.from({ length: count }, (_, index) => line(of(index)));

  it.each<[string, string, (index: number) => Line, number]>([
    [
      'syn-pile-up',
      'wait for an answer to their SYN',
      () => ({ asked: WEB, answers: '10.244.1.11:8080', state: 'SYN_SENT', status: 'UNREPLIED' }),
      3,
    ],
    [
      'endpoint-silent',
      'has an answer',
      () => ({ protocol: 'udp', asked: DNS, answers: '10.244.1.15:53', status: 'UNREPLIED' }),
      3,
    ],
    ['half-open', 'handshake', () => ({ asked: WEB, answers: '10.244.1.11:8080', state: 'SYN_RECV' }), 3],
    [
      'close-wait',
      'closed by one side',
      () => ({ asked: WEB, answers: '10.244.1.11:8080', state: 'CLOSE_WAIT' }),
      10,
    ],
  ])('%s is found from %#', async (code, text, of, enough) => {
    const flows = (count: number) =>
      many(count, (index) => ({ ...of(index), from: `10.244.1.13:${1000 + index}` }));
    expect((await ask([flows(enough - 1)])).summary.findings).toEqual([]);
    const { findings } = (await ask([flows(enough)])).summary;
    expect(findings).toMatchObject([{ code, severity: 'warning' }]);
    expect(findings[0]?.message).toContain(text);
  });

  it('connections that the other side does not close are told from a quarter of the live ones on', async () => {
    const flows = (closing: number, live: number): string[] =>
      many(closing + live, (index) => ({
        asked: WEB,
        answers: '10.244.1.11:8080',
        from: `10.244.1.13:${1000 + index}`,
        state: index < closing ? 'CLOSE_WAIT' : 'ESTABLISHED',
      }));
    expect((await ask([flows(10, 29)])).summary.findings).toMatchObject([{ code: 'close-wait' }]);
    expect((await ask([flows(10, 30)])).summary.findings).toEqual([]);
  });

  it('source ports behind masquerade run out toward one destination', async () => {
    const flows = many(52_000, (index) => ({
      from: `192.168.100.50:${index + 1}`,
      asked: '192.168.100.11:30080',
      answers: '10.244.2.11:8080',
      back: `192.168.100.11:${index + 2}`,
    }));
    expect((await ask([flows])).summary.findings).toMatchObject([
      { code: 'port-exhaustion', severity: 'warning' },
    ]);
    expect((await ask([flows.slice(0, 40_000)])).summary.findings).toEqual([]);
  });

  it('session affinity is kept or broken', async () => {
    const sticky = (client: string, pod: string): string =>
      line({ from: client, asked: '10.96.10.2:80', answers: `${pod}:8080` });
    const kept = [
      sticky('10.244.1.13:1', '10.244.1.11'),
      sticky('10.244.1.13:2', '10.244.1.11'),
      sticky('10.244.2.13:3', '10.244.1.12'),
    ];
    expect((await ask([kept])).summary.findings).toEqual([]);
    const broken = [...kept, sticky('10.244.2.13:4', '10.244.2.11')];
    expect((await ask([broken])).summary.findings).toMatchObject([
      { code: 'affinity-broken', message: expect.stringContaining('10.244.2.13 (2 endpoints)') },
    ]);
  });
});

describe('a node in nftables mode', () => {
  it('says nothing of the share of an endpoint whose Service’s chain the listing lacks', async () => {
    const shares = async (edits: readonly Edit[]) =>
      await withAltered(
        edits,
        async (folder) => {
          const { known } = await openCapture(folder);
          const { summary } = await ask([[line({ asked: WEB, answers: '10.244.2.11:8080' })]], {}, known);
          const { endpoints } = summary.services.find(({ name }) => name === 'web') ?? { endpoints: [] };
          const one = endpoints.find(({ address }) => address === '10.244.2.11');
          return [one?.flows, one?.share, one?.problem];
        },
        'demo-nftables',
      );
    expect(await shares([])).toEqual([1, expect.closeTo(1 / 3), null]);
    const lacks: Edit = [
      'nft.json',
      (text) => {
        const { nftables }: { nftables: Record<string, { name?: string; chain?: string }>[] } =
          JSON.parse(text);
        const isOfWeb = (name = '') => /^service-.*-shop\/web\//.test(name);
        const held = nftables.filter(({ chain, rule }) => !isOfWeb(chain?.name ?? rule?.chain));
        return JSON.stringify({ nftables: held });
      },
    ];
    expect(await shares([lacks])).toEqual([1, null, null]);
  });
});

describe('a node of whose rules those of one family were captured', () => {
  it('does not say of the other family’s flows that nothing translates them, because nft listed tables', async () => {
    const untranslated =
      'tcp 6 431998 ESTABLISHED src=fd00:10:244:1::13 dst=fd00:10:96::18 sport=44994 dport=80 src=fd00:10:96::18 dst=fd00:10:244:1::13 sport=80 dport=44994 [ASSURED] mark=0 use=1';
    const codes = async (edits: readonly Edit[]) =>
      await withAltered(edits, async (folder) => {
        const { known } = await openCapture(folder);
        const { items } = await ask([[untranslated]], {}, known);
        return items.flatMap(({ problems }) => problems.map(({ code }) => code));
      });
    const listed: Edit = [
      'nft.json',
      () => JSON.stringify({ nftables: [{ table: { family: 'inet', name: 'hostfw', handle: 1 } }] }),
    ];
    expect(await codes([listed])).toEqual(['never-translated']);
    expect(await codes([listed, ['ip6tables-save.txt', () => '']])).toEqual([]);
  });
});
