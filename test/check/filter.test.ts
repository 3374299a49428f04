import { describe, expect, it } from 'vitest';
import { filterFindings } from '../../src/check/filter.ts';
import type { Finding } from '../../src/findings/finding.ts';

const finding = (code: string, severity: Finding['severity'], ...objects: string[]): Finding => ({
  code,
  severity,
  message: `${code} message`,
  service: null,
  objects,
  hits: 'everybody',
  evidence: [],
  advice: 'none',
  command: null,
  certainty: 'certain',
});

const ALL = { least: 'info', only: null, allowances: [] } as const;
const allow = (code: string, object: string | null = null) => ({ code, object, reason: 'known' });

describe('which findings are reported', () => {
  const found = [
    finding('KP102', 'error', 'shop/a', 'shop/b'),
    finding('KP117', 'warning', 'interface eth0'),
    finding('KP104', 'info', 'shop/c'),
  ];

  it('all of them by default', () => {
    expect(filterFindings(found, ALL).findings).toEqual(found);
  });

  it('those at least as bad as asked for', () => {
    expect(filterFindings(found, { ...ALL, least: 'warning' }).findings.map(({ code }) => code)).toEqual([
      'KP102',
      'KP117',
    ]);
    expect(filterFindings(found, { ...ALL, least: 'error' }).findings.map(({ code }) => code)).toEqual([
      'KP102',
    ]);
  });

  it('those with the codes asked for', () => {
    expect(
      filterFindings(found, { ...ALL, only: new Set(['KP117']) }).findings.map(({ code }) => code),
    ).toEqual(['KP117']);
  });

  it('a code without object leaves out every finding of that code', () => {
    const { findings, allowed } = filterFindings(found, { ...ALL, allowances: [allow('KP102')] });
    expect(findings.map(({ code }) => code)).toEqual(['KP117', 'KP104']);
    expect(allowed).toEqual([
      { code: 'KP102', objects: ['shop/a', 'shop/b'], message: 'KP102 message', reason: 'known' },
    ]);
  });

  it('one Service of two leaves the other reported', () => {
    const { findings, allowed } = filterFindings(found, { ...ALL, allowances: [allow('KP102', 'shop/a')] });
    expect(findings[0]?.objects).toEqual(['shop/b']);
    expect(allowed).toEqual([]);
  });

  it('every Service of it leaves nothing, also by a pattern', () => {
    expect(
      filterFindings(found, { ...ALL, allowances: [allow('KP102', 'shop/a'), allow('KP102', 'shop/b')] })
        .findings,
    ).toHaveLength(2);
    expect(filterFindings(found, { ...ALL, allowances: [allow('KP102', 'shop/*')] }).findings).toHaveLength(
      2,
    );
    expect(
      filterFindings(found, { ...ALL, allowances: [allow('KP102', '*/a')] }).findings[0]?.objects,
    ).toEqual(['shop/b']);
  });

  it('a finding without Services goes by its first object', () => {
    expect(
      filterFindings(found, { ...ALL, allowances: [allow('KP117', 'interface eth0')] }).findings,
    ).toHaveLength(2);
    expect(
      filterFindings(found, { ...ALL, allowances: [allow('KP117', 'interface eth1')] }).findings,
    ).toHaveLength(3);
  });

  it('a finding about a Service goes by the Service, not by the pods it names', () => {
    const one = [finding('KP101', 'error', 'shop/a', 'pod shop/a-1')];
    expect(filterFindings(one, { ...ALL, allowances: [allow('KP101', 'shop/a')] }).findings).toEqual([]);
    const pod = [finding('KP129', 'error', 'pod shop/a-1', 'shop/a', 'shop/b')];
    expect(filterFindings(pod, { ...ALL, allowances: [allow('KP129', 'pod shop/a-1')] }).findings).toEqual(
      [],
    );
    expect(filterFindings(pod, { ...ALL, allowances: [allow('KP129', 'shop/a')] }).findings).toHaveLength(1);
  });

  it('a finding whose rule stands first goes by that rule, or by all of its Services', () => {
    const one = [finding('KP107', 'error', 'chain FORWARD', 'shop/a', 'shop/b')];
    expect(filterFindings(one, { ...ALL, allowances: [allow('KP107', 'chain FORWARD')] }).findings).toEqual(
      [],
    );
    expect(filterFindings(one, { ...ALL, allowances: [allow('KP107', 'shop/*')] }).findings).toEqual([]);
    expect(filterFindings(one, { ...ALL, allowances: [allow('KP107', 'shop/a')] }).findings).toHaveLength(1);
  });

  it('another code is not meant', () => {
    expect(filterFindings(found, { ...ALL, allowances: [allow('KP103', 'shop/a')] }).findings).toEqual(found);
  });

  it('allowances that nothing needed are told apart', () => {
    const needed = allow('KP104', 'shop/c');
    const idle = allow('KP104', 'shop/x');
    expect(filterFindings(found, { ...ALL, allowances: [needed, idle] }).unused).toEqual([idle]);
  });

  it('a pattern of many stars takes no time', () => {
    const start = performance.now();
    filterFindings([finding('KP102', 'error', `shop/${'a'.repeat(5000)}`)], {
      ...ALL,
      allowances: [allow('KP102', `${'*a'.repeat(2000)}b`)],
    });
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
