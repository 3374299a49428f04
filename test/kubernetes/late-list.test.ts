import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { LateTexts } from '../../src/kubernetes/late-texts.ts';
import { mergeClusters } from '../../src/kubernetes/merge-clusters.ts';
import type { Cluster } from '../../src/kubernetes/objects.ts';
import { omittedNamespaces } from '../../src/kubernetes/omitted-namespaces.ts';
import { parseObjects } from '../../src/kubernetes/parse-objects.ts';
import { formatAddress, parseAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';
import { bookOf } from '../../src/proxy/addresses.ts';

/** Makes a list large, and nothing of it is read. */
const BULK = `{"apiVersion":"v1","kind":"Secret","data":{"x":"${'x'.repeat(2 ** 20)}"}}`;

const pod = (name: string, ip: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { nodeName: 'node-1' },
  status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
  ...more,
});

const slice = (name: string, service: string, addresses: readonly string[], more: object = {}) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  addressType: 'IPv4',
  metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': service } },
  ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
  endpoints: addresses.map((address) => ({ addresses: [address], nodeName: 'node-1' })),
  ...more,
});

interface Read {
  readonly cluster: Cluster;
  readonly told: readonly unknown[];
}

/** @param bulk true: read as a large list is, false: all of it as one value */
async function readTexts(texts: readonly string[], bulk: boolean): Promise<Read> {
  const problems = new ProblemList();
  const text = `{"kind":"List","items":[${[...texts, ...(bulk ? [BULK] : [])].join(',\n')}]}`;
  const part = await parseObjects({ name: 'objects.json', bytes: Buffer.from(text) }, problems);
  return { cluster: mergeClusters([part]), told: toldAll(problems.list()) };
}

const read = (...objects: readonly object[]) =>
  readTexts(
    objects.map((one) => JSON.stringify(one)),
    true,
  );

/** All that can be asked of a cluster about these, before and after it made all of its objects. */
function answersOf(cluster: Cluster, addresses: readonly string[], names: readonly string[]): unknown {
  const book = bookOf(cluster);
  const few = {
    at: addresses.map((text) => {
      const address = parseAddress(text) ?? expect.fail(text);
      return {
        text,
        pods: book.podsAt(address),
        pod: book.podAt(address),
        endpoints: book.endpointsAt(address, 80),
        place: book.endpointsAtPlace(`${text}:80`),
        node: book.endpointNodeAt(address),
        is: book.isEndpoint(formatAddress(address)),
      };
    }),
    named: names.map((name) => ({
      name,
      pod: book.podNamed('shop', name),
      other: book.podNamed('default', name),
      on: book.podsOn(name),
      of: book.endpointsOf('shop', name),
      ofOther: book.endpointsOf('default', name),
    })),
    omitted: [...omittedNamespaces(cluster)],
  };
  const all = {
    pods: cluster.pods && [...cluster.pods],
    endpoints: cluster.endpoints && [...cluster.endpoints],
  };
  return { few, all };
}

