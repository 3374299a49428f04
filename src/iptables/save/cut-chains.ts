import type { Block, OpenChain } from './dump.ts';

/**
 * Marks the chains of a table whose text broke off: the one in which it did, and those whose rules would have followed.
 * Dumps print rules chain by chain in the order in which they declare the chains (iptables 1.4 to 1.8, both backends),
 * so chains declared before the last one that has rules are whole, also those without rules. Where the rules seen stand
 * in another order, only chains that have rules are taken to be whole.
 */
export function markCutChains(block: Block): void {
  const { cut } = block;
  if (cut === null) return;
  const chains = [...block.chains.values()];
  const withRules = chains.filter(({ rules }) => rules.length > 0);
  const last = withRules.reduce<OpenChain | null>(
    (a, b) => (a === null || b.rules.lastLine > a.rules.lastLine ? b : a),
    null,
  );
  const inOrder = withRules.every((chain, index) => {
    const before = withRules[index - 1];
    return before === undefined || before.rules.lastLine < chain.rules.firstLine;
  });
  let behind = last === null;
  for (const chain of chains) {
    if (chain === last) behind = true;
    const unseen = chain.rules.length === 0 && (behind || !inOrder);
    if (chain === last || unseen) chain.cut = { ...cut, side: 'end' };
  }
}

/** In the tail of a dump the first chain's rules may have begun before it. */
export function markHeadlessChain(block: Block): void {
  const [first] = block.chains.values();
  if (first === undefined) return;
  first.cut = {
    file: first.file ?? block.context.lines.file,
    line: block.line,
    within: 'rules',
    side: 'start',
  };
}
