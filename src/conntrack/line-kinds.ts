import { isSavedFlow, isWholeSavedFlow } from './parse-saved-flow.ts';

/** Longer lines are not conntrack's: a full entry with labels has some 600 characters. */
export const LONGEST_LINE = 16_384;

/** @returns true for lines around the entries: blank ones, the closing summary, the frame of XML, conntrack's complaints. */
export function isFraming(text: string): boolean {
  return (
    /^\s*$/.test(text) ||
    /^conntrack v\S+ \(conntrack-tools\):/.test(text) ||
    /^\s*(?:<\?xml\b.*|<\/?conntrack>)\s*$/.test(text) ||
    /^nfct_\w+: /.test(text)
  );
}

/** @returns true where a last line without newline is an entry's whole text: most end with their use count or their element. */
export function isUncut(text: string): boolean {
  if (isSavedFlow(text)) return isWholeSavedFlow(text);
  return /[ <]use[=>]|<\/flow>/.test(text);
}
