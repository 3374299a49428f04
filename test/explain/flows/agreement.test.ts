import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { FlowAgreement } from '../../../src/explain/flows/today/agreement.ts';
import { compareFlows } from '../../../src/explain/flows/today/compare-flows.ts';
import { FirstPackets } from '../../../src/explain/flows/today/first-packets.ts';
import { openCapture } from '../../support/open-capture.ts';
import { ask, DEMO, demo, type Line, line } from './ask.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SHARED = join(ROOT, '../shared');

/** Clients of the demo: a pod of this node, one of the other, somebody outside. */
const POD = '10.244.1.13:40000';
const OUTSIDE = '192.168.100.50:40000';

async function compare(...flows: readonly Line[]): Promise<FlowAgreement> {
  const { summary } = await ask([flows.map(line)]);
  if (summary.agreement === null) throw new Error('not compared');
  return summary.agreement;
}

async function compareCapture(folder: string): Promise<FlowAgreement | null> {
  const { capture, known } = await openCapture(folder);
  return capture.flowListings.length === 0 ? null : compareFlows(null, known, capture.flowListings);
}

describe('a live flow beside what the rules would do with its first packet', () => {
  const web = { from: POD, asked: '10.96.10.1:80', answers: '10.244.2.11:8080' };
  const nodePort = { from: OUTSIDE, asked: '192.168.100.11:30080' };

  it.each<[string, Line]>([
    ['to an endpoint that the rules choose', web],
    ['to itself, masqueraded', { ...web, from: '10.244.2.11:40000', back: '10.244.1.1:7777' }],
    [
      'to a node port from outside, masqueraded',
      { ...nodePort, answers: '10.244.1.11:8080', back: '10.244.1.1:9' },
    ],
    ['that is over', { ...web, state: 'TIME_WAIT' }],
  ])('agrees %s', async (_, flow) => {
    expect(await compare(flow)).toMatchObject({
      translated: 1,
      agree: 1,
      differ: 0,
      notCompared: 0,
      differing: [],
    });
  });

  it('is compared with what becomes of its own client, whoever went the same way before', async () => {
    const endpoint = '10.244.2.11:8080';
    const own = { ...web, from: '10.244.2.11:40000' };
    const masqueraded = { back: '10.244.1.1:7777' };
    // What another pod's does is not masqueraded, and its own is: each way round only one of the two agrees.
    const [right, wrong] = [
      [
        { ...web, answers: endpoint },
        { ...own, ...masqueraded },
      ],
      [{ ...web, answers: endpoint, ...masqueraded }, own],
    ];
    for (const order of [0, 1, 2, 3]) {
      const flows = [...right, ...wrong, ...right, ...wrong];
      const turned = [...flows.slice(order), ...flows.slice(0, order)];
      const ports = turned.map((flow, at) => ({ ...flow, from: `${flow.from.split(':')[0]}:${4000 + at}` }));
      expect(await compare(...ports)).toMatchObject({ translated: 8, agree: 4 });
    }
  });

  it('is compared without reading the listing as a whole, however large', async () => {
    const { capture, known } = await openCapture(DEMO);
    const table = vi.spyOn(capture, 'flows');
    const { summary } = await ask([[line({ ...web, answers: '10.244.1.99:8080' })]], {}, known);
    expect(summary.agreement).toMatchObject({ translated: 1, agree: 0 });
    expect(table).not.toHaveBeenCalled();
  });

  it('is none that was translated where nothing was rewritten', async () => {
    expect(await compare({ from: POD, asked: '10.244.2.11:8080' })).toMatchObject({
      translated: 0,
      agree: 0,
    });
  });

  it.each<[string, Line, object]>([
    [
      'to an endpoint that is gone is stuck',
      { ...web, protocol: 'udp', asked: '10.96.10.40:5353', answers: '10.244.1.99:5353' },
      { cause: 'stale', problem: 'endpoint-gone', goesTo: { address: '10.244.1.99', port: 5353 } },
    ],
    [
      'with its own source where the rules masquerade has no known cause',
      { ...nodePort, answers: '10.244.1.11:8080' },
      {
        cause: 'unknown',
        problem: null,
        masqueraded: false,
        today: { verdict: 'accept', masqueraded: true },
      },
    ],
    [
      'masqueraded where the rules leave the source has no known cause',
      { ...web, back: '10.244.1.1:7777' },
      { cause: 'unknown', masqueraded: true, today: { masqueraded: false } },
    ],
    [
      'from outside the source ranges of today would be dropped',
      {
        from: '203.0.113.9:40000',
        asked: '198.51.100.11:80',
        answers: '10.244.1.11:8080',
        back: '10.244.1.1:7',
      },
      { cause: 'unknown', today: { verdict: 'drop', destinations: [], masqueraded: null } },
    ],
  ])('differs: one %s', async (_, flow, differing) => {
    const { agree, differ, differing: told } = await compare(flow);
    expect({ agree, differ, told }).toMatchObject({ agree: 0, differ: 1, told: [differing] });
    expect(told[0]).toMatchObject({ flows: 1, file: 'flows-0', line: 1 });
  });

  it('is not taken for that of a client that the rules tell apart', async () => {
    // Within the ranges and outside of them, and the endpoint itself: of one destination each is a class of its own.
    const inside = {
      from: OUTSIDE,
      asked: '198.51.100.11:80',
      answers: '10.244.1.11:8080',
      back: '10.244.1.1:7',
    };
    const outside = { ...inside, from: '203.0.113.9:40000' };
    for (const flows of [
      [inside, outside],
      [outside, inside],
    ])
      expect(await compare(...flows)).toMatchObject({ agree: 1, differ: 1 });
    const own = { ...web, from: '10.244.2.11:40000' };
    for (const flows of [
      [web, own],
      [own, web],
    ])
      expect(await compare(...flows)).toMatchObject({ agree: 1, differ: 1 });
  });

  it('is not stuck once it is over, though new ones go elsewhere', async () => {
    const gone = { ...web, answers: '10.244.9.9:8080' };
    const over = ['TIME_WAIT', 'CLOSE'].map((state, at) => ({
      ...gone,
      from: `10.244.1.13:4100${at}`,
      state,
    }));
    for (const flows of [
      [...over, gone, gone],
      [gone, gone, ...over],
    ]) {
      const { summary } = await ask([flows.map((flow) => line(flow))]);
      const { differ, causes, differing } = summary.agreement ?? {};
      expect(summary).toMatchObject({ flows: 4, live: 2, stale: 2 });
      expect(differ).toBe(4);
      expect(causes).toEqual(
        expect.arrayContaining([
          { cause: 'stale', flows: 2 },
          { cause: 'rules-changed', flows: 2 },
        ]),
      );
      expect(differing?.map(({ cause, problem, flows: count }) => [cause, problem, count]).sort()).toEqual([
        ['rules-changed', null, 2],
        ['stale', 'endpoint-gone', 2],
      ]);
    }
  });

  it('is compared for every client of many, which are of a few kinds', async () => {
    const flows = Array.from({ length: 8000 }, (_, at): Line => {
      const from = `203.${at >> 12}.${(at >> 6) & 63}.${at & 63}:40000`;
      return { from, asked: '192.168.100.11:30080', answers: '10.244.1.11:8080', back: '10.244.1.1:7' };
    });
    expect(await compare(...flows)).toMatchObject({ translated: 8000, agree: 8000, notCompared: 0 });
  });

  it('is told to differ, for as many clients as there are', async () => {
    const flows = Array.from({ length: 2000 }, (_, at): Line => {
      const from = `203.0.${at >> 6}.${at & 63}:40000`;
      return { from, asked: '192.168.100.11:30080', answers: '10.244.9.9:8080', back: '10.244.1.1:7' };
    });
    const { differ, notCompared, differing } = await compare(...flows);
    expect({ differ, notCompared }).toEqual({ differ: 2000, notCompared: 0 });
    expect(differing.map((each) => each.flows)).toEqual([2000]);
  });

  it('does not have the whole listing read again for each way that differs', async () => {
    const known = await demo();
    if (known.flows === null) throw new Error('the demo has flows');
    const readAgain = vi.spyOn(known.flows, 'flowsTo');
    try {
      expect(await compare({ ...web, answers: '10.244.9.9:8080' })).toMatchObject({ differ: 1 });
      expect(readAgain).not.toHaveBeenCalled();
    } finally {
      readAgain.mockRestore();
    }
  });

  it('takes no memory for its destination where nothing more is traced', async () => {
    const spent = vi.spyOn(FirstPackets.prototype, 'isSpent').mockReturnValue(true);
    const asked = vi.spyOn(FirstPackets.prototype, 'destination');
    try {
      expect(await compare(web)).toMatchObject({ translated: 1, notCompared: 1 });
      expect(asked).not.toHaveBeenCalled();
    } finally {
      spent.mockRestore();
      asked.mockRestore();
    }
  });

  it('is compared behind thousands that go out masqueraded, each to another destination', async () => {
    const packets = new FirstPackets(await demo());
    const tcp = { protocol: 6, port: 80, icmp: null };
    const client = { family: 'ipv4', value: 0x0af4010dn } as const;
    for (let at = 0n; at < 5100n; at++)
      packets
        .destination({ ...tcp, address: { ...client, value: 0xcb000000n + at }, strange: true })
        ?.of(client);
    expect(packets.isSpent({ strange: true })).toBe(true);
    const web = packets.destination({ ...tcp, address: { ...client, value: 0x0a600a01n } });
    expect(web?.of(client)?.goals).toHaveLength(3);
  });

  it.each<[string, object]>([
    ['', {}],
    [', also without the addresses of the node', { links: null, routes: { ipv4: null, ipv6: null } }],
  ])('is of a Service, and one outside of nobody who is known%s', async (_, facts) => {
    const known = await demo();
    const outside = { from: POD, asked: '203.0.113.5:443', back: '192.168.100.11:7777' };
    const asked = vi.spyOn(FirstPackets.prototype, 'destination');
    try {
      await ask([[outside, web].map(line)], {}, { ...known, host: { ...known.host, ...facts } });
      expect(asked.mock.calls.map(([{ strange }]) => strange)).toEqual([true, undefined]);
    } finally {
      asked.mockRestore();
    }
  });

  it('is not compared where a table of nft that was not captured may send it there', async () => {
    const known = await demo();
    const flows = [
      [line({ ...web, back: '10.244.1.1:7777' }), line(web)],
      [line({ ...web, protocol: 'udp', asked: '10.96.10.40:5353', answers: '10.244.1.99:5353' })],
    ];
    for (const nft of [null, known.nft == null ? null : { ...known.nft, cutAt: 7 }]) {
      const { summary } = await ask(flows, {}, { ...known, nft });
      expect(summary.agreement).toMatchObject({ translated: 3, agree: 1, differ: 1, notCompared: 1 });
      expect(summary.agreement?.causes).toEqual([{ cause: 'stale', flows: 1 }]);
      expect(summary.agreement?.settle).toContain('nft -j list ruleset');
    }
  });

  it('may be older than what session affinity keeps its client at', async () => {
    // A set of nftables mode keeps 10.244.1.13 at 10.244.2.11.
    const { known } = await openCapture(join(ROOT, 'fixtures/demo-nftables'));
    const flows = ['10.244.2.11', '10.244.1.11', '10.244.9.9'].map((to) =>
      line({ from: POD, asked: '10.96.10.2:80', answers: `${to}:8080` }),
    );
    const { summary } = await ask([flows], {}, known);
    expect(summary.agreement).toMatchObject({ agree: 2, differ: 1 });
    expect(summary.agreement?.differing[0]?.goesTo.address).toBe('10.244.9.9');
  });

  it('is not compared with a listing, which may lack the rule that sent it', async () => {
    const known = await demo();
    const listed = {
      ...known,
      rulesets: known.rulesets.map((each) => ({ ...each, form: 'table-listing' as const })),
    };
    const { summary } = await ask([[line({ ...web, answers: '10.244.9.9:8080' })]], {}, listed);
    expect(summary.agreement).toMatchObject({ translated: 1, differ: 0, notCompared: 1 });
  });

  it('is not compared without rules', async () => {
    const known = await demo();
    const { summary } = await ask([[line(web)]], {}, { ...known, rulesets: [], nft: null });
    expect(summary.agreement).toBeNull();
  });
});

