import { kindOfLine, type LineKind } from '../recognise-lines.ts';
import { HEAD_BYTES, type SourceText } from '../source.ts';
import { continues, isElision } from './continues.ts';
import { layersOf } from './dress.ts';
import { readPrompt } from './prompt.ts';
import { isCommentHeading } from './sections.ts';
import { isAltered } from './spelling.ts';
import { isFolded } from './unfold.ts';

/** Bytes that are looked at as a whole; of more, only the head and the end. */
const LOOKED_AT = 1024 * 1024;

/** Outputs whose every line can be told, so that any other line means that something was pasted along. */
export const TOLD_BY_LINE: ReadonlySet<LineKind> = new Set([
  'iptables-save',
  'iptables-listing',
  'conntrack',
  'conntrack-stats',
  'ipset',
]);

/** What a node holds, so that lines of two nodes must not be added up. */
export const OF_A_NODE: ReadonlySet<LineKind> = new Set([
  ...TOLD_BY_LINE,
  ...(['ip-addr', 'ip-route', 'ip-rule', 'nft', 'sysctl', 'sockets'] as const),
  ...(['ipvs', 'cilium-services', 'recent'] as const),
]);

/** Outputs of which a missing line changes what the others say. */
export const AS_A_WHOLE: ReadonlySet<LineKind> = new Set([
  'cilium-services',
  'ip-addr',
  'ip-route',
  'ip-rule',
  'ip-addrlabel',
  'ip-xfrm-policy',
  'ipset',
  'ipvs',
  'ipvs-connections',
  'kubectl-table',
  'nft',
  'sockets',
]);

/** Outputs whose lines may be what others are behind the number of a line. */
const OF_NUMBERS: ReadonlySet<string> = new Set<LineKind>(['ip-addr', 'ip-route', 'ip-rule']);

/** What no rule's line that a tool printed needs to be looked at for. */
const PLAIN_RULE = /^(?:\[\d+:\d+\] )?-A \S+ -/;

/** A line of a fence around code in Markdown. */
export const FENCE = /^\s*(?:```|~~~)\s*\w*\s*$/;

/**
 * @param kind what the head is as a whole, as recognised.
 * @returns true where somebody pasted the text, so that it must be taken apart; false for the clean output of a tool.
 */
export function isPaste(source: SourceText, kind: string): boolean {
  const head = source.head.toString('utf8');
  if (source.size <= HEAD_BYTES) return isPasted(head, kind);
  if (source.size <= LOOKED_AT) return isPasted(source.bytes.toString('utf8'), kind);
  const last = source.bytes.toString('utf8', source.size - HEAD_BYTES);
  // Both begin and end with whole lines.
  return (
    isPasted(head.slice(0, head.lastIndexOf('\n') + 1), kind) ||
    isPasted(last.slice(last.indexOf('\n') + 1), kind)
  );
}

/** Something stands in front of a line that can be told. */
function isDressed(line: string): boolean {
  return layersOf(line.slice(0, 2000)).some(({ text }) => {
    const kind = kindOfLine(text);
    return kind !== null && TOLD_BY_LINE.has(kind);
  });
}

function isPasted(text: string, kind: string): boolean {
  if (kind !== 'kubernetes' && isFolded(text)) return true;
  const lines = text.split('\n');
  const told = [...TOLD_BY_LINE].some((one) => one === kind);
  let detached = true;
  for (const raw of lines) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.trim() === '') {
      detached = true;
      continue;
    }
    if (isAltered(line)) return true;
    if (kind === 'iptables-save' && PLAIN_RULE.test(line)) continue;
    const own = kindOfLine(line.length > 2000 ? line.slice(0, 2000) : line);
    if (own === kind || (told && own !== null && own !== 'iptables-listing' && TOLD_BY_LINE.has(own))) {
      detached = false;
      continue;
    }
    if (own !== null && kind !== 'kubernetes') return true;
    if (kind === 'unknown') return true;
    if (!told) {
      const bare = line.trim();
      if (readPrompt(bare) !== null || FENCE.test(line)) return true;
      const indented = kind === 'kubernetes' || bare === line ? null : kindOfLine(bare.slice(0, 2000));
      if (indented !== null && indented !== kind) return true;
      if (OF_NUMBERS.has(kind) && isDressed(bare)) return true;
      continue;
    }
    if (isCommentHeading(line)) return true;
    if (kind === 'iptables-save' && line.startsWith('#') && readPrompt(line) === null && !isElision(line))
      continue;
    if (kind === 'iptables-listing' && /^# (?:Warning: |Table )/.test(line)) continue;
    // A head that is not at the start of its line begins a chain all the same.
    const inChain = kind === 'iptables-listing' && !detached && !/\bChain \S/.test(line);
    if (inChain && continues(line, { kind: 'iptables-listing', detached })) continue;
    if (kind === 'ipset' && !detached) continue;
    if (kind === 'conntrack' && /^\s*<[/?]?\w|^conntrack v/.test(line)) continue;
    return true;
  }
  return false;
}
