import type { Lines } from './lines.ts';

/** What stands between the braces of a chain, a set or another object, a statement each. */
export interface Block {
  readonly kind: string;
  readonly name: string;
  readonly handle: number | null;
  readonly line: number;
  readonly entries: readonly Entry[];
  /** The text ended before its brace was closed. */
  readonly cut: boolean;
}

/** A rule, or `elements = { … }` over all its lines. */
export interface Entry {
  readonly text: string;
  readonly line: number;
  /**
   * Mail or a terminal may have broken its line: `joined`, it did, and a blank stands there now; `torn`, it did within quotes;
   * `loose`, no line of the block is set in, so that one that goes on looks like a rule of its own. Absent: it stands as nft
   * printed it.
   */
  readonly broken?: 'joined' | 'torn' | 'loose';
}

/** Takes lines up to the closing brace of a block. */
export function readBlock(lines: Lines, kind: string, name: string, handle: number | null): Block {
  const start = lines.number;
  const entries: Entry[] = [];
  let indent: number | null = null;
  const block = (cut: boolean): Block => ({ kind, name, handle, line: start, entries, cut });
  for (let line = lines.next(); line !== null; line = lines.next()) {
    if (line === '}') return block(false);
    if (line === '') continue;
    const first = lines.number;
    const last = entries.at(-1);
    // nft sets all that stands in a block in alike: what is not goes on where a line was broken.
    const goesOn = last !== undefined && indent !== null && lines.indent < indent && !isWholeHead(last.text);
    indent ??= lines.indent;
    let text = line;
    const how = indent === 0 ? ({ broken: 'loose' } as const) : {};
    for (let open = balance(line); open > 0; ) {
      const more = lines.next();
      if (more === null) {
        entries.push({ text, line: first, ...how });
        return block(true);
      }
      text += ` ${more}`;
      open += balance(more);
    }
    if (goesOn) entries[entries.length - 1] = joined(last, text);
    else entries.push({ text, line: first, ...how });
  }
  return block(true);
}

function joined(entry: Entry, more: string): Entry {
  const isTorn = entry.text.split('"').length % 2 === 0 && !/(?:comment|prefix) "[^"]*$/.test(entry.text);
  return { ...entry, text: `${entry.text} ${more}`, broken: isTorn ? 'torn' : 'joined' };
}

/** `type filter hook input priority filter; policy accept;`, behind which rules begin. */
function isWholeHead(text: string): boolean {
  return /^type .*; policy \w+;$/.test(text);
}

/** How many braces a line leaves open, those in quotes left out. */
function balance(line: string): number {
  let open = 0;
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 34) quoted = !quoted;
    else if (!quoted && code === 123) open++;
    else if (!quoted && code === 125) open--;
  }
  return open;
}
