import { describe, expect, it } from 'vitest';
import { splitLargeList } from '../../src/kubernetes/large-list.ts';
import { parseObjects } from '../../src/kubernetes/parse-objects.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';

const split = (text: string) => splitLargeList(Buffer.from(text));
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
    expect(pods?.[4999]).toMatchObject({ namespace: 'shop', name: 'pod-4999', ips: ['10.0.19.135'] });
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
