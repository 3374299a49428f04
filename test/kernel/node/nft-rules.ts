interface NftItem {
  readonly [kind: string]: {
    readonly family: string;
    readonly table?: string;
    readonly name?: string;
    readonly chain?: string;
    readonly handle?: number;
    readonly hook?: string;
  };
}

function itemsOf(nft: string): NftItem[] {
  return (JSON.parse(nft) as { nftables: NftItem[] }).nftables;
}

/** @returns the numbers of rules by their handles: `ip filter FORWARD 12` → 3, from `nft -j list ruleset`. */
export function numbersOf(nft: string): Map<string, number> {
  const numbers = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const { rule } of itemsOf(nft)) {
    if (rule === undefined) continue;
    const chain = `${rule.family} ${rule.table} ${rule.chain}`;
    const number = (counts.get(chain) ?? 0) + 1;
    counts.set(chain, number);
    numbers.set(`${chain} ${rule.handle}`, number);
  }
  return numbers;
}

/** @returns the base chains, `ip filter FORWARD`. */
export function baseChainsOf(nft: string): Set<string> {
  const names = itemsOf(nft).flatMap(({ chain }) =>
    chain?.hook === undefined ? [] : [`${chain.family} ${chain.table} ${chain.name}`],
  );
  return new Set(names);
}

/** What a capture would not hold: the chains that make the kernel trace. */
export function withoutTracing(nft: string): string {
  if (!nft.startsWith('{')) return nft.replace(/^table \w+ kpx_tracing \{.*?^\}\n/gms, '');
  const nftables = itemsOf(nft).filter((item) =>
    Object.values(item).every(({ table, name }) => table !== 'kpx_tracing' && name !== 'kpx_tracing'),
  );
  return JSON.stringify({ nftables });
}
