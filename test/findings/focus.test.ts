import { describe, expect, it } from 'vitest';
import { inputOf } from '../../src/cli/input-of.ts';
import { CheckContext } from '../../src/findings/context.ts';
import { type Focus, focusedOn } from '../../src/findings/focus.ts';
import { chainsBeginning } from '../../src/iptables/ruleset.ts';
import { isOfOneService } from '../../src/proxy/chains.ts';
import { serviceChainNames } from '../../src/proxy/hash.ts';
import { openCapture } from '../support/open-capture.ts';

const DEMO = 'fixtures/demo';
const SVC = serviceChainNames({ namespace: 'shop', name: 'web', port: '', protocol: 'TCP' }).SVC;
const HASH = SVC.slice(-16);

function focusOn(...chains: string[]): Focus {
  const service = { namespace: 'shop', name: 'web' };
  return { service, hashes: new Set([HASH]), chains: new Set(chains), arrives: true };
}

describe('a node looked at for one Service', () => {
  it('has the chains of that Service and those of no Service to go through, and all to look up', async () => {
    const { known } = await openCapture(DEMO);
    const at = known.rulesets.findIndex(({ tables }) => tables.get('nat')?.chains.has(SVC));
    const nat = known.rulesets[at]?.tables.get('nat');
    const passed = [...(nat?.chains.values() ?? [])].flatMap(({ name, rules }) =>
      name === SVC ? Array.from({ length: rules.length }, (_, index) => rules.targetName(index) ?? '') : [],
    );
    const endpoints = passed.filter(isOfOneService);
    expect(endpoints.length).toBeGreaterThan(0);
    const focused = focusedOn(known, focusOn(...passed)).rulesets[at]?.tables.get('nat');
    const names = [...(focused?.chains.keys() ?? [])];
    expect(names.filter(isOfOneService).sort()).toEqual([SVC, ...endpoints].sort());
    const shared = [...(nat?.chains.keys() ?? [])].filter((name) => !isOfOneService(name));
    expect(names.filter((name) => !isOfOneService(name))).toEqual(shared);
    expect(focused?.chains.size).toBe(names.length);
    expect([...(focused?.chains ?? [])].map(([name]) => name)).toEqual(names);
    for (const [name, chain] of nat?.chains ?? []) expect(focused?.chains.get(name)).toBe(chain);
    expect(focused && [...chainsBeginning(focused, [SVC])].map(({ name }) => name)).toEqual([SVC]);
  });

  it('lists that Service as it is listed among all', async () => {
    const { capture, known } = await openCapture(DEMO);
    const input = await inputOf(capture, known);
    const isAsked = ({ namespace, name }: { namespace: string | null; name: string | null }) =>
      namespace === 'shop' && name === 'web';
    const all = new CheckContext(input).programmed;
    const own = new CheckContext({ ...input, focus: focusOn() }).programmed;
    expect(own.length).toBeGreaterThan(0);
    expect(own).toEqual(all.filter(isAsked));
  });
});
