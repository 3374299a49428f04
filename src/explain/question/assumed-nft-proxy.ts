import { type NftChain, type NftTable, rulesOf } from '../../nftables/ruleset.ts';
import type { SuppliedChain } from '../../nftables/supply-chains.ts';
import { NFT_BASE_CHAINS, NFT_CHECKS, type NftBaseChain } from '../../proxy/nft-hooks.ts';
import { parseNftName } from '../../proxy/nft-names.ts';
import { NFT_OBJECTS } from '../../proxy/nft-roles.ts';
import { listed } from '../../words/numbers.ts';
import type { Note } from '../explanation.ts';

/** What settles anything that a part of nft's rule set leaves open. */
export const SETTLE_NFT = 'capture the whole rule set with `nft -j list ruleset`';

/** Each chain that nobody is seen to lead to doubles the ways of a packet; of more than these only that Services are there is told. */
const MOST_FOLLOWED = 3;

/**
 * What kube-proxy makes on every node and a piece of its table lacks (pkg/proxy/nftables/proxier.go): base chains for those that were
 * listed, and what masquerades and rejects. Which Services there are, only the node knows.
 * @param roots chains with rules to which nothing that was listed leads
 */
export function kubeProxyChains(
  table: NftTable,
  roots: readonly NftChain[],
): {
  readonly supplied: readonly SuppliedChain[];
  readonly notes: readonly Note[];
  /** Chains that may end a packet, and were not listed. */
  readonly lacking: readonly string[];
} {
  const { chains } = table;
  const led = roots.filter(({ name }) => isOfService(name)).map(({ name }) => name);
  const guards = roots.filter(({ name }) => parseNftName(name)?.prefix === 'firewall');
  const services = chains.has(NFT_OBJECTS.services)
    ? []
    : [{ ...chain(NFT_OBJECTS.services), asked: led.slice(0, MOST_FOLLOWED), open: true as const }];
  const checks =
    chains.has(NFT_CHECKS.firewall) || guards.length === 0
      ? []
      : [{ ...chain(NFT_CHECKS.firewall), asked: guards.slice(0, MOST_FOLLOWED).map(({ name }) => name) }];
  const pieces = PIECES.filter(
    ({ name }) => !chains.has(name) && (name === NFT_OBJECTS.masquerading || isLedTo(name, table)),
  );
  const known = new Set([...chains.keys(), ...[...services, ...checks, ...pieces].map(({ name }) => name)]);
  const bases = NFT_BASE_CHAINS.filter(
    ({ name, otherName }) => !chains.has(name) && !chains.has(otherName ?? name),
  ).flatMap((base) => baseChain(base, known));
  const lacking = Object.values(NFT_CHECKS).filter((name) => !known.has(name));
  return {
    lacking,
    supplied: [...bases, ...services, ...checks, ...pieces],
    notes: [
      ...hooksNote(table, bases),
      ...pieces.flatMap(({ note }) => (note === null ? [] : [noteOf(table, note)])),
      ...(lacking.length === 0
        ? []
        : [
            noteOf(table, {
              code: 'nft-chains-not-captured',
              text: `${listed(lacking)} ${lacking.length === 1 ? 'is' : 'are'} not in the listing: taken to let the packet pass`,
            }),
          ]),
    ],
  };
}

interface Piece extends SuppliedChain {
  /** What is said of it, behind the name of the table. */
  readonly note: { readonly code: string; readonly text: string } | null;
}

function chain(name: string, ...rules: readonly string[]): SuppliedChain {
  return { name, hooked: '', rules };
}

/** The bit is kube-proxy's unless it was told another (--iptables-masquerade-bit). */
const PIECES: readonly Piece[] = [
  {
    ...chain(
      NFT_OBJECTS.masquerading,
      'meta mark & 0x00004000 != 0x00000000 meta mark set meta mark ^ 0x00004000 masquerade fully-random',
    ),
    note: {
      code: 'postrouting-not-captured',
      text: `${NFT_OBJECTS.masquerading} is not in the listing; it is taken to masquerade what carries mark 0x4000, and nothing else`,
    },
  },
  {
    ...chain(NFT_OBJECTS.markForMasquerade, 'meta mark set meta mark | 0x00004000'),
    note: {
      code: 'mark-chain-not-captured',
      text: `${NFT_OBJECTS.markForMasquerade} is not in the listing; it is taken to set mark 0x4000, the bit kube-proxy uses unless told another`,
    },
  },
  { ...chain(NFT_OBJECTS.rejectChain, 'reject'), note: null },
];

function isOfService(name: string): boolean {
  const prefix = parseNftName(name)?.prefix;
  return prefix !== undefined && prefix !== 'firewall' && prefix !== 'affinity';
}

function isLedTo(name: string, { chains, sets }: NftTable): boolean {
  const isVerdict = (each: { readonly kind: string; readonly chain?: unknown } | null): boolean =>
    each?.kind === 'verdict' && each.chain === name;
  return (
    [...chains.values()].some((each) => rulesOf(each).some(({ statements }) => statements.some(isVerdict))) ||
    [...sets.values()].some(({ elements }) => elements.some(({ data }) => isVerdict(data)))
  );
}

function baseChain({ name, hooked, leads }: NftBaseChain, known: ReadonlySet<string>): SuppliedChain[] {
  const rules = leads
    .filter(({ to }) => known.has(to))
    .map(({ to, condition }) => `${condition === '' ? '' : `${condition} `}jump ${to}`);
  return rules.length === 0 ? [] : [{ name, hooked, rules }];
}

function hooksNote(table: NftTable, bases: readonly SuppliedChain[]): Note[] {
  if (bases.length === 0) return [];
  const led = [...new Set(bases.flatMap(({ rules }) => rules.map((rule) => rule.replace(/^.*jump /, ''))))];
  const names = bases.map(({ name }) => name);
  const text = `${listed(names, names.length)} ${names.length === 1 ? 'is' : 'are'} not in the listing; packets are taken to come to ${listed(led, led.length)} as kube-proxy leads them`;
  return [noteOf(table, { code: 'hooks-not-captured', text })];
}

function noteOf(
  { family, name }: NftTable,
  { code, text }: { readonly code: string; readonly text: string },
): Note {
  return { code, text: `of nft table ${family} ${name} ${text}`, settle: SETTLE_NFT };
}
