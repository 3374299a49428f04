/** `-` and `<` stand before what was, `+` and `>` before what is. */
export type DiffSign = '-' | '+' | '<' | '>';

/** What stands in front of a pasted line, outermost first: indices into `PREFIXES`. */
export type Dress = readonly number[];

/** What pages, editors, logs and mail put in front of a line, each with its blanks. */
const PREFIXES: readonly RegExp[] = [
  /^(?:>\s?)+/,
  /^[+<|•·*-](?=\s*\S)/,
  /^(?:```\w*|`+|\*\*|__|"|')/,
  /^[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \S+ [^\s:]+: /,
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?:?\s+(?:std(?:out|err) [FP] |\d\d[OE]\+? )?/,
  /^[A-Za-z][\w.-]* [A-Za-z][\w.@/-]*\[\d+\]: /,
  /^\[\d\d:\d\d:\d\d(?:[.,]\d+)?\]\s/,
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ \S+\] /,
  /^\d{1,6}(?:[:|.)]?\s+|:(?=\S)|(?=[-:*#[C>+<|]))/,
  /^(?:level=\w+\s+|msg="?|time="?[\d:TZ.+-]+"?\s+)/,
  /^\[[\w./-]+\]\s+(?=-[AN] )/,
  // `kubectl logs --prefix`.
  /^\[pod\/[\w./-]+\]\s/,
  // The tool's last words go to standard error, and land anywhere.
  /^conntrack v\S+ \(conntrack-tools\): (?!\d+ flow)/,
];

const MOST_PREFIXES = 4;

/** A line as it stands, and behind each thing in front of it. */
export interface Layer {
  readonly text: string;
  readonly dress: Dress;
  readonly side: DiffSign | null;
}

/** @returns the line without blanks around it, then without one more of what stands in front of it, outermost first. */
export function layersOf(line: string): readonly Layer[] {
  const layers: Layer[] = [{ text: line.trim(), dress: [], side: null }];
  for (let round = 0; round < MOST_PREFIXES; round++) {
    const { text, dress, side } = layers[round] as Layer;
    const index = PREFIXES.findIndex((one) => one.test(text));
    const prefix = PREFIXES[index]?.exec(text)?.[0] ?? '';
    if (prefix === '') break;
    layers.push({
      text: withoutEnd(text.slice(prefix.length).trim(), prefix),
      dress: [...dress, index],
      side: side ?? signOf(prefix, text),
    });
  }
  return layers;
}

/**
 * Takes from a line what stood in front of the one before. Blanks behind the first are the line's own.
 * @returns null where the line is not dressed so.
 */
export function undressed(line: string, dress: Dress): Layer | null {
  let text = line;
  let side: DiffSign | null = null;
  for (const index of dress) {
    const start = text.trimStart();
    // A blank line of the output has its prefix, and nothing behind it.
    const prefix = PREFIXES[index]?.exec(`${start} `)?.[0] ?? (/^[+<|•·*-]$/.test(start.trim()) ? start : '');
    if (prefix === '') return null;
    side ??= signOf(prefix, start);
    text = withoutEnd(start.slice(prefix.trimEnd().length).replace(/^\s/, ''), prefix);
  }
  return { text, dress, side };
}

/** A row of a table in Markdown ends as it begins. */
function withoutEnd(text: string, prefix: string): string {
  return prefix.trim() === '|' ? text.replace(/\s*\|\s*$/, '') : text;
}

/** A dash with a blank behind it is a bullet. */
function signOf(prefix: string, line: string): DiffSign | null {
  const sign = prefix.trim();
  if (sign === '-') return /^-\s/.test(line) ? null : '-';
  return sign === '+' || sign === '<' || sign === '>' ? sign : null;
}
