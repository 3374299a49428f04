import type { TestNode } from '../node/test-node.ts';

/** What nft and the kernel take of a rule set, and what they refused: what cannot stand in one rule is not always known before. */
export interface Loadable {
  readonly text: string;
  /** Lines left out, each with nft's word for why. */
  readonly refused: readonly string[];
}

/** Rounds of leaving lines out: nft names at most ten at a time. */
const ROUNDS = 12;

/** Lines that are no rules and no sets. */
const FRAME = /^(table|chain|type|\})/;

/** @returns the lines without those that nft does not load. */
export async function loadable(node: TestNode, lines: readonly string[]): Promise<Loadable> {
  const kept = [...lines];
  const refused: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const errors = await node.tryNative(kept.join('\n'));
    if (errors === '') return { text: kept.join('\n'), refused };
    const bad = new Map<number, string>();
    for (const [, number, why = ''] of errors.matchAll(/^\S+?:(\d+):[\d-]+: (Error: .*)$/gm)) {
      // The first line flushes what was there.
      const at = Number(number) - 2;
      // Behind a rule that does not parse nft may stumble over what stands around it.
      if (FRAME.test(kept[at] ?? '}')) break;
      if (!bad.has(at)) bad.set(at, why);
    }
    if (bad.size === 0) throw new Error(`nft: ${errors}\n${kept.join('\n')}`);
    for (const [at, why] of [...bad].sort(([a], [b]) => b - a)) {
      const [text] = kept.splice(at, 1);
      refused.push(`${why}: ${text}`);
    }
  }
  throw new Error(`nft takes none of it:\n${lines.join('\n')}`);
}
