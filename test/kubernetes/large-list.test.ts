import { describe, expect, it, vi } from 'vitest';
import { splitLargeList } from '../../src/kubernetes/large-list.ts';
import { parseObjects } from '../../src/kubernetes/parse-objects.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';

const split = (text: string) => splitLargeList([Buffer.from(text)], true, 'late');

/** Pieces of a text, each written over the one before, as those of a file are. */
function* piecesOf(text: string, size: number): Iterable<Buffer> {
  const bytes = Buffer.from(text);
  const piece = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size)
    yield piece.subarray(0, bytes.copy(piece, 0, at, at + size));
}

const itemsOf = (text: string) => {
  const list = split(text);
  return list === null ? null : [...list.items(() => expect.fail('damaged'))];
};

describe('splitting a list', () => {
  it.each([
    ['one line', (value: unknown) => JSON.stringify(value)],
    ['indented, as kubectl prints', (value: unknown) => JSON.stringify(value, null, 4)],
  ])('gives what JSON.parse gives: %s', (_, print) => {
    const items = [{ kind: 'Pod', a: [{ b: [] }, '}]'] }, { 'q"{': '\\' }, {}, { text: 'naïve ✓ "{[' }];
    const text = print({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } });
    expect(itemsOf(text)).toEqual(items);
    expect(split(text)?.head).toEqual({
      apiVersion: 'v1',
      items: [],
      kind: 'List',
      metadata: { resourceVersion: '' },
    });
  });

  it.each([
    ['a single object', '{"kind":"Pod","metadata":{"labels":{"a":"b"}}}'],
    ['a bare list', '[{"kind":"Pod"}]'],
    ['two documents', '{"items":[{}]}\n{"items":[{}]}'],
    ['two lists of objects', '{"items":[{}],"others":[{}]}'],
    ['items twice', '{"items":[{}],"items":[{}]}'],
    ['items that are no objects', '{"items":[0,{}]}'],
    ['a cut list', '{"items":[{},{"a":1'],
    ['a cut string', '{"items":[{},{"a":"1'],
    ['a missing comma', '{"items":[{} {}]}'],
    ['brackets that do not pair', '{"items":[{}}]'],
    ['YAML', 'kind: List\nitems:\n- {}\n'],
    ['nothing', ''],
  ])('leaves %s to the other reader', (_, text) => {
    expect(split(text)).toBeNull();
  });
});

describe('a list in pieces', () => {
  it.each([
    [
      'of objects',
      JSON.stringify(
        { kind: 'List', items: [{ a: '}"]' }, { a: 'ü✓"' }, {}], metadata: { x: 'ü[' } },
        null,
        1,
      ),
    ],
    [
      'of large objects',
      JSON.stringify({ items: [{ a: 'x'.repeat(5000) }, { kind: 'Pod', a: ['y'.repeat(3000)] }] }),
    ],
    ['that is none', '{"items":[{}],"others":[{}]}'],
    ['that is cut', '{"items":[{},{"a":1'],
    ['with a damaged object', '{"items":[{"a":1},{"a":01},{"a":[1,]},{"b":"\\x"}]}'],
  ])('%s is split as it is in one', (_, text) => {
    const told = (list: ReturnType<typeof split>) => {
      const damaged = vi.fn();
      return (
        list && {
          head: list.head,
          odd: list.odd,
          items: [...list.items(damaged)],
          damaged: damaged.mock.calls,
        }
      );
    };
    const whole = told(split(text));
    for (let size = 1; size < Math.min(text.length + 2, 300); size++)
      expect(told(splitLargeList(piecesOf(text, size), false, 'late')), `pieces of ${size}`).toEqual(whole);
  });

  it('is walked over once, however large an object is', () => {
    const text = `{"items":[{"a":"${'x'.repeat(2 ** 20)}"}]}`;
    const copied = vi.spyOn(Buffer.prototype, 'copy');
    const list = splitLargeList(piecesOf(text, 1000), false, 'late');
    const bytes = copied.mock.results.reduce((sum, { value }) => sum + Number(value), 0);
    copied.mockRestore();
    expect([...(list?.items(() => undefined) ?? [])]).toHaveLength(1);
    expect(bytes).toBeLessThan(10 * text.length);
  });
});