describe('flows of healthy nodes', () => {
  it.each(['demo', 'demo-nftables'])(
    'of fixtures/%s go where the rules would send them, but for those that are stuck',
    async (name) => {
      const agreement = await compareCapture(join(ROOT, 'fixtures', name));
      expect(agreement?.translated).toBeGreaterThan(40);
      expect(agreement?.notCompared).toBe(0);
      expect(agreement?.differing.filter(({ cause }) => cause !== 'stale')).toEqual([]);
    },
  );

  const there = existsSync(join(SHARED, 'captures'));
  if (!there)
    console.log('skipped: ../shared is not here; flows of its nodes were not compared with their rules');

  const folders = there
    ? ['captures', 'healthy'].flatMap((part) =>
        readdirSync(join(SHARED, part)).map((name) => join(SHARED, part, name)),
      )
    : [];

  it.skipIf(!there)(
    'of ../shared all agree, but for those that kp-explain says have gone elsewhere since',
    async () => {
      let compared = 0;
      const wrong: string[] = [];
      for (const folder of folders) {
        if (!existsSync(join(folder, 'conntrack.txt'))) continue;
        const agreement = await compareCapture(folder);
        if (agreement === null) continue;
        compared += agreement.agree;
        const unexplained = agreement.differing.filter(({ cause }) => cause === 'unknown');
        if (unexplained.length > 0) wrong.push(`${folder}: ${JSON.stringify(unexplained)}`);
        if (folder.includes('healthy') && agreement.agree < agreement.translated)
          wrong.push(`${folder}: ${agreement.agree} of ${agreement.translated}`);
      }
      expect(wrong).toEqual([]);
      expect(compared).toBeGreaterThan(1500);
    },
  );
});
