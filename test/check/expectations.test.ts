import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KEYS, nearestKey } from '../../src/check/expectations/keys.ts';
import { parseExpectations } from '../../src/check/expectations/parse-expectations.ts';

const CODES = new Set(['KP102', 'KP104']);
const HEAD = 'apiVersion: kp-explain/v1\nkind: Expectations\n';
const parse = (text: string) => parseExpectations(text, 'expect.yaml', CODES);
const mistakes = (text: string) => parse(text).mistakes.map(({ line, message }) => `${line}: ${message}`);

describe('what does expect.yaml say', () => {
  it('reads packets, statements about flows, and allowed findings', () => {
    const { expectations, mistakes: wrong } = parse(`${HEAD}packets:
  - name: a
    from: pod
    to: shop/web
    protocol: tcp
    sourcePort: 4000
    expect: { verdict: accept, endpoints: [shop/web-a1, "10.0.0.1:80"], masquerade: false, through: [A], notThrough: [B] }
conntrack:
  - service: shop/udp
    stale: false
    most: 3
findings:
  allow:
    - { code: KP104, object: shop/*, reason: known }
`);
    expect(wrong).toEqual([]);
    expect(expectations).toEqual({
      file: 'expect.yaml',
      packets: [
        {
          name: 'a',
          line: 4,
          from: 'pod',
          to: 'shop/web',
          protocol: 'tcp',
          sourcePort: 4000,
          verdict: 'accept',
          endpoints: ['shop/web-a1', '10.0.0.1:80'],
          masquerade: false,
          through: ['A'],
          notThrough: ['B'],
        },
      ],
      conntrack: [{ name: 'flows of shop/udp', line: 11, service: 'shop/udp', stale: false, most: 3 }],
      allow: [{ line: 16, code: 'KP104', object: 'shop/*', reason: 'known' }],
    });
  });

  it('an empty list of endpoints is a statement, an absent one is none', () => {
    const packet = (rest: string) => `${HEAD}packets: [{ name: a, from: pod, to: b/c, expect: { ${rest} } }]`;
    expect(parse(packet('endpoints: []')).expectations.packets[0]?.endpoints).toEqual([]);
    expect(parse(packet('verdict: drop')).expectations.packets[0]?.endpoints).toBeNull();
  });
});

describe('a mistake is told with its line', () => {
  const packet = (rest: string) => `${HEAD}packets:\n  - name: a\n    from: pod\n    to: b/c\n${rest}`;

  it.each([
    [
      'a mistyped key',
      packet('    expect:\n      verdikt: accept\n'),
      '8: expect has no key "verdikt"; did you mean verdict?',
    ],
    [
      'an unknown key',
      packet('    expect:\n      verdict: drop\n    color: red\n'),
      '9: a packet has no key "color"; known are name, from, to, protocol, sourcePort, expect',
    ],
    [
      'an unknown verdict',
      packet('    expect:\n      verdict: allow\n'),
      '8: verdict must be accept or drop or reject',
    ],
    [
      'text for a flag',
      packet('    expect:\n      masquerade: "no"\n'),
      '8: masquerade must be true or false',
    ],
    [
      'one endpoint that is no list',
      packet('    expect:\n      endpoints: shop/a\n'),
      '8: endpoints must be a list',
    ],
    ['a packet without expect', packet(''), '4: packet "a" needs expect'],
    ['an empty expect', packet('    expect: {}\n'), '4: packet "a": expect says nothing'],
    [
      'a packet without name',
      `${HEAD}packets:\n  - from: pod\n    to: a/b\n    expect: { verdict: drop }\n`,
      '4: a packet needs name',
    ],
    [
      'a name twice',
      `${packet('    expect: { verdict: drop }\n')}  - { name: a, from: pod, to: x/y, expect: { verdict: drop } }\n`,
      '8: a packet named "a" stands above already',
    ],
    [
      'another version',
      'apiVersion: v2\nkind: Expectations\n',
      '1: the file must begin with apiVersion: kp-explain/v1',
    ],
    ['another kind', 'apiVersion: kp-explain/v1\nkind: Service\n', '2: kind must be Expectations'],
    [
      'no finding of that code',
      `${HEAD}findings:\n  allow:\n    - code: KP999\n      reason: x\n`,
      '5: no finding has the code KP999',
    ],
    [
      'an allowed finding without reason',
      `${HEAD}findings:\n  allow:\n    - code: KP104\n`,
      '5: allowed finding KP104 needs reason',
    ],
    [
      'a Service without namespace',
      `${HEAD}conntrack:\n  - service: web\n    stale: false\n`,
      '4: "web" is not NAMESPACE/SERVICE',
    ],
    [
      'a conntrack statement that says nothing',
      `${HEAD}conntrack:\n  - service: a/b\n`,
      '4: a conntrack statement needs stale or most',
    ],
    [
      'stale flows as an expectation',
      `${HEAD}conntrack:\n  - service: a/b\n    stale: true\n`,
      '5: stale can only be false: that flows are stale is nothing to expect',
    ],
    [
      'a list for a mapping',
      '- a\n',
      '1: the file must be a mapping with the keys apiVersion, kind, packets, conntrack, findings',
    ],
  ])('%s', (_, text, message) => {
    expect(mistakes(text)).toContain(message);
  });

  it('YAML that cannot be read', () => {
    expect(mistakes(`${HEAD}packets: [\n`)[0]).toMatch(/^\d+: not YAML: /);
  });

  it('a file that expands itself is no way to fill the memory', () => {
    const bomb = `${HEAD}a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\npackets: *c\n`;
    expect(mistakes(bomb).length).toBeGreaterThan(0);
  });

  it('a file that is empty, or not text at all', () => {
    expect(mistakes('')).toHaveLength(1);
    expect(mistakes('\u0000\u0001\u0002').length).toBeGreaterThan(0);
  });
});

describe('the schema for editors', () => {
  const schema: {
    properties: object;
    definitions: Record<string, { properties: object }>;
  } = JSON.parse(readFileSync(join(import.meta.dirname, '../../schema/expect.schema.json'), 'utf8'));

  it('knows the keys that the program knows', () => {
    expect(Object.keys(schema.properties)).toEqual([...KEYS.document]);
    for (const part of ['packet', 'expect', 'conntrack', 'findings', 'allow'] as const)
      expect(Object.keys(schema.definitions[part]?.properties ?? {}), part).toEqual([...KEYS[part]]);
  });
});

describe('which key was meant', () => {
  it.each([
    ['endpoint', 'endpoints'],
    ['notthrough', 'notThrough'],
    ['masqurade', 'masquerade'],
    ['verdict ', 'verdict'],
  ])('%s is like %s', (typed, key) => {
    expect(nearestKey(typed, KEYS.expect)).toBe(key);
  });

  it('nothing is like a word of its own', () => {
    expect(nearestKey('temperature', KEYS.expect)).toBeNull();
    expect(nearestKey('x'.repeat(100_000), KEYS.expect)).toBeNull();
  });
});
