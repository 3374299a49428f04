import { dictionary } from '../lookup/dictionary.ts';
import type { LineKind } from './recognise-lines.ts';
import { kindOfLine } from './recognise-lines.ts';
import type { SourceText } from './source.ts';
import { HEAD_BYTES } from './source.ts';

/** Kinds of which every line can be told from the lines of the others, so that they may follow each other in one stream. */
const SEPARABLE: readonly LineKind[] = ['iptables-save', 'conntrack', 'conntrack-stats', 'ipset'];

/** Beyond this the lines do not fit into memory a second time; the parser then reports the other outputs' lines. */
const LARGEST = 400 * 1024 * 1024;

/** Texts of which only these kinds hold one, looked for before any line is read: most inputs hold one output only. */
const SIGNS = dictionary<readonly string[]>({
  'iptables-save': ['\nCOMMIT'],
  conntrack: [' src=', '\n-A -t ', '\n-A -u '],
  'conntrack-stats': ['\ncpu='],
  ipset: ['\ncreate '],
});

/**
 * Splits the concatenated output of several commands, as in `(iptables-save; conntrack -L) | kp-explain -f -`.
 * @param kind what the source begins with, as recognised.
 * @returns one source for each kind found; each keeps its line numbers, the lines of the others are blank in it.
 */
export function splitConcatenated(source: SourceText, kind: string): SourceText[] {
  if (!SEPARABLE.some((separable) => separable === kind)) return [source];
  // A file of the contract that is what its name says holds one output: it need not be read for this.
  if (source.hints?.kind === kind || source.size > LARGEST) return [source];
  const others = SEPARABLE.filter((other) => other !== kind);
  const signs = others.flatMap((other) => SIGNS[other] ?? []);
  if (!holdsAny(source, signs)) return [source];
  const lines = source.bytes.toString('utf8').split('\n');
  const kinds = lines.map((line) => {
    const found = kindOfLine(line.length > 2000 ? line.slice(0, 2000) : line);
    return found !== null && SEPARABLE.includes(found) ? found : null;
  });
  const present = new Set(kinds.filter((found) => found !== null));
  if (present.size < 2) return [source];
  return [...present].map((wanted) => {
    const text = lines.map((line, index) => ((kinds[index] ?? wanted) === wanted ? line : '')).join('\n');
    const bytes = Buffer.from(text, 'utf8');
    const end = source.cut === true ? { cut: source.cut } : {};
    const size = bytes.length;
    return { ...nameOf(source), bytes, chunks: () => [bytes], head: headOf(text), size, ...end };
  });
}

/** Looks through the source without holding all of it: most are one output and may be large. */
function holdsAny(source: SourceText, signs: readonly string[]): boolean {
  const longest = Math.max(...signs.map((sign) => sign.length));
  let end = Buffer.alloc(0);
  for (const chunk of source.chunks()) {
    const seam = Buffer.concat([end, chunk.subarray(0, longest)]);
    if (signs.some((sign) => chunk.includes(sign) || seam.includes(sign))) return true;
    end = Buffer.from(chunk.subarray(Math.max(0, chunk.length - longest)));
  }
  return false;
}

/** A head in which the other outputs' blank lines do not hide this one. */
function headOf(text: string): Buffer {
  return Buffer.from(text.replace(/^\n+/, '').slice(0, HEAD_BYTES), 'utf8');
}

function nameOf(source: SourceText): { name: string; hints: null } {
  return { name: source.name, hints: null };
}
