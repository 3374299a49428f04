import type { NameIndex } from '../../lookup/name-index.ts';
import type { Family } from '../../net/address.ts';

/** What the rules of one dump share: its bytes, and where each rule's line starts. */
export interface DumpLines {
  readonly file: string;
  readonly bytes: Buffer;
  /** Start of each rule's line, in the order of the file, counters in front included. */
  starts: Uint32Array;
}

/** What the rules of one table share. Family and chains are known once the whole dump is scanned. */
export interface TableContext {
  readonly lines: DumpLines;
  family: Family;
  /** Of its chains. */
  readonly names: NameIndex;
  /** Which chains have no rule that asks without a target: see KnownChains. */
  isAlwaysTargeted: (chain: string) => boolean;
}

const MENTIONED = new WeakMap<Buffer, Map<string, boolean>>();

/** @returns true where the text, which is in ASCII, stands in the bytes of a dump: searched once for all of its tables. */
export function isMentioned(bytes: Buffer, text: string): boolean {
  const texts = MENTIONED.get(bytes) ?? new Map<string, boolean>();
  MENTIONED.set(bytes, texts);
  const found = texts.get(text) ?? bytes.includes(text);
  texts.set(text, found);
  return found;
}

/** @returns how the first line ends. */
export function newlineOf(bytes: Buffer): '\n' | '\r\n' {
  const at = bytes.indexOf(10);
  return at > 0 && bytes[at - 1] === 13 ? '\r\n' : '\n';
}
