import { dictionary } from '../lookup/dictionary.ts';

const RESERVED = dictionary<string>({ '255': 'local', '254': 'main', '253': 'default' });

/** @returns the name of a routing table, with the kernel's three reserved numbers spelt as `ip` spells them by default. */
export function tableName(text: string): string {
  return RESERVED[text] ?? text;
}
