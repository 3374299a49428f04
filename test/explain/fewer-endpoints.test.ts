import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { type Known, plainQuestion } from '../../src/explain/question/question.ts';
import { run } from '../cli/run-main.ts';
import { openCapture } from '../support/open-capture.ts';
import { BrokenDemo } from './broken-demo.ts';

const ROOT = join(import.meta.dirname, '../..');
const SHARED = join(ROOT, '../shared');

interface Slice {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly addressType: string;
  readonly endpoints: { addresses: string[]; nodeName: string; targetRef?: object }[] | null;
}

/** The API has one more endpoint of these Services, which kube-proxy has not written yet. */
const grown =
  (...services: readonly string[]) =>
  (text: string): string => {
    const list: { items: Slice[] } = JSON.parse(text);
    for (const { metadata, addressType, endpoints } of list.items) {
      const name = metadata.labels['kubernetes.io/service-name'] ?? '';
      const first = endpoints?.[0];
      if (addressType !== 'IPv4' || first === undefined || !services.includes(name)) continue;
      endpoints?.push({ ...first, addresses: ['10.244.1.77'], nodeName: 'node-1' });
    }
    return JSON.stringify(list);
  };

const behind = async (demo: BrokenDemo, destination: string, from: string): Promise<string[]> =>
  (await demo.remarks(destination, from)).flatMap(({ code, text }) =>
    code === 'fewer-endpoints' ? [text] : [],
  );

describe('kube-proxy is behind the API: the rules lead to fewer endpoints', () => {
  const demo = new BrokenDemo({ 'endpointslices.json': grown('web', 'web-sticky', 'np-local') });

  it('trace says how many, and which get nothing', async () => {
    expect(await behind(demo, 'shop/web', 'pod')).toEqual([
      'the rules lead to 3 of the 4 ready endpoints of shop/web that the API has, and not to 10.244.1.77:8080: kube-proxy is behind',
    ]);
  });

  it('also where session affinity keeps a client at one endpoint', async () => {
    expect(await behind(demo, 'shop/web-sticky', 'pod')).toEqual([
      expect.stringMatching(/^the rules lead to 3 of the 4 ready endpoints of shop\/web-sticky/),
    ]);
  });

  it('with policy Local the endpoints of this node are counted', async () => {
    expect(await behind(demo, 'node:30081', 'external')).toEqual([
      expect.stringMatching(
        /^the rules lead to 1 of the 2 ready endpoints of shop\/np-local that the API has on this node/,
      ),
    ]);
  });

  it('KP102 names the Services, and what the rules leave out', async () => {
    const { out } = await run(['check', '-f', demo.folder, '-o', 'json']);
    const finding = JSON.parse(out).findings.find(({ code }: { code: string }) => code === 'KP102');
    expect([...finding.objects].sort()).toEqual(['shop/np-local', 'shop/web', 'shop/web-sticky']);
    const proof = finding.evidence.map(({ text }: { text: string }) => text);
    expect(proof).toContainEqual(
      expect.stringMatching(/^shop\/web-sticky in the API: .*; the rules leave out 10\.244\.1\.77:8080$/),
    );
  });

  it('nothing is said of another Service, or where zones are hinted at', async () => {
    expect(await behind(demo, 'shop/web-extip', 'pod')).toEqual([]);
    const hinted = new BrokenDemo({
      'endpointslices.json': (text) =>
        grown('web')(text).replaceAll(
          '"nodeName":"node-1"',
          '"nodeName":"node-1","hints":{"forZones":[{"name":"z"}]}',
        ),
    });
    expect(await behind(hinted, 'shop/web', 'pod')).toEqual([]);
  });
});

