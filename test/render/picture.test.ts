import { describe, expect, it } from 'vitest';
import type { OutcomeItem, StepItem, TraceItem, TraceList } from '../../src/explain/trace-list.ts';
import { drawTrace } from '../../src/render/picture/draw.ts';
import { layOut } from '../../src/render/picture/layout.ts';
import type { Picture } from '../../src/render/picture/picture.ts';
import { run } from '../cli/run-main.ts';
import { fanOf } from './fan.ts';

async function items(line: string, stdin = ''): Promise<readonly TraceItem[]> {
  const { out } = await run([...line.split(' '), '-o', 'json'], { stdin });
  return (JSON.parse(out) as TraceList).items;
}

async function first(line: string, stdin = ''): Promise<TraceItem> {
  const [item] = await items(line, stdin);
  if (item === undefined) throw new Error('nothing was traced');
  return item;
}

const titles = ({ boxes }: Picture) => boxes.map(({ title }) => title);

describe('what does a picture show of a trace?', () => {
  it('chains as boxes at their hooks, calls that come back inside their callers, ends', async () => {
    const picture = drawTrace(await first('trace shop/web --demo --from pod'));
    const hooks = (way: 'request' | 'answer') =>
      picture.columns.filter(({ direction }) => direction === way).map(({ label }) => label);
    expect(hooks('request')).toEqual(['PREROUTING', 'FORWARD', 'POSTROUTING']);
    // conntrack translates the answer back: no table of nat is asked at its POSTROUTING.
    expect(hooks('answer')).toEqual(['PREROUTING', 'FORWARD']);
    const forward = picture.boxes.find(
      ({ title, subtitle }) => title === 'FORWARD' && subtitle.startsWith('filter'),
    );
    expect(forward?.asides.map(({ title }) => title)).toEqual([
      'KUBE-PROXY-FIREWALL',
      'KUBE-FORWARD',
      'KUBE-SERVICES',
      'KUBE-EXTERNAL-SERVICES',
    ]);
    expect(titles(picture)).toEqual(expect.arrayContaining(['10.244.1.11:8080', '10.244.2.11:8080']));
  });

  it('shares as widths: what comes into a box goes out of it', async () => {
    const picture = drawTrace(await first('trace shop/web --demo --from pod'));
    for (const { id, kind, title } of picture.boxes) {
      const sum = (of: 'from' | 'to') =>
        picture.ribbons
          .filter((ribbon) => ribbon[of] === id && !ribbon.returns)
          .reduce((all, { share }) => all + share, 0);
      if (kind === 'chain') expect(sum('to'), title).toBeCloseTo(sum('from'), 9);
    }
    const end = picture.ribbons.filter(({ to }) => picture.boxes.find(({ id }) => id === to)?.kind === 'end');
    expect(end.reduce((all, { share }) => all + share, 0)).toBeCloseTo(1, 9);
  });

  it('the rule that decides, of every trace', async () => {
    for (const item of await items('trace node:30081 --demo')) {
      const all = drawTrace(item).boxes.flatMap((box) => [box, ...box.asides]);
      const decided = item.outcomes.flatMap(({ decidedBy }) => (decidedBy === null ? [] : [decidedBy]));
      expect(new Set(all.flatMap(({ decides }) => decides))).toEqual(new Set(decided));
    }
  });

  it('no two boxes at one place', async () => {
    for (const item of await items('trace shop/web-sticky --demo')) {
      const { boxes } = layOut(drawTrace(item));
      for (const [index, one] of boxes.entries())
        for (const other of boxes.slice(index + 1)) {
          const apart =
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y;
          expect(apart, `${one.box.title} and ${other.box.title}`).toBe(true);
        }
    }
  });
});

describe('is a large fan folded, and nothing lost by it?', () => {
  it('5,000 endpoints are eight, and one that stands for the rest', async () => {
    const picture = drawTrace(await first('trace 10.96.0.1:80 --from 10.244.99.9 -f -', fanOf(5000)));
    expect(picture.ways.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
    expect(picture.ways.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    expect(picture.ways).toHaveLength(9);
    expect(titles(picture)).toContain('4992 more');
    expect(titles(picture)).toContain('4992 more chains');
  });

  it('nine are not: one box more would say less', async () => {
    const picture = drawTrace(await first('trace 10.96.0.1:80 --from 10.244.99.9 -f -', fanOf(9)));
    expect(picture.ways.every(({ count }) => count === 1)).toBe(true);
  });
});

describe('is a fan with session affinity folded, too?', () => {
  it('there is one condition, and each side of it adds up to 1', async () => {
    const picture = drawTrace(await first('trace 10.96.0.1:80 --from 10.244.99.9 -f -', fanOf(60, true)));
    expect(picture.questions.map(({ yes, no }) => [yes, no])).toEqual([
      [
        'the client has an endpoint already (session affinity)',
        'the client has no endpoint yet (session affinity)',
      ],
    ]);
    expect(picture.ways.length).toBeLessThan(25);
    for (const held of [true, false]) {
      const side = picture.ways.filter(({ given }) => given.some((one) => one.held === held));
      expect(side.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
      expect(side.reduce((sum, { count }) => sum + count, 0)).toBe(60);
    }
  });
});

describe('where a connection crosses nodes', () => {
  const step = (id: number, hook: string, chain: string): StepItem => ({
    id,
    hook,
    backend: 'iptables-nft',
    table: 'filter',
    chain,
    rule: null,
    file: null,
    line: null,
    text: null,
    action: 'accept',
    target: null,
    note: null,
  });

  it('nodes are lanes, and the answer’s way back has columns of its own', async () => {
    const item = await first('trace shop/web --demo --from pod');
    const [outcome] = item.outcomes;
    const steps = [step(0, 'FORWARD', 'FORWARD'), step(1, 'INPUT', 'INPUT'), step(2, 'OUTPUT', 'OUTPUT')];
    const connection = {
      sees: 'times-out' as const,
      share: 1,
      reason: { code: 'lost', text: 'node-2 drops it', settle: null },
      legs: [
        { node: 'node-1', direction: 'request', enters: null, leaves: null, path: [0] },
        { node: 'node-2', direction: 'request', enters: null, leaves: null, path: [1] },
        { node: 'node-2', direction: 'answer', enters: null, leaves: null, path: [2] },
      ],
    };
    const joined = {
      ...outcome,
      probability: 1,
      given: [],
      decidedBy: 1,
      connection,
    } as unknown as OutcomeItem;
    const picture = drawTrace({ ...item, steps, outcomes: [joined] });
    expect(picture.lanes).toEqual(['node-1', 'node-2']);
    expect(picture.columns).toEqual([
      { label: 'FORWARD', direction: 'request' },
      { label: 'INPUT', direction: 'request' },
      { label: 'OUTPUT', direction: 'answer' },
    ]);
    const end = picture.boxes.find(({ kind }) => kind === 'end');
    expect([end?.tone, end?.subtitle]).toEqual(['bad', 'times out: node-2 drops it']);
    const { lanes, boxes } = layOut(picture);
    const [upper, lower] = lanes;
    expect(boxes.find(({ box }) => box.title === 'INPUT')?.y).toBeGreaterThan(
      (upper?.y ?? 0) + (upper?.height ?? 0),
    );
    expect(lower?.node).toBe('node-2');
  });
});
