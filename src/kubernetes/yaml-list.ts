/** A list in YAML, cut at its items. */
export interface YamlList {
  /** The list with `items: []`. */
  readonly head: string;
  /** A list of one item each. */
  readonly items: readonly string[];
}

const HEAD = /^items:[ \t]*\r?\n(?=- )/m;

/**
 * Cuts a list as kubectl prints it, its items dashes in the first column: what belongs to an item is set in, also the lines of
 * its texts, so no such line can be anything else. Read one by one its items take a tenth of the memory.
 * @returns null where the text is no such list. It may still be no YAML, or name in one item what stands in another: whoever
 * cannot read a part has to read the whole.
 */
export function splitYamlList(text: string): YamlList | null {
  const head = HEAD.exec(text);
  if (head === null) return null;
  const from = head.index + head[0].length;
  const parts = text.slice(from).split(/^(?=\S)/m);
  const after = parts.findIndex((part) => !part.startsWith('- '));
  const items = after < 0 ? parts : parts.slice(0, after);
  const rest = after < 0 ? '' : parts.slice(after).join('');
  const before = text.slice(0, head.index);
  // Of a key that stands twice the last one counts.
  if (/^items[ \t]*:/m.test(`${before}\n${rest}`)) return null;
  return { head: `${before}items: []\n${rest}`, items };
}
