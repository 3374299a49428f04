import type { PlainLine } from './plain-line.ts';
import { readPrompt } from './prompt.ts';

/** @returns how many braces more a line of nft opens than it closes. */
export function depthOf(text: string): number {
  return count(text, '{') - count(text, '}');
}

/** @returns true for what never stands within the braces of nft: they were not closed. */
export function isOutOfBraces({ text, kind }: PlainLine): boolean {
  if (kind === 'iptables-save' || kind === 'conntrack' || kind === 'kubernetes') return true;
  return /^(?:Chain \S+ \(|[$#%❯➜] )/.test(text) || (/^\S*@/.test(text) && readPrompt(text) !== null);
}

function count(text: string, what: string): number {
  return text.split(what).length - 1;
}
