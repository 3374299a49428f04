import { UNKNOWN } from '../../lookup/name-index.ts';
import type { KnownChains } from '../known-chains.ts';
import { type Cut, HOOK_NAMES } from '../ruleset.ts';
import type { ChainTable } from './chain-table.ts';
import type { Block } from './dump.ts';

/**
 * Marks the chains of a table whose text broke off: the one in which it did, and those whose rules would have followed.
 * Dumps print rules chain by chain in the order in which they declare the chains (iptables 1.4 to 1.8, both backends),
 * so chains declared before the last one that has rules are whole, also those without rules. Where the rules seen stand
 * in another order, only chains that have rules are taken to be whole.
 */
export function markCutChains({ cut, chains }: Block): void {
  if (cut === null) return;
  const { last, inOrder } = orderOfRules(chains);
  for (let chain = 0; chain < chains.size; chain++) {
    const behind = last === null || chain >= last;
    const unseen = chains.ruleCount(chain) === 0 && (behind || !inOrder);
    if (chain === last || unseen) chains.setCut(chain, { ...cut, side: 'end' });
  }
}

/**
 * `iptables -S` ends without a mark. That its text broke off shows where a chain that is never empty has no rules, though
 * its place among them is behind the last.
 * @returns that chain and the last line that is there; null where nothing shows it, or where a cut is known.
 */
export function lastLost(
  { form, cut, chains, context, line }: Block,
  known: KnownChains,
): { readonly name: string; readonly cut: Cut } | null {
  if (form !== 'rules-listing' || cut !== null) return null;
  const { last, lastLine, inOrder } = orderOfRules(chains);
  if (!inOrder) return null;
  for (let chain = last ?? 0; chain < chains.size; chain++) {
    const name = chains.names.text(chain);
    if (chains.ruleCount(chain) === 0 && chains.isDeclared(name) && known.isNeverEmpty(name)) {
      const place = { file: context.lines.file, line: last === null ? line : lastLine };
      return { name, cut: { ...place, within: last === null ? 'chains' : 'rules' } };
    }
  }
  return null;
}

/**
 * A whole table that has one of two chains which are always made together had the lines of the other filtered out, the rules
 * that jump to it among them: which chain had such rules is not known.
 * @returns the name of the chain that is not there and of the one that is; null where nothing is missing.
 */
export function markLeftOut(
  { header, committed, chains, context, line }: Block,
  known: KnownChains,
): { readonly name: string; readonly beside: string } | null {
  if (header === null || !committed) return null;
  const [beside, name] =
    known.madeTogether
      .flatMap(([one, other]) => [[one, other] as const, [other, one] as const])
      .find(([there, lost]) => chains.isDeclared(there) && chains.names.findText(lost) === UNKNOWN) ?? [];
  if (beside === undefined || name === undefined) return null;
  for (let chain = 0; chain < chains.size; chain++) {
    const each = chains.names.text(chain);
    if (chains.ruleCount(chain) > 0 && (each === 'POSTROUTING' || known.isLikelyOfNat(each)))
      chains.setCut(chain, { file: context.lines.file, line, within: 'rules', side: 'start' });
  }
  return { name, beside };
}

/** @returns the chain of the last rule, and whether the rules of each chain stand behind those of the chain before. */
function orderOfRules(chains: ChainTable): { last: number | null; lastLine: number; inOrder: boolean } {
  let last: number | null = null;
  let lastLine = 0;
  let previousEnd = 0;
  let inOrder = true;
  for (let chain = 0; chain < chains.size; chain++) {
    const count = chains.ruleCount(chain);
    if (count === 0) continue;
    if (chains.placeOf(chain, 0).line <= previousEnd) inOrder = false;
    previousEnd = chains.placeOf(chain, count - 1).line;
    if (previousEnd <= lastLine) continue;
    lastLine = previousEnd;
    last = chain;
  }
  return { last, lastLine, inOrder };
}

/**
 * Of an output that went through grep or the like rules may be missing anywhere. Chains that stand there with their policy would be
 * taken for whole; of single rules without such heads everybody can see that they are picked. All are one question: they are of one
 * node, and mostly of one command.
 */
export function markSifted(blocks: readonly Block[]): void {
  const sifted = blocks.filter(
    (block) => block.leavesOut && HOOK_NAMES.some((name) => block.chains.isDeclared(name)),
  );
  for (const { chains, context } of sifted) {
    const cut = {
      file: context.lines.file,
      line: sifted[0]?.line ?? 0,
      within: 'rules',
      side: 'among',
    } as const;
    for (let chain = 0; chain < chains.size; chain++) chains.setCut(chain, cut);
  }
}

/** In the tail of a dump the first chain's rules may have begun before it. */
export function markHeadlessChain({ chains, context, line }: Block): void {
  if (chains.size > 0) chains.setCut(0, { file: context.lines.file, line, within: 'rules', side: 'start' });
}

/** @returns true where lines were picked from a dump: a whole one has its head, and its tables declare their built-in chains. */
export function isExcerpt({ chains, header }: Block): boolean {
  return header === null && chains.size > 0 && !HOOK_NAMES.some((name) => chains.isDeclared(name));
}