describe('a large list', () => {
  const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3', 'fd00::1', 'fd00::2', '192.0.2.1'];
  const NAMES = ['a', 'b', 'web', 'node-1', 'node-2', 'c'];
  const address = fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', 'fd00::1', 'FD00:0::2') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('010.0.0.1', '10.0.0.256', '10.0.0', '', 'web', '1.2.3.4.5', 7, null),
    },
  );
  const name = fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom('a', 'b', 'web', 'c', 'd', 'e', 'f', 'g') },
    { weight: 1, arbitrary: fc.constantFrom('', 'ä', 'we"b', null, 3, ['a'], { a: 'b' }) },
  );
  const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 6 });
  const odd = fc.constantFrom(null, 'x', [], {}, [{ name: 'a', ip: '10.0.0.1', addresses: ['10.0.0.1'] }]);
  const mostly = <T>(value: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 60, arbitrary: value }, { weight: 1, arbitrary: odd });
  const labels = fc.record({
    'kubernetes.io/service-name': some(mostly(name)),
    'service.kubernetes.io/headless': fc.option(fc.constant(''), { nil: undefined, freq: 1 }),
  });
  const metadata = fc.record({
    name: some(name),
    namespace: some(fc.constantFrom('shop', 'default')),
    labels,
  });
  const pods = fc.record({
    apiVersion: fc.constantFrom(...Array<string>(20).fill('v1'), 'v2', undefined),
    kind: fc.constant('Pod'),
    metadata: mostly(metadata),
    spec: mostly(
      fc.record({ nodeName: some(fc.constantFrom('node-1', 'node-2')), hostNetwork: fc.boolean() }),
    ),
    status: mostly(
      fc.record({ podIP: some(address), podIPs: mostly(fc.array(fc.record({ ip: some(address) }))) }),
    ),
  });
  const slices = fc.record({
    apiVersion: fc.constantFrom(
      ...Array<string>(20).fill('discovery.k8s.io/v1'),
      'discovery.k8s.io/v1beta1',
      'v1',
      undefined,
    ),
    kind: fc.constant('EndpointSlice'),
    addressType: fc.constantFrom('IPv4', 'IPv6', 'FQDN'),
    metadata: mostly(metadata),
    ports: mostly(
      fc.array(fc.record({ name: some(fc.constant('http')), port: fc.constantFrom(80, 0) }), {
        maxLength: 2,
      }),
    ),
    endpoints: mostly(
      fc.array(
        fc.record({
          addresses: mostly(fc.array(address, { maxLength: 2 })),
          nodeName: some(fc.constantFrom('node-1', 'node-2')),
        }),
        { maxLength: 3 },
      ),
    ),
  });
  const service = fc.constant({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default' },
  });

  it('does it answer as one whose objects are made at once, whatever is in it?', async () => {
    let late = 0;
    const objects = fc.array(fc.oneof(pods, slices, service), { minLength: 1, maxLength: 5 });
    const damage = fc.option(
      fc.tuple(
        fc.nat(),
        fc.constantFrom(
          '\\u0061',
          '"name":"b",',
          '"metadata":{},',
          '"spec":{},',
          '"status":[],',
          '"n\\u0061me":"b",',
        ),
      ),
      { freq: 3, nil: null },
    );
    await fc.assert(
      fc.asyncProperty(objects, damage, async (values, change) => {
        const texts = values.map((value) => JSON.stringify(value));
        if (change !== null) {
          const [first = ''] = texts;
          const places = [...first.matchAll(/[{,"]/g)].map(({ index }) => index + 1);
          const at = places[change[0] % places.length] ?? 0;
          texts[0] = first.slice(0, at) + change[1] + first.slice(at);
        }
        const isJson = texts.every((text) => {
          try {
            return JSON.parse(text) !== null;
          } catch {
            return false;
          }
        });
        // How damaged lists are read is tested with the lists.
        fc.pre(isJson);
        const large = await readTexts(texts, true);
        const small = await readTexts(texts, false);
        if (large.cluster.pods?.late !== undefined || large.cluster.endpoints?.late !== undefined) late++;
        expect(small.cluster.pods?.late ?? small.cluster.endpoints?.late).toBeUndefined();
        expect(large.told).toEqual(small.told);
        const expected = answersOf(small.cluster, ADDRESSES, NAMES);
        expect(answersOf(large.cluster, ADDRESSES, NAMES)).toEqual(expected);
        // Now all are made.
        expect(large.cluster.pods?.late ?? large.cluster.endpoints?.late).toBeUndefined();
        expect(answersOf(large.cluster, ADDRESSES, NAMES)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
    expect(late).toBeGreaterThan(75);
  }, 120_000);

  it.each([
    ['a name in other letters', (text: string) => text.replace('"name":"a"', '"name":"\\u0061"')],
    ['its name twice', (text: string) => text.replace('"name":"a"', '"name":"a","n\\u0061me":"b"')],
    ['its metadata twice', (text: string) => text.replace('"spec":', '"metadata":{},"spec":')],
    ['its metadata in a list', (text: string) => text.replace(/("metadata":)(\{.*?\})/, '$1[$2]')],
    ['its node in other letters', (text: string) => text.replace('"nodeName"', '"node\\u004eame"')],
    ['its address in other letters', (text: string) => text.replaceAll('"10.0.0.1"', '"1\\u0030.0.0.1"')],
    ['a name outside ASCII', (text: string) => text.replace('"name":"a"', '"name":"ä"')],
  ])('is a pod with %s read as it reads?', async (_, change) => {
    const text = JSON.stringify(pod('a', '10.0.0.1'));
    const changed = change(text);
    expect(changed).not.toBe(text);
    const [large, small] = await Promise.all([readTexts([changed], true), readTexts([changed], false)]);
    expect(large.told).toEqual(small.told);
    expect(answersOf(large.cluster, ADDRESSES, NAMES)).toEqual(answersOf(small.cluster, ADDRESSES, NAMES));
  });

  it('how many objects are made to find one?', async () => {
    const many = Array.from({ length: 300 }, (_, index) => pod(`p-${index}`, `10.0.1.${index % 250}`));
    const made = vi.spyOn(LateTexts.prototype, 'objectAt');
    const { cluster } = await read(
      ...many,
      slice('s', 'web', ['10.0.1.7']),
      slice('t', 'other', ['10.0.1.8']),
    );
    expect(made).toHaveBeenCalledTimes(0);
    const book = bookOf(cluster);
    expect(book.podNamed('shop', 'p-299')?.ips).toEqual(['10.0.1.49']);
    expect(made).toHaveBeenCalledTimes(1);
    // Those at its address are two, of which one is there.
    expect(book.podsAt(parseAddress('10.0.1.49') ?? expect.fail()).map(({ name }) => name)).toEqual([
      'p-299',
      'p-49',
    ]);
    expect(made).toHaveBeenCalledTimes(2);
    expect(book.endpointsOf('shop', 'web').map(({ address: at }) => at)).toEqual(['10.0.1.7']);
    expect(book.podNamed('shop', 'p-300')).toBeNull();
    expect(made).toHaveBeenCalledTimes(3);
    expect(cluster.pods?.length).toBe(300);
    expect(made).toHaveBeenCalledTimes(301);
    made.mockRestore();
  });

  it('is it one object that is found twice?', async () => {
    const { cluster } = await read(pod('a', '10.0.0.1'), pod('b', '10.0.0.2'));
    const found = bookOf(cluster).podNamed('shop', 'b');
    expect(cluster.pods?.late?.at('10.0.0.2')[0]).toBe(found);
    expect([...(cluster.pods ?? [])][1]).toBe(found);
  });

  it('of two pods with one name, is the second found by its address?', async () => {
    const { cluster } = await read(pod('a', '10.0.0.1'), pod('a', '10.0.0.2'));
    expect(bookOf(cluster).podAt(parseAddress('10.0.0.2') ?? expect.fail())).toBeNull();
  });

  it('of an address in two slices of a Service, which one counts?', async () => {
    const unseen = slice('first', 'web', ['10.0.0.1']);
    const labels = { ...unseen.metadata.labels, 'service.kubernetes.io/headless': '' };
    const { cluster } = await read(
      { ...unseen, metadata: { ...unseen.metadata, labels } },
      slice('second', 'web', ['10.0.0.1']),
    );
    expect(cluster.endpoints?.late?.of('shop', 'web')).toHaveLength(1);
    expect(cluster.endpoints?.late?.at('10.0.0.1')[0]?.passedOver).toBeUndefined();
  });

  it('of lists in two files, does each object count once?', async () => {
    const problems = new ProblemList();
    const parts = await Promise.all(
      [
        [pod('a', '10.0.0.1'), slice('s', 'web', ['10.0.0.1'])],
        [pod('a', '10.0.0.2'), pod('b', '10.0.0.3'), slice('t', 'web', ['10.0.0.1', '10.0.0.3'])],
      ].map((objects) => {
        const bytes = Buffer.from(
          `{"items":[${[...objects.map((one) => JSON.stringify(one)), BULK].join(',')}]}`,
        );
        return parseObjects({ name: 'objects.json', bytes }, problems);
      }),
    );
    expect(parts[1]?.pods?.late).toBeDefined();
    const { pods: all, endpoints } = mergeClusters(parts);
    expect(all?.map(({ ips }) => ips[0])).toEqual(['10.0.0.1', '10.0.0.3']);
    expect(endpoints?.map(({ address: at }) => at)).toEqual(['10.0.0.1', '10.0.0.3']);
  });

  it.each([
    ['a pod without a name', { ...pod('x', '10.0.0.9'), metadata: {} }, 'malformed-object'],
    ['an endpoint without an address', slice('x', 'web', ['10.0.0.9', 'nonsense']), 'malformed-object'],
  ])('is %s in the middle still told of?', async (_, damaged, code) => {
    const many = Array.from({ length: 20 }, (_each, index) => [
      pod(`p-${index}`, `10.0.1.${index}`),
      slice(`s-${index}`, `web-${index}`, [`10.0.1.${index}`]),
    ]).flat();
    const { cluster, told } = await read(
      ...many,
      damaged,
      ...many.map((one) => ({ ...one, kind: 'ConfigMap' })),
    );
    expect(told).toMatchObject([{ code }]);
    expect(bookOf(cluster).endpointsOf('shop', 'web-19')).toHaveLength(1);
  });
});
