import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WhyReport } from '../../src/diagnose/why-report.ts';
import { run } from '../cli/run-main.ts';
import { type Edit, withAltered } from '../findings/altered-capture.ts';

/** What `why` says of a fixture without one of its files. */
async function why(service: string, fixture: string, ...without: readonly string[]): Promise<WhyReport> {
  return await withAltered(
    [],
    async (folder) => {
      for (const file of without) rmSync(join(folder, file));
      const { out, err } = await run(['why', service, '-o', 'json', '-f', folder]);
      if (out === '') throw new Error(err);
      return JSON.parse(out);
    },
    fixture,
  );
}

const told = ({ causes }: WhyReport) =>
  causes.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);

describe('Is what was only not captured an error of the Service?', () => {
  it.each([
    ['shop/web', 'iptables-save.txt', 'ipv4', 'iptables-save'],
    ['shop/v6only', 'ip6tables-save.txt', 'ipv6', 'ip6tables-save'],
  ])('no: %s without %s', async (service, file, family, program) => {
    const report = await why(service, 'demo', file);
    expect(report.verdict).toBe('unknown');
    expect(told(report)).toEqual([
      `warning rules-not-captured: the ${family} rules were not captured: whether one takes the packet or rewrites it is unknown`,
    ]);
    expect(report.causes[0]).toMatchObject({ advice: `capture \`${program} -c\``, evidence: [] });
  });

  it('nor where the file is there, and empty', async () => {
    const empty: Edit = ['iptables-save.txt', () => ''];
    const { out } = await withAltered(
      [empty],
      async (folder) => await run(['why', 'shop/web', '-f', folder]),
    );
    expect(out).toContain('UNKNOWN whether it works\n');
    expect(out).not.toMatch(/ERROR|does not know what|holds no chain/);
  });

  it('but the rules of all Services are gone where they were captured', async () => {
    const wiped: Edit = ['iptables-save.txt', () => '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n'];
    const { out } = await withAltered(
      [wiped],
      async (folder) => await run(['why', 'shop/web', '-f', folder]),
    );
    expect(out).toMatch(/^ERROR /m);
  });

  it.each([
    ['iptables-save.txt', /the ipv4 rules were not captured/],
    ['ipset.txt', /the members of its sets were not captured/],
  ])('of IPVS without %s, which masquerades what a process asks its own node', async (file, lacking) => {
    const report = await why('shop/web', 'ipvs', file);
    expect(report.verdict).toBe('unknown');
    expect(told(report).filter((text) => text.startsWith('error'))).toEqual([]);
    const { out } = await withAltered(
      [],
      async (folder) => {
        rmSync(join(folder, file));
        return await run(['trace', 'shop/web', '--from', 'node', '-o', 'json', '-f', folder]);
      },
      'ipvs',
    );
    const remarks: { code: string; effect: string; text: string; settle: string | null }[] = JSON.parse(
      out,
    ).items.flatMap(({ outcomes }: { outcomes: { remarks: unknown[] }[] }) =>
      outcomes.flatMap((outcome) => outcome.remarks),
    );
    const asItself = remarks.filter(({ code }) => code === 'answers-to-own-node');
    expect(asItself.length).toBeGreaterThan(0);
    for (const { effect, text } of asItself) {
      expect(effect).toBe('may-break');
      expect(text).toMatch(lacking);
    }
  });

  it('yes of IPVS where the rules are there and none masquerades it', async () => {
    const unmasqueraded: Edit = [
      'iptables-save.txt',
      (text) => text.replaceAll(/^.*-j MASQUERADE.*\n/gm, ''),
    ];
    const { out } = await withAltered(
      [unmasqueraded],
      async (folder) => await run(['trace', 'shop/web', '--from', 'node', '-f', folder]),
      'ipvs',
    );
    expect(out).toContain('the answer does not come back, as nothing masquerades the packet');
  });
});
