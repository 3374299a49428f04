import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/findings/finding.ts';
import { type Edit, editObjects, findIn, replace } from './altered-capture.ts';

/** The rules of all three nodes let in these two. */
const HELD = ['192.168.100.50/32', '172.16.0.0/12'];

const ranges = (list: readonly string[] | null): Edit =>
  editObjects('services.json', ({ metadata, spec }) => {
    if (metadata.name !== 'lb-ranges') return;
    if (list === null) delete spec.loadBalancerSourceRanges;
    else spec.loadBalancerSourceRanges = list;
  });

async function told(fixture: string, ...edits: readonly Edit[]): Promise<Finding[]> {
  const found = await findIn(edits, fixture);
  return found.filter(
    ({ code, objects }) => ['KP102', 'KP303'].includes(code) && objects.includes('shop/lb-ranges'),
  );
}

/** The second demo has a Service more whose rules are old: its finding lists both, and the proof says what is wrong. */
function words({ message, evidence }: Finding): string {
  return [message, ...evidence.map(({ text }) => text)].join('\n');
}

const CASES: readonly (readonly [string, readonly string[] | null, RegExp, RegExp | null])[] = [
  ['a range that the API took away', HELD.slice(0, 1), /rules let in 172\.16\.0\.0\/12; the API/, /refuse/],
  ['a narrowed range', [HELD[0] ?? '', '172.16.0.0/13'], /rules let in 172\.24\.0\.0\/13; the API/, /refuse/],
  [
    'a range that is new in the API',
    [...HELD, '203.0.113.0/24'],
    /rules refuse 203\.0\.113\.0\/24; the API/,
    /let in/,
  ],
  [
    'a widened range',
    [HELD[0] ?? '', '172.0.0.0/8'],
    /refuse 172\.0\.0\.0\/12 and 172\.32\.0\.0-172\.255\.255\.255; the API/,
    /let in/,
  ],
  [
    'other ranges altogether',
    ['203.0.113.0/24'],
    /rules let in 172\.16\.0\.0\/12 and 192\.168\.100\.50\/32 and refuse 203\.0\.113\.0\/24; the API admits 203/,
    null,
  ],
  [
    'ranges that the API has no more',
    null,
    /rules refuse every address outside .*; the API has no/,
    /let in/,
  ],
];

describe.each(['demo', 'demo-nftables', 'ipvs'])(
  'Do the rules of %s let in whom loadBalancerSourceRanges admit?',
  (fixture) => {
    it.each(CASES)('%s', async (_, list, says, silent) => {
      const [finding, ...more] = await told(fixture, ranges(list));
      expect(more).toEqual([]);
      expect(finding?.severity).toBe('error');
      if (finding === undefined) return;
      expect(words(finding)).toMatch(says);
      const clause = words(finding).match(/at load balancer IP 198\.51\.100\.11:80 the rules .*/)?.[0];
      if (silent !== null) expect(clause).not.toMatch(silent);
    });

    it('the same addresses in other prefixes are no difference', async () => {
      const halves = ['172.16.0.0/13', '172.24.0.0/13', '172.20.1.0/24', '192.168.100.50'];
      expect(await told(fixture, ranges(halves))).toEqual([]);
    });
  },
);

describe('Who is let in where the rules have no ranges?', () => {
  it('every other address, where IPVS asks for none', async () => {
    const asks = replace('ipset.txt', /^add KUBE-LOAD-BALANCER-(FW|SOURCE-CIDR) 198\.51\.100\.11,.*\n/gm, '');
    const [finding] = await told('ipvs', asks);
    expect(finding?.message).toMatch(/the rules let in every other address; the API admits 192/);
  });

  it('nobody, where IPVS asks and its set has no range', async () => {
    const asks = replace('ipset.txt', /^add KUBE-LOAD-BALANCER-SOURCE-CIDR 198\.51\.100\.11,.*\n/gm, '');
    const [finding] = await told('ipvs', asks);
    expect(finding?.message).toMatch(
      /the rules refuse 172\.16\.0\.0\/12 and 192\.168\.100\.50\/32; the API admits/,
    );
  });

  it('several Services: the message names each that is open', async () => {
    const all = editObjects('services.json', ({ spec }) => {
      if (spec.loadBalancerSourceRanges) spec.loadBalancerSourceRanges = ['203.0.113.0/24'];
    });
    const found = (await findIn([all])).find(({ code }) => code === 'KP102');
    expect(found?.message).toMatch(
      /; they let in whom loadBalancerSourceRanges bar: .*shop\/lb-ranges-deny from 172\.16\.0\.0\/12/,
    );
  });
});
