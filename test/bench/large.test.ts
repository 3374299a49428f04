import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { inputOf } from '../../src/cli/input-of.ts';
import { diagnoseTrace } from '../../src/diagnose/trace-diagnosis.ts';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { listServices } from '../../src/explain/list-services.ts';
import { plainQuestion } from '../../src/explain/question/question.ts';
import type { TraceItem } from '../../src/explain/trace-list.ts';
import { CheckContext } from '../../src/findings/context.ts';
import { findAll } from '../../src/findings/registry.ts';
import { ChainTable } from '../../src/iptables/save/chain-table.ts';
import { LazyRules } from '../../src/iptables/save/lazy-rules.ts';
import { LateTexts } from '../../src/kubernetes/late-texts.ts';
import { ObjectReader } from '../../src/nftables/json/object-reader.ts';
import { LazyRules as NftRules } from '../../src/nftables/lazy-rules.ts';
import { nameChains } from '../../src/proxy/chain-names.ts';
import { openCapture } from '../support/open-capture.ts';
import { type GenerateOptions, generateCapture, generateNftCapture } from './generate.ts';

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-large-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const generate = (name: string, options: Partial<GenerateOptions>) =>
  generateCapture(join(folder, name), options);

async function trace(capture: string, destination: string, from = 'pod'): Promise<TraceItem> {
  const { known } = await openCapture(capture);
  const question = {
    ...plainQuestion(destination),
    from,
    detail: 'path' as const,
  };
  const [item] = explainTrace(question, known);
  if (item === undefined) throw new Error('no answer');
  return item;
}

const sum = (item: TraceItem): number => item.outcomes.reduce((all, { probability }) => all + probability, 0);

describe('a generated capture', () => {
  it('is the same for the same options', () => {
    const one = generate('one', { services: 20, named: true });
    const other = generate('other', { services: 20, named: true });
    for (const name of ['iptables-save.txt', 'endpointslices.json', 'ip-route.json']) {
      expect(readFileSync(join(one.folder, name))).toEqual(readFileSync(join(other.folder, name)));
    }
  });

  it('names its Services by hash, with comments and without', async () => {
    for (const large of [true, false]) {
      const { folder: capture } = generate(`named-${large}`, { services: 20, named: true, large });
      const { known } = await openCapture(capture);
      const names = nameChains(known.cluster);
      const items = listServices({ ...known, names });
      expect(items.map(({ namedBy }) => namedBy)).toEqual(items.map(() => 'hash'));
      expect(new Set(items.map(({ name }) => name)).size).toBe(20);
    }
  });
});

