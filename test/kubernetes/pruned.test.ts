import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fields, isFields, listOf } from '../../src/json/fields.ts';
import { asksForHints, asksForProxyProtocol, neutralAnnotations } from '../../src/kubernetes/annotations.ts';
import { readDocuments } from '../../src/kubernetes/documents.ts';
import { OBJECT_FIELDS, type ObjectKind } from '../../src/kubernetes/object-fields.ts';
import { pruneObject } from '../../src/kubernetes/prune.ts';
import { readEndpointSlice } from '../../src/kubernetes/read-endpoint-slice.ts';
import { readEndpoints } from '../../src/kubernetes/read-endpoints.ts';
import { readNode } from '../../src/kubernetes/read-node.ts';
import { readPod } from '../../src/kubernetes/read-pod.ts';
import { readService } from '../../src/kubernetes/read-service.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const READERS: Readonly<Record<ObjectKind, (object: Fields, complain: (text: string) => void) => unknown>> = {
  Service: readService,
  EndpointSlice: readEndpointSlice,
  Endpoints: readEndpoints,
  Pod: readPod,
  Node: readNode,
};

function isKind(kind: unknown): kind is ObjectKind {
  return typeof kind === 'string' && Object.hasOwn(OBJECT_FIELDS, kind);
}

/** What is read of an object, and what is complained of. */
function read(kind: ObjectKind, object: Fields): unknown {
  const complaints: string[] = [];
  return { value: READERS[kind](object, (text) => complaints.push(text)), complaints };
}

function expectSame(kind: ObjectKind, object: Fields): void {
  const pruned = pruneObject(kind, JSON.parse(JSON.stringify(object)));
  expect(pruned === null ? null : read(kind, pruned)).toEqual(read(kind, object));
}

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['fixtures', '../shared'].map((name) => join(ROOT, name));

/** Every file of API objects below a folder. */
function objectFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:^|\/)(?:services|endpointslices|endpoints|pods|nodes)\.json$/.test(name))
    .map((name) => join(folder, name));
}

async function objectsIn(file: string): Promise<readonly Fields[]> {
  const source = { name: file, bytes: readFileSync(file) };
  const documents = await readDocuments(source, new ProblemList());
  return documents.flatMap((value) => (isFields(value) ? listOf(value.items).filter(isFields) : []));
}

describe('does an object read the same after it was pruned, as from the API server or a redacted capture?', () => {
  it.each(FOLDERS)('every one below %s', { timeout: 300_000 }, async (folder) => {
    const files = objectFiles(folder);
    let count = 0;
    for (const file of files)
      for (const object of await objectsIn(file)) {
        const kind = object.kind ?? kindOfFile(file);
        if (!isKind(kind)) continue;
        expectSame(kind, object);
        count++;
      }
    if (existsSync(folder)) expect(count).toBeGreaterThan(100);
  });

  /** A value of a shape, or anything else; keys that are kept by name are among others. */
  const odd = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('10.0.0.1', 'fd00::1', 'x', '', 'Ready', 'True', 'Pod', 'Always'),
    },
    { weight: 3, arbitrary: fc.constantFrom(80, 0, -1, 70_000, true, false) },
    { weight: 1, arbitrary: fc.constantFrom(null, [], {}, [[]], [{}], ['a', {}, 'b'], { name: 'x' }) },
  );
  const KEYS = [
    'service.kubernetes.io/topology-mode',
    'service.kubernetes.io/topology-aware-hints',
    'example.org/uses-proxy-protocol',
    'service.kubernetes.io/headless',
    'service.kubernetes.io/service-proxy-name',
    'note',
  ];
  const texts = fc.dictionary(fc.constantFrom(...KEYS), fc.oneof(fc.constantFrom('Auto', 'true', ''), odd));

  function ofShape(shape: unknown): fc.Arbitrary<unknown> {
    if (shape === true) return fc.oneof(odd, fc.array(odd, { maxLength: 3 }));
    if (typeof shape === 'function')
      return fc.oneof({ weight: 9, arbitrary: texts }, { weight: 1, arbitrary: odd });
    const record = fc.record(
      Object.fromEntries([
        ...Object.entries(shape as object).map(([key, inner]) => [key, ofShape(inner)]),
        ['unread', odd],
      ]),
      { requiredKeys: [] },
    );
    return fc.oneof(
      { weight: 5, arbitrary: record },
      { weight: 4, arbitrary: fc.array(fc.oneof({ weight: 9, arbitrary: record }, odd), { maxLength: 3 }) },
      { weight: 1, arbitrary: odd },
    );
  }

  it.each(Object.keys(OBJECT_FIELDS).filter(isKind))('any %s, with odd values at any place', (kind) => {
    const fields: fc.Arbitrary<unknown> = fc.record(
      Object.fromEntries(Object.entries(OBJECT_FIELDS[kind]).map(([key, inner]) => [key, ofShape(inner)])),
    );
    fc.assert(
      fc.property(fields, fc.constantFrom('a', 'b'), (value, name) => {
        if (!isFields(value)) return;
        const metadata = { namespace: 'shop', ...(isFields(value.metadata) ? value.metadata : {}), name };
        expectSame(kind, { ...value, metadata });
      }),
      { numRuns: 2000 },
    );
  });

  it('a targetPort that a manifest leaves blank is the port, as the API has it', () => {
    const ports = [{ port: 80, targetPort: null }];
    const service = { metadata: { namespace: 'shop', name: 'web' }, spec: { ports } };
    expectSame('Service', service);
    expect(readService(service, () => {})?.ports[0]?.targetPort).toBe('80');
  });

  it('a Service with annotations keeps those that are read, and no others', () => {
    const annotations = {
      'service.kubernetes.io/topology-mode': 'Auto',
      'service.beta.kubernetes.io/aws-load-balancer-proxy-protocol': '*',
      'kubectl.kubernetes.io/last-applied-configuration': 'SECRET',
      note: 'SECRET',
    };
    const object = { metadata: { name: 'web', annotations }, spec: {} };
    expectSame('Service', object);
    expect(JSON.stringify(pruneObject('Service', object))).not.toContain('SECRET');
    expect(readService(object, () => undefined)?.annotations).toEqual({
      'service.kubernetes.io/topology-mode': 'Auto',
      'service.beta.kubernetes.io/aws-load-balancer-proxy-protocol': '*',
    });
  });
});

