import type { OpaqueModule } from '../match.ts';
import type { PrintReader } from './printed.ts';

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;

/** First word, module and whole print of the extensions whose answer no capture holds. */
const PRINTS: readonly (readonly [word: string, module: OpaqueModule, print: string])[] = [
  ['limit', 'limit', String.raw`limit: avg \S+ burst \d+`],
  [
    'limit',
    'hashlimit',
    String.raw`limit: (?:up to|above) \S+(?: burst \S+)?(?: mode \S+)?(?: (?:htable-size|htable-max|htable-gcinterval|htable-expire|srcmask|dstmask) \S+)*`,
  ],
  ['#conn', 'connlimit', String.raw`#conn (?:src|dst)/\d+ (?:>|<=|!>) \d+`],
  ['connbytes', 'connbytes', String.raw`connbytes \d+(?::\d*)? connbytes mode \w+ connbytes direction \w+`],
  [
    'TIME',
    'time',
    String.raw`TIME(?: (?:from \S+ to \S+|on (?:\^|! ?)?\S+|starting from \S+|until date \S+|UTC|kerneltz|contiguous))+`,
  ],
  [
    'STRING',
    'string',
    String.raw`STRING match\s+(?:! ?)?${QUOTED} ALGO name \w+(?: FROM \d+)?(?: TO \d+)?(?: ICASE)?`,
  ],
  ['u32', 'u32', `u32 (?:! ?)?${QUOTED}`],
  ['quota', 'quota', String.raw`quota: \d+ bytes`],
  [
    'policy',
    'policy',
    String.raw`policy match dir \w+ pol \w+(?: strict)?(?: \[\d+\]| (?:! ?)?(?:reqid|spi|proto|mode|tunnel-dst|tunnel-src) \S+)*`,
  ],
  ['socket', 'socket', 'socket(?: --(?:transparent|nowildcard|restore-skmark))*'],
  ['cgroup', 'cgroup', String.raw`cgroup (?:! ?)?\S+`],
  ['cpu', 'cpu', String.raw`cpu (?:! ?)?\d+`],
  ['realm', 'realm', String.raw`realm (?:! ?)?\S+`],
  ['connlabel', 'connlabel', String.raw`connlabel (?:! ?)?\S+(?: set)?`],
  ['cluster', 'cluster', String.raw`cluster (?:! ?)?node_mask=\S+ total_nodes=\S+ hash_seed=\S+`],
  ['match', 'bpf', String.raw`match bpf (?:pinned \S+|[\d ,\0]+)`],
  ['OS', 'osf', String.raw`OS fingerprint match (?:! ?)?\S+`],
  ['esp', 'esp', String.raw`esp spis?:!?[\d:]+`],
  ['ah', 'ah', String.raw`ah spis?:!?[\d:]+(?: ?length:!?\d+)?(?: reserved)?`],
  ['comp', 'ipcomp', String.raw`comp spis?:!?[\d:]+(?: reserved)?`],
  ['eui64', 'eui64', 'eui64'],
  ['rt', 'rt', String.raw`rt(?: type:!?\d+| segslefts?:!?[\d:]+| length:!?\d+| reserved| 0-\S+)+`],
  ['frag', 'frag', String.raw`frag(?: ids?:!?[\d:]+| length:!?\d+| reserved| first| more| last)+`],
  ['hbh', 'hbh', String.raw`hbh(?: length:!?\d+| opts [\d:,]+)+`],
  ['dst', 'dst', String.raw`dst(?: length:!?\d+| opts [\d:,]+)+`],
  ['ipv6header', 'ipv6header', String.raw`ipv6header flags:!?\S+(?: soft)?`],
  ['mh', 'mh', String.raw`mh !?\S+`],
  [
    'srh',
    'srh',
    String.raw`srh(?: !?(?:next-hdr|hdr-len-\w+|segs-left-\w+|last-entry-\w+|tag|psid|nsid|lsid):\S+)+`,
  ],
];

/** A quota is printed alike, whether it matches what is left of it or what is over it (xt_quota's print, iptables 1.8). */
function takesOf(module: OpaqueModule, text: string): 'not-matched' | 'either' | null {
  if (module === 'quota') return 'either';
  return text.startsWith('limit: above ') ? 'not-matched' : null;
}

/** Reads what these extensions print; it is kept as text, since nothing can answer it. */
export function opaquePrints(): ReadonlyMap<string, PrintReader> {
  const readers = new Map<string, PrintReader>();
  for (const [word, module, print] of PRINTS) {
    const expression = new RegExp(`${print}(?!\\S)`, 'y');
    const earlier = readers.get(word);
    readers.set(word, (cursor, negated, context) => {
      const found = cursor.take(expression);
      if (found === null) return earlier?.(cursor, negated, context) ?? null;
      const text = (negated ? '! ' : '') + found[0].trimEnd();
      const takes = takesOf(module, text);
      return [{ kind: 'opaque', negated: false, module, text, ...(takes === null ? {} : { takes }) }];
    });
  }
  return readers;
}
