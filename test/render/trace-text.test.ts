import { describe, expect, it } from 'vitest';
import type { Note, ServiceRef } from '../../src/explain/explanation.ts';
import type { GivenItem, OutcomeItem, Remark, TraceItem, TraceList } from '../../src/explain/trace-list.ts';
import { groupOutcomes } from '../../src/render/trace/outcome-groups.ts';
import { renderTraceText } from '../../src/render/trace-text.ts';
import { renderBothWays } from '../support/in-colour.ts';

const note = (text: string, code = 'test'): Note => ({ code, text, settle: null });
const remark = (text: string, more: Partial<Remark> = {}): Remark => ({
  ...note(text),
  effect: 'breaks',
  about: null,
  ...more,
});
const SERVICE: ServiceRef = {
  namespace: 'shop',
  name: 'web',
  port: '',
  via: 'clusterIP',
  namedBy: 'comment',
};

function outcome(more: Partial<OutcomeItem> = {}): OutcomeItem {
  return {
    probability: 1,
    given: [],
    service: null,
    verdict: 'accept',
    decidedBy: null,
    reason: null,
    rejectWith: null,
    destination: { address: '10.244.1.11', port: 8080 },
    source: { address: '10.244.1.13', port: null, rewrite: 'none' },
    direction: 'original',
    exit: { kind: 'interface', name: 'cni0', nextHop: null },
    endpoint: null,
    remarks: [],
    path: [],
    connection: null,
    turns: [],
    ...more,
  };
}

function text(
  outcomes: readonly OutcomeItem[],
  width: number | null = null,
  more: Partial<TraceItem> = {},
): string {
  const item: TraceItem = {
    vantage: 'pod',
    from: 'pod shop/client-a',
    packet: {
      family: 'ipv4',
      protocol: 'tcp',
      source: { address: '10.244.1.13', port: null },
      destination: { address: '10.96.0.1', port: 80 },
      entersAt: 'PREROUTING',
      inInterface: 'cni0',
      state: 'NEW',
      mark: '0x0',
    },
    service: null,
    steps: [],
    outcomes,
    connection: null,
    assumptions: [],
    misses: [],
    flow: null,
    flows: null,
    ...more,
  };
  const list: TraceList = {
    apiVersion: 'kp-explain/v1',
    kind: 'TraceList',
    capture: { origin: 'x', node: null, takenAt: null, proxyMode: 'iptables', backends: [] },
    problems: [],
    items: [item],
  };
  return renderBothWays((colours) => renderTraceText(list, { detail: 'answer', width, colours }));
}

/** `a` is the answer yes to question a, `not a` the answer no. */
function condition(text_: string, code = 'x'): GivenItem {
  const name = text_.replace(/^not /, '');
  const number = NUMBERS.get(name) ?? NUMBERS.size;
  NUMBERS.set(name, number);
  return { ...note(text_, code), question: number, held: !text_.startsWith('not '), joined: 0 };
}

const NUMBERS = new Map<string, number>();

describe('conditions under which all ends alike', () => {
  const given = (...texts: string[]): OutcomeItem => outcome({ given: texts.map((each) => condition(each)) });

  it('are not told where they are all there is', () => {
    expect(groupOutcomes([given('a'), given('b')])).toMatchObject([{ given: [], cases: [] }]);
    expect(text([given('a'), given('b')])).not.toContain('if ');
  });

  it('are told as cases where something else happens otherwise', () => {
    const other = outcome({
      given: [condition('all'), condition('c')],
      verdict: 'drop',
      reason: note('no route'),
    });
    const out = text([given('all', 'a'), given('all', 'b'), other]);
    expect(out).toContain('  if all\n  if a\n  or if b\n  ACCEPT to 1 endpoint');
    expect(out).toContain('  if all\n  if c\n  DROP: no route');
  });

  it('lose what is only the other way round, and session affinity where all are refused', () => {
    const out = text([
      given('a', 'b'),
      outcome({ given: [condition('a'), condition('not b')], verdict: 'drop', reason: note('x') }),
      given('not a'),
    ]);
    expect(out).toContain('  if b\n  or if not a\n  ACCEPT');
    const seen = (text_: string): OutcomeItem =>
      outcome({ given: [condition(text_, 'recent')], verdict: 'drop', reason: note('no way') });
    const refused = text([seen('in A'), seen('in B'), seen('not in A')]);
    expect(refused).toContain('(10.244.1.13)\n  DROP: no way\n');
    expect(refused.match(/DROP/g)).toHaveLength(1);
  });

  it('are told apart where shares differ', () => {
    const half = (address: string, when: string, probability: number): OutcomeItem =>
      outcome({ probability, given: [condition(when)], destination: { address, port: 80 } });
    const groups = groupOutcomes([
      half('10.0.0.1', 'a', 0.5),
      half('10.0.0.2', 'a', 0.5),
      half('10.0.0.1', 'b', 0.9),
      half('10.0.0.2', 'b', 0.1),
    ]);
    expect(groups).toHaveLength(2);
  });

  it('are told apart where the Service differs', () => {
    const out = text([
      outcome({ given: [condition('a')], service: SERVICE }),
      outcome({ given: [condition('b')], service: { ...SERVICE, name: 'api' } }),
    ]);
    expect(out.split('\n')[0]).toBe(
      '10.96.0.1:80/tcp may be one of several Services, as the rules here leave open: shop/web (cluster IP, named by a rule comment), shop/api (cluster IP, named by a rule comment)',
    );
    expect(out).toContain('  if a\n  it is shop/web\n  ACCEPT');
    expect(out).toContain('  if b\n  it is shop/api\n  ACCEPT');
  });
});