describe('a large node', () => {
  it('parses only the rules that the packet meets, not the 80,000 others, and makes only its chains', async () => {
    const { folder: capture, address, rules } = generate('many', { services: 2000 });
    expect(rules).toBeGreaterThan(80_000);
    const at = vi.spyOn(LazyRules.prototype, 'at');
    // Asked once for each chain that is made.
    const cutOf = vi.spyOn(ChainTable.prototype, 'cutOf');
    const item = await trace(capture, `${address}:80`);
    const asked = at.mock.calls.length;
    const made = cutOf.mock.calls.length;
    at.mockRestore();
    cutOf.mockRestore();
    expect(item.outcomes).toHaveLength(10);
    expect(asked).toBeLessThan(500);
    expect(made).toBeGreaterThan(10);
    expect(made).toBeLessThan(100);
  });

  it('of 10,000 pods and their endpoints makes those alone that it names', async () => {
    const { folder: capture, address } = generate('pods', { services: 1000, named: true });
    const made = vi.spyOn(LateTexts.prototype, 'objectAt');
    const item = await trace(capture, `${address}:80`);
    const asked = made.mock.calls.length;
    made.mockRestore();
    expect(item.outcomes).toHaveLength(10);
    expect(item.outcomes.every(({ endpoint }) => endpoint?.pod != null)).toBe(true);
    // The pods of the node are among them: the sender is one.
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(300);
  });

  it('looks for the cause among the chains and objects of the Service alone', async () => {
    const { folder: capture, address } = generate('cause', { services: 1000, named: true });
    const { capture: opened, known } = await openCapture(capture);
    const input = await inputOf(opened, known);
    const items = explainTrace(plainQuestion(`${address}:80`), known);
    const at = vi.spyOn(LazyRules.prototype, 'at');
    const made = vi.spyOn(LateTexts.prototype, 'objectAt');
    const { causes } = diagnoseTrace(items, input);
    const asked = at.mock.calls.length;
    const objects = made.mock.calls.length;
    at.mockRestore();
    made.mockRestore();
    expect(causes).toEqual([]);
    // There are 40,000 rules, and 10,000 pods with their endpoints; some rules are asked for by several findings.
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(5000);
    expect(objects).toBeLessThan(100);
  });

  it('is checked without making the pods of other nodes', async () => {
    const { folder: capture } = generate('checked', { services: 300, named: true });
    const { capture: opened, known } = await openCapture(capture);
    const made = vi.spyOn(LateTexts.prototype, 'objectAt');
    const found = findAll(new CheckContext(await inputOf(opened, known)));
    const pods = made.mock.contexts.filter(
      (texts) => texts instanceof LateTexts && texts.kind === 'Pod',
    ).length;
    made.mockRestore();
    expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(pods).toBeGreaterThan(10);
    expect(pods).toBeLessThan(1000);
    expect(known.cluster.pods?.length).toBe(3000);
  });

  it('in nftables mode reads the chains of the Service alone that the packet is for', async () => {
    const { folder: capture, address } = generateNftCapture(join(folder, 'native'), { services: 300 });
    const at = vi.spyOn(NftRules.prototype, 'at');
    // Asked once for each chain and rule that is made, and each set.
    const read = vi.spyOn(ObjectReader.prototype, 'read');
    const item = await trace(capture, `${address}:80`);
    const asked = at.mock.calls.length;
    const made = read.mock.calls.length;
    at.mockRestore();
    read.mockRestore();
    expect(item.outcomes).toHaveLength(10);
    // There are 6,600 of Services, in 3,300 chains.
    expect(asked).toBeLessThan(500);
    expect(made).toBeGreaterThan(30);
    expect(made).toBeLessThan(150);
  });

  it('gives 5,000 endpoints 5,000 equal shares', async () => {
    const options = { services: 1, endpoints: 5000, secondPort: 0, nodePort: 0, affinity: 0 };
    const item = await trace(generate('wide', options).folder, '10.96.0.0:80');
    expect(item.outcomes).toHaveLength(5000);
    expect(new Set(item.outcomes.map(({ destination }) => destination.address)).size).toBe(5000);
    expect(sum(item)).toBeCloseTo(1, 9);
    for (const { probability } of item.outcomes) expect(probability * 5000).toBeCloseTo(1, 3);
  });

  it('tells of session affinity among 2,000 endpoints without repeating each list in each answer', async () => {
    const options = { services: 1, endpoints: 2000, secondPort: 0, nodePort: 0, affinity: 1 };
    const item = await trace(generate('sticky', options).folder, '10.96.0.0:80');
    // Each endpoint once for the client that it has seen, and once for one that none has seen.
    expect(item.outcomes).toHaveLength(4000);
    expect(Math.max(...item.outcomes.map(({ given }) => given.length))).toBeLessThanOrEqual(3);
    const unseen = item.outcomes.filter(({ probability }) => probability < 1);
    expect(unseen).toHaveLength(2000);
    expect(unseen[0]?.given[0]?.text).toMatch(/was not entered in .* nor in the next 1999 lists/);
    expect(unseen.reduce((all, { probability }) => all + probability, 0)).toBeCloseTo(1, 9);
    // What holds for all of those is told once.
    expect(new Set(unseen.map(({ given }) => given)).size).toBe(1);
  });

  it('makes no text of an answer that there is no other to hold against', async () => {
    const options = { services: 1, endpoints: 300, secondPort: 0, nodePort: 0, affinity: 0 };
    const { folder: capture } = generate('answers', options);
    const texts = vi.spyOn(JSON, 'stringify');
    const item = await trace(capture, '10.96.0.0:80');
    const made = texts.mock.calls.length;
    texts.mockRestore();
    expect(item.outcomes).toHaveLength(300);
    expect(item.outcomes.every(({ connection }) => connection !== null)).toBe(true);
    expect(made).toBeLessThan(100);
  });
});
