import { asTerse } from '../explain/services/nft/terse-listing.ts';
import { type HookOrder, parseHooks } from '../nftables/parse-hooks.ts';
import { parseNftables } from '../nftables/parse-nft.ts';
import type { NftRuleset } from '../nftables/ruleset.ts';
import type { ProblemList } from '../problems/problem.ts';
import { type SortedSources, textOf } from './sort-sources.ts';

/**
 * @param own true where this program asked nft for the listing: then sets without elements are empty
 * @returns what nft listed, the first listing given; null where there is none, or it cannot be read.
 */
export function loadNft(sources: SortedSources, own: boolean, problems: ProblemList): NftRuleset | null {
  const [first, ...more] = sources.get('nft') ?? [];
  for (const { source } of more) problems.add('repeated-input', { is: 'not-used' }, source.name);
  if (first === undefined) return null;
  const { name, bytes, cut, picked } = first.source;
  const listed = parseNftables(bytes, name, problems, cut === true || picked === true);
  const terse = listed === null || own || listed.byCommand === true ? null : asTerse(listed);
  if (terse !== null) problems.add('nft-terse', {}, name);
  const read = terse ?? listed;
  // Pieces that were saved to a file each: of text nothing else tells that the first is not all.
  const isPiece = read !== null && more.length > 0 && read.version === null && read.whole !== true;
  return isPiece ? { ...read, part: true } : read;
}

/** @returns when chains were hooked; null where `nft list hooks` was not given, or lists nothing. */
export function loadHooks(sources: SortedSources, problems: ProblemList): HookOrder | null {
  const source = sources.get('nft-hooks')?.[0]?.source;
  const text = source === undefined ? null : textOf(source, problems);
  return source === undefined || text === null ? null : parseHooks(text, source.name, problems);
}
