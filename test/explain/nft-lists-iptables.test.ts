import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';

const DEMO = join(import.meta.dirname, '../../fixtures/demo');
/** Without dumps of iptables; nft lists what iptables-nft wrote, as it does: without what matches and targets ask. */
const alone = mkdtempSync(join(tmpdir(), 'kp-explain-xt-'));
/** With the dump of IPv4 besides. */
const saved = mkdtempSync(join(tmpdir(), 'kp-explain-xt-saved-'));
afterAll(() => {
  for (const folder of [alone, saved]) rmSync(folder, { recursive: true, force: true });
});

const at = (table: string) => ({ family: 'ip', table });
const hook = (table: string, name: string, type: string, prio: number) => ({
  chain: { ...at(table), name, handle: 1, type, hook: name.toLowerCase(), prio, policy: 'accept' },
});
const xt = (type: string, name: string) => ({ xt: { type, name } });
const rule = (table: string, chain: string, ...expr: readonly object[]) => ({
  rule: { ...at(table), chain, handle: 2, expr },
});
const jump = (target: string) => ({ jump: { target } });
const counter = { counter: { packets: 7, bytes: 400 } };

const LISTED = [
  { metainfo: { version: '1.0.6', json_schema_version: 1 } },
  { table: { family: 'ip', name: 'nat', handle: 1 } },
  hook('nat', 'PREROUTING', 'nat', -100),
  { chain: { ...at('nat'), name: 'KUBE-SERVICES', handle: 3 } },
  { chain: { ...at('nat'), name: 'KUBE-SEP-FBUQD36J3XDXJWPV', handle: 4 } },
  rule('nat', 'PREROUTING', xt('match', 'comment'), counter, jump('KUBE-SERVICES')),
  rule('nat', 'KUBE-SERVICES', xt('match', 'addrtype'), counter, jump('KUBE-SEP-FBUQD36J3XDXJWPV')),
  rule('nat', 'KUBE-SEP-FBUQD36J3XDXJWPV', counter, xt('target', 'DNAT')),
];

beforeAll(() => {
  for (const folder of [alone, saved]) {
    cpSync(DEMO, folder, {
      recursive: true,
      filter: (path) =>
        !/ip6?tables-save/.test(path) || (folder === saved && path.endsWith('/iptables-save.txt')),
    });
    writeFileSync(join(folder, 'nft.json'), JSON.stringify({ nftables: LISTED }));
  }
});

async function ask(...args: readonly string[]): Promise<string> {
  return (await run([...args])).out;
}

describe('a capture in which nft alone lists what iptables wrote', () => {
  it('leaves open in trace and why what a match asks, and names the dump that tells', async () => {
    const traced = await ask('trace', 'shop/web', '--from', 'pod', '-f', alone);
    expect(traced).toContain(
      'UNKNOWN: nft lists ip nat KUBE-SERVICES rule 1 without what its match addrtype asks: iptables wrote the rule',
    );
    expect(traced).toMatch(/no ipv4 rule but those of table nat, which .*nft\.json lists in part/);
    expect(traced).toContain('capture the rules with `iptables-save -c`');
    const why = await ask('why', 'shop/web', '--from', 'pod', '-f', alone);
    expect(why).toContain('UNKNOWN whether it works');
    expect(why).toContain('iptables-save -c');
  });

  it('does not say in services that there is none', async () => {
    const listed = await ask('services', '-f', alone);
    expect(listed).toMatch(
      /nft\.json lists table nat of iptables without what all its rules ask, .*: Services may be missing from this list \(capture `iptables-save -c`\)/,
    );
    expect(await ask('services', '-f', saved)).not.toContain('may be missing');
  });

  it('says in chain which rules are not told whole', async () => {
    const shown = await ask('chain', 'KUBE-SEP-FBUQD36J3XDXJWPV', '-f', alone);
    expect(shown).toContain('nft does not list what its target DNAT says: iptables wrote the rule');
    // A comment asks nothing.
    expect(await ask('chain', 'PREROUTING', '-f', alone)).not.toContain('nft does not list');
  });

  it('compares nothing in check and conntrack, and says what to capture', async () => {
    const checked = await ask('check', '-f', alone);
    expect(checked).toContain(
      'the rules of iptables were not captured (`iptables-save -c`, `ip6tables-save -c`): nft does not list all that they ask',
    );
    expect(checked).not.toMatch(/KP10[23]/);
    expect(await ask('conntrack', '-f', alone)).not.toContain('no rule translates');
  });

  it('proves nothing in diff, neither against itself nor against a side with the dump', async () => {
    for (const [one, other] of [
      [alone, alone],
      [alone, saved],
      [saved, alone],
    ] as const) {
      const compared = await ask('diff', one, other);
      expect(compared).toContain('nothing is proved');
      expect(compared).not.toContain('native nftables ip nat chain');
    }
  });
});
