import type { Question } from '../../trace/question.ts';
import type { Rewritten } from '../../trace/rewritten.ts';
import { said, type WordsFor } from './clauses.ts';

type NftQuestion = Extract<Question['code'], `nft-${string}`>;

/** What native rules of nft ask, in words. */
export const NFT_WORDS: { readonly [C in NftQuestion]: WordsFor<C> } = {
  'nft-expression': ({ text, ...asked }) => {
    const what = `\`${text}\`${by(asked)}`;
    return said(
      `the packet fits ${what}`,
      `the packet does not fit ${what}`,
      'the capture does not hold what this asks for',
    );
  },
  'nft-limit': ({ text, rule: { table, chain, number }, writes, rewritten }) => {
    const again = `${onceRewritten(rewritten)}${writes === undefined ? '' : ' when the packet comes there again'}`;
    return said(
      `\`${text}\` of ${table} ${chain} rule ${number} lets the rule go on${again}`,
      `\`${text}\` ends ${table} ${chain} rule ${number}${again}`,
      'the kernel alone knows how much it has counted',
    );
  },
  'nft-element': ({ table, set, key, ...asked }) => {
    const what = `the packet's ${key}${by(asked)}`;
    return said(
      `set ${set} of ${table} holds ${what}`,
      `set ${set} of ${table} does not hold ${what}`,
      `list the set as it is now: nft list set ${table} ${set}`,
    );
  },
  'nft-device': ({ chain, device }) =>
    said(
      `chain ${chain} is hooked to ${device}`,
      `chain ${chain} is hooked to another device than ${device}`,
      'list the rules with nft 1.0.7 or later, which prints the device',
    ),
  'nft-dormant': ({ table }) =>
    said(
      `table ${table} is dormant, so that its chains see no packet`,
      `table ${table} is not dormant`,
      `list its flags as text, which nft 1.0.6 prints right: nft list table ${table}`,
    ),
  'nft-jump-not-captured': ({ chain, of }) =>
    said(
      `a rule of ${of} that is not in the capture leads the packet to ${chain}`,
      `no rule of ${of} leads the packet to ${chain}`,
      'capture the whole rule set with `nft -j list ruleset`',
    ),
};

/** What tells it from the same question asked before. */
function by({
  rewritten,
  writes,
}: Pick<Extract<Question, { code: 'nft-element' }>, 'rewritten' | 'writes'>): string {
  return `${onceRewritten(rewritten)}${writes === undefined ? '' : ', as rules then left it'}`;
}

/** @returns ` once NAT has rewritten its source`; empty before NAT. */
export function onceRewritten(rewritten: Rewritten['rewritten']): string {
  return rewritten === undefined ? '' : REWRITTEN[rewritten];
}

const REWRITTEN = {
  source: ' once NAT has rewritten its source',
  destination: ' once NAT has rewritten its destination',
  both: ' once NAT has rewritten both its addresses',
} as const;