describe('remarks', () => {
  it('about every outcome stand under the verdict, the others under the endpoints', () => {
    const out = text([
      outcome({ probability: 0.5, remarks: [remark('all of it'), remark('the first', { code: 'some' })] }),
      outcome({
        probability: 0.5,
        destination: { address: '10.0.0.9', port: 1 },
        remarks: [remark('all of it')],
      }),
    ]);
    expect(out).toMatch(/ACCEPT .*\n {2}but all of it\n {2}share .*\n.*\n.*\n {2}but the first\n/);
  });

  it('that differ in their end become one, and many are counted', () => {
    const about = ['a:1', 'b:1', 'c:1', 'd:1', 'e:1'];
    const out = text(
      about.map((each, index) =>
        outcome({
          probability: 0.2,
          destination: { address: `10.0.0.${index}`, port: 1 },
          remarks: [
            remark(`stale, and not ${each}`, { about: each }),
            remark(`far ${each}`, { code: 'far' }),
          ],
        }),
      ),
    );
    expect(out).toContain('  but stale, and not a:1, b:1, c:1 and 2 more\n');
    expect(out).toContain(
      '  but far a:1\n  but far b:1\n  but far c:1\n  … and 2 more like this (-o json lists all)\n',
    );
  });

  it('that break nothing, or explain a DROP, need no but', () => {
    expect(text([outcome({ remarks: [remark('by design', { effect: 'none' })] })])).toContain(
      '\n  by design\n',
    );
    expect(text([outcome({ verdict: 'drop', reason: note('x'), remarks: [remark('since')] })])).toContain(
      '\n  since\n',
    );
  });

  it('are escaped', () => {
    expect(text([outcome({ remarks: [remark('a\u001b[31mb')] })])).not.toContain('\u001b');
  });
});

describe('other ends than an endpoint', () => {
  it("kube-proxy's own port (userspace mode)", () => {
    const remarks = [remark('dials', { code: 'userspace-proxy', effect: 'none' })];
    const out = text([
      outcome({ remarks, exit: { kind: 'local' }, destination: { address: '10.244.1.1', port: 43567 } }),
    ]);
    expect(out).toContain("ACCEPT to kube-proxy's own port 43567 on this node");
    expect(out).not.toContain('endpoint');
  });

  it('an answer goes back to the client', () => {
    const out = text([outcome({ direction: 'reply' })]);
    expect(out).toContain('ACCEPT back to the client, 10.244.1.11:8080');
    expect(out).not.toContain('endpoint');
  });
});

describe('width', () => {
  const long = 'word '.repeat(60).trim();
  const item = { assumptions: [{ ...note(long), settle: 'capture it' }] };
  const all = [
    outcome({ remarks: [remark(long)], given: [condition(`x ${long}`)] }),
    outcome({ verdict: 'drop', reason: note(long) }),
  ];

  it.each([40, 80, 120])('no line is longer than %d columns', (width) => {
    const lines = text(all, width, item).split('\n');
    expect(lines.filter((line) => line.length > width && !/share|10\.244/.test(line))).toEqual([]);
  });

  it('nothing is lost by it', () => {
    const words = (out: string): string[] => out.split(/\s+/);
    expect(words(text(all, 50, item))).toEqual(words(text(all, null, item)));
  });

  it('without a terminal every sentence is one line', () => {
    expect(text(all, null, item)).toContain(`\n  but ${long}\n`);
  });
});
