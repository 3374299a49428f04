import { describeForeign } from './recognise-foreign.ts';
import { recogniseJson } from './recognise-json.ts';
import { recogniseLines } from './recognise-lines.ts';
import type { Recognised } from './source-kind.ts';

/**
 * How a list or an object of JSON begins. A bracket alone says nothing: counters of rules (`[1:2] -A`), events of conntrack
 * (`[NEW]`), times (`[1700000000.1]`) and prompts (`[root@node ~]#`) have one too.
 */
const JSON_START = /^(?:\[\s*(?:[[{"\]]|(?:-?\d[\d.]*|true|false|null)\s*(?:,|\]\s*$)|$)|\{\s*(?:["}]|$))/;

/**
 * Tells what an input is by its content, never by its name.
 * @param head its first bytes (64 KiB are plenty); UTF-8.
 */
export function recognise(head: Buffer): Recognised {
  if (head.length === 0) return unknown('empty', 'the file is empty');
  const foreign = describeForeign(head);
  if (foreign !== null) return unknown('unknown', foreign);
  const text = head.toString('utf8');
  const start = text.trimStart();
  if (start === '') return unknown('empty', 'the file holds only blanks');
  if (JSON_START.test(start)) return recogniseJson(start);
  return recogniseLines(text);
}

function unknown(kind: 'empty' | 'unknown', looksLike: string): Recognised {
  return { kind, family: null, looksLike };
}