describe('a client that a captured record keeps at its endpoint for good', () => {
  it('is no proof that the rules lack the others', async () => {
    const demo = new BrokenDemo({
      'iptables-save.txt': (text) => text.replaceAll(' --seconds 10800 --reap', ''),
    });
    mkdirSync(join(demo.folder, 'xt_recent'));
    const records = [
      ['KUBE-SEP-K3PTXDZZ7GCZ6BPE', '10.244.1.13'],
      ['KUBE-SEP-LZ2D34JDQK5CHDVD', '192.168.100.50'],
      ['KUBE-SEP-TPWEAOFPAB3MM4LF', '192.168.100.11'],
    ] as const;
    for (const [list, client] of records)
      writeFileSync(
        join(demo.folder, 'xt_recent', list),
        `src=${client} ttl: 64 last_seen: 4296688116 oldest_pkt: 1 4296688116\n`,
      );
    const { out } = await run(['check', '-f', demo.folder, '-o', 'json']);
    const codes = JSON.parse(out).findings.map(({ code }: { code: string }) => code);
    expect(codes).not.toContain('KP102');
  });
});

/** Nodes whose kube-proxy had written everything, but for the Services that were changed on purpose before the capture. */
const CURRENT = [
  join(ROOT, 'fixtures/demo'),
  join(ROOT, 'fixtures/kube-proxy-1.20-legacy'),
  ...['healthy', 'captures'].flatMap((folder) => {
    const path = join(SHARED, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .filter((name) => !/nftables|ipvs|userspace|^k3s/.test(name))
      .map((name) => join(path, name));
  }),
];

describe('a node that is up to date', () => {
  it.each(CURRENT)('%s: no Service is said to lack endpoints', async (folder) => {
    const { known } = await openCapture(folder);
    const told = (known.cluster.services ?? []).flatMap((service) =>
      service.ports.flatMap((port) =>
        service.clusterIPs
          .filter((address) => address !== 'None' && !service.name.startsWith('big'))
          .flatMap((address) => remarksAt(address, port.port, port.protocol, known)),
      ),
    );
    expect(told).toEqual([]);
  });
});

function remarksAt(address: string, port: number, protocol: string, known: Known): string[] {
  const destination = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const items = explainTrace(
    {
      ...plainQuestion(destination),
      from: 'external',
      protocol: protocol.toLowerCase(),
    },
    known,
  );
  return items.flatMap(({ outcomes }) =>
    outcomes.flatMap(({ remarks }) =>
      remarks.flatMap(({ code, text }) => (code === 'fewer-endpoints' ? [`${destination}: ${text}`] : [])),
    ),
  );
}

describe('a real cluster where kube-proxy stood still', () => {
  const folder = join(SHARED, 'real/kube-proxy-behind-the-api');
  it.skipIf(!existsSync(folder))('KP102 and trace name the endpoints, session affinity or not', async () => {
    const { out } = await run(['check', '-f', folder, '-o', 'json']);
    const finding = JSON.parse(out).findings.find(({ code }: { code: string }) => code === 'KP102');
    expect(finding.objects).toEqual(['shop/ext', 'shop/sticky', 'shop/web', 'shop/web-local']);
    for (const service of ['shop/web', 'shop/sticky'])
      expect(
        (await run(['trace', service, '--from', 'pod', '--detail', 'answer', '-f', folder])).out,
      ).toMatch(/the rules lead to 1 of the 3 ready endpoints/);
  });
});

describe('the address of a Service, and a port that it lacks', () => {
  it('is told with the ports that it has', async () => {
    const demo = new BrokenDemo({});
    expect(await demo.remarks('10.96.0.10:81', 'pod')).toMatchObject([
      {
        code: 'no-such-port',
        effect: 'breaks',
        text: '10.96.0.10 is the cluster IP of kube-system/kube-dns, which has 53/udp, 53/tcp, 9153/tcp: nothing translates 81/tcp, so nobody answers',
      },
    ]);
    const codes = (await demo.remarks('10.96.0.10:53', 'pod', { protocol: 'udp' })).map(({ code }) => code);
    expect(codes).not.toContain('no-such-port');
  });
});
