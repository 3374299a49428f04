import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ObjectKind } from '../../src/kubernetes/object-fields.ts';
import { OBJECT_FILES } from '../../src/kubernetes/object-list.ts';
import { pruneObject } from '../../src/kubernetes/prune.ts';
import { redactFolder, writeFiles } from '../redact/compare.ts';
import { type Edit, editObjects, findInFolder, replace, withAltered } from './altered-capture.ts';

const written = mkdtempSync(join(tmpdir(), 'kp-explain-pruned-'));
afterAll(() => rmSync(written, { recursive: true }));

/** How the objects of a capture come to be there. */
const WAYS: Readonly<Record<string, (folder: string) => Promise<string>>> = {
  'saved with kubectl': async (folder) => folder,
  'read from the API server': async (folder) => {
    for (const [kind, name] of Object.entries(OBJECT_FILES)) prune(kind as ObjectKind, join(folder, name));
    return folder;
  },
  redacted: async (folder) => {
    const target = mkdtempSync(join(written, 'redacted-'));
    const { files } = await redactFolder(folder);
    writeFiles(target, files);
    expect(files.map(({ bytes }) => bytes.toString()).join('\n')).not.toMatch(/SECRET|corp\.example/);
    return target;
  },
};

function prune(kind: ObjectKind, file: string): void {
  const list: { items: unknown[] } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...list, items: list.items.map((item) => pruneObject(kind, item)) }));
}

const annotate = (service: string, annotations: Record<string, string>): Edit =>
  editObjects('services.json', ({ metadata }) => {
    if (metadata.name === service) metadata.annotations = { ...annotations, note: 'SECRET' };
  });

/** kube-proxy 1.28, and one more endpoint of shop/web that is for another zone: the rules of this node are right without it. */
const HINTED: readonly Edit[] = [
  replace('capture.json', 'v1.36.3', 'v1.28.3'),
  // 1.28 does not know ipMode.
  editObjects('services.json', ({ metadata, status }) => {
    if (metadata.name === 'lb-proxy-mode') status.loadBalancer = {};
  }),
  editObjects('endpointslices.json', ({ metadata, endpoints }) => {
    if (metadata.name !== 'web-v4') return;
    for (const endpoint of endpoints) endpoint.hints = { forZones: [{ name: 'zone-a' }] };
    endpoints.push({
      ...endpoints[0],
      addresses: ['10.244.2.99'],
      nodeName: 'node-2',
      zone: 'zone-b',
      targetRef: undefined,
      hints: { forZones: [{ name: 'zone-b' }] },
    });
  }),
];

async function codesIn(edits: readonly Edit[], way: string): Promise<string[]> {
  return await withAltered(edits, async (folder) => {
    const target = await WAYS[way]?.(folder);
    return (await findInFolder(target ?? '')).map(({ code }) => code);
  });
}

describe.each(Object.keys(WAYS))('where the objects were %s', (way) => {
  it.each(['service.kubernetes.io/topology-mode', 'service.kubernetes.io/topology-aware-hints'])(
    'is a healthy node of 1.28 whose Service asks for hints by %s left alone?',
    async (annotation) => {
      expect(await codesIn([...HINTED, annotate('web', { [annotation]: 'Auto' })], way)).not.toContain(
        'KP102',
      );
    },
  );

  it('and is the endpoint missed where no annotation asks for hints?', async () => {
    expect(await codesIn([...HINTED, annotate('web', {})], way)).toContain('KP102');
  });

  it('is a load balancer that speaks PROXY protocol still one?', async () => {
    const asks = (value: string) =>
      codesIn([annotate('lb', { 'corp.example/uses-proxy-protocol': value })], way);
    expect(await asks('true')).toContain('KP121');
    expect(await asks('false')).not.toContain('KP121');
  });
});