function kindOfFile(file: string): string {
  if (file.endsWith('services.json')) return 'Service';
  if (file.endsWith('endpointslices.json')) return 'EndpointSlice';
  if (file.endsWith('endpoints.json')) return 'Endpoints';
  return file.endsWith('pods.json') ? 'Pod' : 'Node';
}

describe('which annotation asks for topology hints?', () => {
  const OLD = 'service.kubernetes.io/topology-aware-hints';
  const MODE = 'service.kubernetes.io/topology-mode';

  it.each([
    [{}, false, false],
    [{ [OLD]: 'Auto' }, true, true],
    [{ [OLD]: 'auto' }, true, true],
    [{ [OLD]: 'AUTO' }, false, true],
    [{ [OLD]: 'Disabled' }, false, false],
    [{ [OLD]: '' }, false, false],
    [{ [MODE]: 'Auto' }, false, true],
    [{ [MODE]: 'PreferZone' }, false, true],
    [{ [MODE]: 'disabled' }, false, false],
    // The old one goes before the new one wherever it is there.
    [{ [OLD]: 'Disabled', [MODE]: 'Auto' }, false, false],
    [{ [OLD]: '', [MODE]: 'Auto' }, false, false],
    [{ [OLD]: 'Auto', [MODE]: 'Disabled' }, true, true],
  ])('%j: before 1.27 %s, since then %s', (annotations, before, since) => {
    expect(asksForHints(annotations, 'old-annotation')).toBe(before);
    expect(asksForHints(annotations, 'annotation')).toBe(since);
  });

  it('and in new names the same is asked for, in words of nobody', () => {
    const key = fc.constantFrom(
      OLD,
      MODE,
      'corp.example/uses-proxy-protocol',
      'lb.example/ProxyProtocol-v2',
      'note',
    );
    const value = fc.constantFrom(
      'Auto',
      'auto',
      'AUTO',
      'Disabled',
      'disabled',
      '',
      'true',
      'false',
      '*',
      'none',
      'SECRET',
    );
    fc.assert(
      fc.property(fc.dictionary(key, value), (annotations) => {
        const neutral = neutralAnnotations(annotations);
        for (const by of ['old-annotation', 'annotation'] as const)
          expect(asksForHints(neutral, by)).toBe(asksForHints(annotations, by));
        expect(asksForProxyProtocol(neutral)).toBe(asksForProxyProtocol(annotations));
        expect(JSON.stringify(neutral)).not.toMatch(/SECRET|example|note/);
      }),
    );
  });
});