describe('a large file', () => {
  const pod = (index: number) => ({
    metadata: { name: `pod-${index}`, namespace: 'shop' },
    spec: { nodeName: 'node-1' },
    status: { podIP: `10.0.${index >> 8}.${index & 255}`, message: 'x'.repeat(200) },
  });
  const list = {
    apiVersion: 'v1',
    kind: 'PodList',
    items: Array.from({ length: 5000 }, (_, index) => pod(index)),
  };

  it('takes the kind of its items from the list', async () => {
    const problems = new ProblemList();
    const bytes = Buffer.from(JSON.stringify(list));
    const { pods } = await parseObjects({ name: 'pods.json', bytes }, problems);
    expect(pods).toHaveLength(5000);
    expect([...(pods ?? [])][4999]).toMatchObject({
      namespace: 'shop',
      name: 'pod-4999',
      ips: ['10.0.19.135'],
    });
    expect(toldAll(problems.list())).toEqual([]);
  });

  it('keeps the other objects where one is damaged, and says so', async () => {
    const problems = new ProblemList();
    const text = JSON.stringify(list).replace('"name":"pod-17"', '"name":pod-17');
    const { pods } = await parseObjects({ name: 'pods.json', bytes: Buffer.from(text) }, problems);
    expect(pods).toHaveLength(4999);
    expect(toldAll(problems.list()).map(({ code }) => code)).toEqual(['truncated']);
  });
});

