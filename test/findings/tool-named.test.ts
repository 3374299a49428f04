import { describe, expect, it } from 'vitest';
import { toolOf } from '../../src/iptables/tool.ts';
import { type Edit, editObjects, findIn, RULES, replace } from './altered-capture.ts';

const RULES6 = 'ip6tables-save.txt';
const WEB6 = 'KUBE-SVC-OOEQ72FMKNNB2QBG';

const without = (pattern: RegExp): Edit => [RULES6, (text) => text.replaceAll(pattern, '')];

/** A fault of shop/v6only, or of the IPv6 rules, for each finding that lists rules. */
const FAULTS: readonly (readonly [string, Edit])[] = [
  ['KP201', without(new RegExp(`^(?::${WEB6} |.*-A ${WEB6} ).*\\n`, 'gm'))],
  ['KP205', replace(RULES6, /(shop\/v6only -> .*--probability )0\.33333333349/, '$10.89999999991')],
  ['KP206', without(new RegExp(`^.*-A ${WEB6} .*\\n`, 'gm'))],
  ['KP207', replace(RULES6, /(shop\/v6only" -m tcp -j DNAT --to-destination .*:)8080/, '$18081')],
  [
    'KP212',
    replace(
      RULES6,
      '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000',
      '-A KUBE-POSTROUTING -m mark ! --mark 0x8000/0x8000',
    ),
  ],
  [
    'KP214',
    editObjects('services.json', ({ metadata, spec }) => {
      if (metadata.name === 'v6only') spec.sessionAffinity = 'ClientIP';
    }),
  ],
  ['KP113', [RULES6, (text) => text.replace(/^\[0:0\] (-A KUBE-FORWARD .*INVALID)/m, '[5:300] $1')]],
];

/** The IPv6 rules as the legacy tool prints them; nf_tables then has none. */
const LEGACY: readonly Edit[] = [
  [RULES6, (text) => text.replaceAll('(nf_tables)', '(legacy)')],
  ['nft.json', withoutIPv6],
];

function withoutIPv6(text: string): string {
  const { nftables }: { nftables: readonly Readonly<Record<string, { readonly family?: string }>>[] } =
    JSON.parse(text);
  return JSON.stringify({
    nftables: nftables.filter((entry) => !Object.values(entry).some(({ family }) => family === 'ip6')),
  });
}

/** The IPv4 rule of KP113 has dropped packets in the fixture, which is a finding of its own. */
const UNUSED: Edit = [RULES, (text) => text.replace(/^\[\d+:\d+\] (-A KUBE-FORWARD .*INVALID)/m, '[0:0] $1')];

async function programs(code: string, edits: readonly Edit[]): Promise<string[]> {
  const found = (await findIn([...edits, UNUSED])).filter((finding) => finding.code === code);
  return [
    ...new Set(
      found.flatMap(
        ({ command }) => command?.runs.flatMap(({ argv }) => argv[0]?.replace(/-save$/, '') ?? []) ?? [],
      ),
    ),
  ];
}

describe('is the tool named that lists the rules in question?', () => {
  it.each(FAULTS)('%s in IPv6', async (code, fault) => {
    expect(await programs(code, [fault])).toEqual(['ip6tables']);
  });

  it.each(FAULTS)('%s in IPv6, in legacy rules', async (code, fault) => {
    expect(await programs(code, [...LEGACY, fault])).toEqual(['ip6tables-legacy']);
  });

  it.each(FAULTS)('%s in IPv6, beside legacy rules of IPv4', async (code, fault) => {
    const other: Edit = [RULES, (text) => text.replaceAll('(nf_tables)', '(legacy)')];
    expect(await programs(code, [other, fault])).toEqual(['ip6tables-nft']);
  });
});

describe('which program has the rules of a family and backend?', () => {
  const nft = 'iptables-nft' as const;
  const legacy = 'iptables-legacy' as const;
  it.each([
    ['ipv4', nft, [nft], 'iptables'],
    ['ipv6', nft, [nft], 'ip6tables'],
    ['ipv4', legacy, [legacy], 'iptables-legacy'],
    ['ipv6', legacy, [nft, legacy], 'ip6tables-legacy'],
    ['ipv4', nft, [nft, legacy], 'iptables-nft'],
    ['ipv6', nft, [legacy, nft], 'ip6tables-nft'],
  ] as const)('%s in %s on a node with %j: %s', (family, backend, captured, program) => {
    const places = captured.map((one) => ({ family: 'ipv4' as const, backend: one }));
    expect(toolOf({ family, backend }, places)).toBe(program);
  });
});
