import { describeForeign } from './recognise-foreign.ts';
import { recogniseJson } from './recognise-json.ts';
import { recogniseLines } from './recognise-lines.ts';

/** What an input is. `empty` and `unknown` are answers too. */
export type SourceKind =
  /** `iptables-save`, `iptables -S`, or some lines of either. */
  | 'iptables-save'
  /** `iptables -L` in any form. */
  | 'iptables-listing'
  | 'conntrack'
  | 'conntrack-stats'
  | 'ipset'
  | 'ip-addr'
  | 'ip-route'
  | 'ip-rule'
  | 'nft'
  /** `nft list hooks`. */
  | 'nft-hooks'
  | 'sysctl'
  /** Virtual servers: `ipvsadm-save -n`, `ipvsadm -Ln`, /proc/net/ip_vs. */
  | 'ipvs'
  /** `ipvsadm -Lnc`, /proc/net/ip_vs_conn. */
  | 'ipvs-connections'
  | 'kubernetes'
  | 'manifest'
  | 'expectations'
  | 'recent'
  | 'empty'
  | 'unknown';

/** What the content of an input told. */
export interface Recognised {
  readonly kind: SourceKind;
  /** Null where the content does not tell, or may hold both. */
  readonly family: 'ipv4' | 'ipv6' | null;
  /** For `unknown` and `empty`: what it looks like, as a clause without final stop; else null. */
  readonly looksLike: string | null;
}

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
