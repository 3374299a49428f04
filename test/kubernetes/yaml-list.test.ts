import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { readDocuments } from '../../src/kubernetes/documents.ts';
import { splitYamlList } from '../../src/kubernetes/yaml-list.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';

const read = async (
  text: string,
): Promise<{ values: unknown[]; problems: readonly { message: string; line: number | null }[] }> => {
  const problems = new ProblemList();
  const values = await readDocuments({ name: 'services.yaml', bytes: Buffer.from(text) }, problems);
  return { values, problems: toldAll(problems.list()) };
};

const item = (name: string, more = ''): string => `- apiVersion: v1
  kind: Service
  metadata:
    name: ${name}
${more}  spec:
    clusterIP: 10.96.0.1
`;
const list = (...items: string[]): string =>
  `apiVersion: v1\nitems:\n${items.join('')}kind: List\nmetadata:\n  resourceVersion: ""\n`;

describe('Is a list in YAML the same, read item by item or as a whole?', () => {
  test('as kubectl prints it, texts of several lines, dashes in them, comments and blank lines included', async () => {
    const text = list(
      item(
        'a',
        '    annotations:\n      told: |\n        - apiVersion: v1\n\n        items:\n      folded: "one\n        - two"\n',
      ),
      item('b', '    # said by hand\n'),
      '\n',
      item('"c"'),
    );
    expect(splitYamlList(text)?.items).toHaveLength(3);
    const { values, problems } = await read(text);
    expect(values).toEqual([parse(text)]);
    expect(problems).toEqual([]);
  });

  test('where one item names what stands in another', async () => {
    const text = list(item('a', '    labels: &same\n      app: web\n'), item('b', '    labels: *same\n'));
    const { values } = await read(text);
    expect(values).toEqual([parse(text)]);
    expect(JSON.stringify(values)).toContain('"name":"b","labels":{"app":"web"}');
  });

  test('where `items` stands twice the last one counts', async () => {
    const text = `${list(item('a'))}items: []\n`;
    const { values } = await read(text);
    expect(values).toEqual([parse(text, { uniqueKeys: false })]);
  });

  test('is a fault in one item told with its line in the file?', async () => {
    const text = list(item('a'), item('b', '    labels: {app: web\n'), item('c'));
    const { problems } = await read(text);
    const bad = text.split('\n').findIndex((line) => line.includes('{app'));
    expect(problems).toHaveLength(1);
    expect(Math.abs((problems[0]?.line ?? 0) - (bad + 1))).toBeLessThanOrEqual(2);
  });

  test('is 2,000 items as `stringify` writes them read the same?', async () => {
    const items = Array.from({ length: 2000 }, (_, at) => ({
      ...{
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: `svc-${at}`, annotations: { told: `a\n- b: ${at}\n` } },
      },
      spec: { ports: [{ port: at }], clusterIP: `10.96.${at >> 8}.${at & 255}` },
    }));
    const whole = { apiVersion: 'v1', items, kind: 'List' };
    const text = stringify(whole, { indentSeq: false });
    expect(splitYamlList(text)?.items).toHaveLength(2000);
    expect((await read(text)).values).toEqual([whole]);
  });
});