describe('objects of which little is read', () => {
  const padding = { managedFields: [{ 'f:metadata': 'x'.repeat(3000), 'f:ü"': ['\\', {}] }] };
  const metadata = (name: string) => ({ ...padding, name, namespace: 'shop', labels: { app: 'kube-proxy' } });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata('p'),
    spec: {
      volumes: [padding],
      nodeName: 'node-1',
      containers: [{ ...padding, ports: [{ hostPort: 80, containerPort: 8080 }] }],
    },
    status: {
      ...padding,
      phase: 'Running',
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }, { ip: 'FD00::0:1', ...padding }],
      conditions: [{ ...padding, type: 'Ready', status: 'True' }],
      containerStatuses: [
        { ...padding, name: 'kube-proxy', restartCount: 3, state: { waiting: { reason: 'x' } } },
      ],
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...metadata('web'),
      annotations: { note: 'x', 'service.kubernetes.io/topology-mode': 'Auto' },
    },
    spec: { ...padding, clusterIP: '10.96.0.1', ports: [{ port: 80, ...padding }, { port: 0 }] },
    status: { ...padding, loadBalancer: { ingress: [{ ip: '1.2.3.4', ...padding }] } },
  };
  const slice = {
    addressType: 'IPv4',
    apiVersion: 'discovery.k8s.io/v1',
    endpoints: [
      {
        ...padding,
        addresses: ['10.0.0.1'],
        nodeName: 'n',
        targetRef: { kind: 'Pod', name: 'p', namespace: 'shop', ...padding },
      },
      { addresses: ['nonsense'] },
    ],
    kind: 'EndpointSlice',
    metadata: { ...metadata('web-1'), labels: { 'kubernetes.io/service-name': 'web' } },
    ports: [{ port: 8080, name: 'http' }],
  };
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1', ...padding, labels: { 'topology.kubernetes.io/zone': 'a' } },
    spec: { podCIDR: '10.0.0.0/24', ...padding },
    status: { images: [padding], addresses: [{ type: 'InternalIP', address: '192.168.0.1' }] },
  };
  const endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: metadata('old'),
    subsets: [{ addresses: [{ ip: '10.0.0.9', ...padding }], ports: [{ port: 80 }] }],
  };
  const other = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata('d'), spec: padding };
  const foreign = { ...service, apiVersion: 'serving.knative.dev/v1' };
  const inner = {
    apiVersion: 'v1',
    kind: 'PodList',
    ...padding,
    items: [{ ...pod, kind: undefined, apiVersion: undefined }],
  };
  const nameless = { ...pod, metadata: padding };

  /** What is read of the list, and what is told of it. @param piece the list is a file, read in pieces of this size */
  async function read(text: string, piece?: number) {
    const problems = new ProblemList();
    const bytes = Buffer.from(text);
    const file = piece === undefined ? {} : { size: bytes.length, chunks: () => piecesOf(text, piece) };
    const part = await parseObjects({ name: 'objects.json', bytes, ...file }, problems);
    return { part, told: toldAll(problems.list()) };
  }

  /** Makes a list large, and nothing of it is read. */
  const bulk = { apiVersion: 'v1', kind: 'Secret', data: { x: 'x'.repeat(2 ** 20) } };

  /** Read as a large list, and as a value among others, as small lists are. */
  async function expectSame(list: { readonly items: readonly object[] }, print: (value: unknown) => string) {
    const small = await read(print(list));
    for (const piece of [undefined, 999, 2 ** 18]) {
      const parsed = vi.spyOn(JSON, 'parse');
      const large = await read(print({ ...list, items: [...list.items, bulk] }), piece);
      const most = Math.max(...parsed.mock.calls.map(([given]) => given.length));
      parsed.mockRestore();
      // It was read by its items.
      expect(most).toBeLessThan(2 ** 20);
      expect(large).toEqual(small);
    }
  }

  const withoutKind = (object: object) => ({ ...object, kind: undefined, apiVersion: undefined });
  const all = [pod, service, slice, node, endpoints];
  const mixed = [...all, other, foreign, inner, nameless, { ...pod, kind: 7 }, service, pod, { ...padding }];

  it.each([
    ['of one kind', { apiVersion: 'v1', items: [pod, nameless, pod], kind: 'List' }],
    ['of many kinds', { apiVersion: 'v1', items: [...mixed, ...mixed.toReversed()], kind: 'List' }],
    ...all.map((one): [string, { readonly items: readonly object[]; readonly [field: string]: unknown }] => [
      `of ${one.kind}s that do not say so, behind their kind`,
      { kind: `${one.kind}List`, apiVersion: one.apiVersion, items: [one, one].map(withoutKind) },
    ]),
    ...all.map((one): [string, { readonly items: readonly object[]; readonly [field: string]: unknown }] => [
      `of ${one.kind}s that do not say so, before their kind`,
      { apiVersion: one.apiVersion, items: [one, one].map(withoutKind), kind: `${one.kind}List` },
    ]),
    ['of no kind', { items: [...mixed, withoutKind(pod)], other: '"kind":"PodList"' }],
  ])('a list %s is read as others are', async (_, list) => {
    await expectSame(list, (value) => JSON.stringify(value));
    await expectSame(list, (value) => JSON.stringify(value, null, 4));
  });

  it.each([
    ['a second kind', (text: string) => text.replace('"kind":"Pod"', '"kind":"Pod","kind":"Service"')],
    [
      'a kind in other letters',
      (text: string) => text.replace('"kind":"Pod"', '"kind":"Pod","k\\u0069nd":"Service"'),
    ],
    ['a kind spelled otherwise', (text: string) => text.replaceAll('"kind":"Pod"', '"kind":"P\\u006fd"')],
    ['a field in other letters', (text: string) => text.replaceAll('"nodeName"', '"node\\u004eame"')],
    [
      'a field that stands twice',
      (text: string) => text.replaceAll('"spec":{', '"spec":{"nodeName":"x"},"spec":{'),
    ],
    [
      'a key that objects inherit',
      (text: string) => text.replaceAll('"spec":{', '"__proto__":{"kind":"Node"},"spec":{'),
    ],
  ])('an item with %s is, too', async (_, change) => {
    const list = { items: [pod, pod, service], kind: 'List' };
    expect(change(JSON.stringify(list))).not.toBe(JSON.stringify(list));
    await expectSame(list, (value) => change(JSON.stringify(value)));
  });

  it.each([
    ['in what is read', '"phase":', '"phase"'],
    ['in what nobody reads', '"f:ü', '"f:\n'],
  ])('an item that is damaged %s is left out, and told', async (_, whole, damaged) => {
    const text = JSON.stringify({
      items: [{ ...pod, metadata: { name: 'a' } }, pod, { ...pod, metadata: { name: 'b' } }],
    });
    const at = text.indexOf(whole, text.indexOf('"name":"p"') - 4000);
    const { part, told } = await read(
      `${text.slice(0, at)}${damaged}${text.slice(at + whole.length)}${' '.repeat(2 ** 20)}`,
    );
    expect(part.pods).toHaveLength(2);
    expect(told.map(({ code }) => code)).toEqual(['truncated']);
  });

  it('whose first words are not its own is read, whole', async () => {
    const list = {
      other: { kind: 'PodList' },
      items: [withoutKind(service), service, bulk],
      kind: 'ServiceList',
    };
    const { part } = await read(JSON.stringify(list), 2 ** 18);
    expect(part.services).toHaveLength(2);
    expect(part.pods).toBeUndefined();
  });

  it('in colours of a terminal is read as without them', async () => {
    const text = JSON.stringify({ items: [pod, { ...pod, metadata: { name: 'q' } }, bulk] });
    const coloured = text.replace('"name":"q"', '"name":\x1b[0;32m"q"\x1b[0m');
    const chunks = () => piecesOf(coloured, 2 ** 18);
    const problems = new ProblemList();
    const source = { name: 'x', bytes: Buffer.from(text), size: coloured.length, chunks };
    expect((await parseObjects(source, problems)).pods).toHaveLength(2);
    expect(problems.list()).toEqual([]);
  });

  it('costs no more than what is read of them', async () => {
    const items = Array.from({ length: 500 }, () => pod);
    const text = JSON.stringify({ apiVersion: 'v1', items, kind: 'List' }, null, 4);
    const parsed = vi.spyOn(JSON, 'parse');
    await read(text);
    const characters = parsed.mock.calls.reduce((sum, [given]) => sum + given.length, 0);
    parsed.mockRestore();
    expect(characters).toBeLessThan(text.length / 10);
  });
});
