import { doubled } from '../../lookup/name-index.ts';

const NEWLINE = 10;
const SPACE = 32;
const DASH = 45;
const UPPER_A = 65;
const LOWER_M = 109;
const LOWER_P = 112;

/** Bytes of ASCII: a shape has no others. */
const WIDTH = 128;
const NONE = 0;
const ROOT = 1;
/** Comments that look like options make shapes of their own: of so many no more are kept. */
const MOST_NODES = 1 << 14;

/**
 * Shapes of rules: the options of a rule in their order, with the values of `-m` and `-p` alone, so that rules of one shape ask
 * the same fields. Kept as a tree of bytes: of 400,000 rules none becomes a text to be looked up.
 */
export class RuleShapes {
  /** Of each node and each byte the next node, or NONE. */
  #next = new Uint32Array(64 * WIDTH);
  #size = ROOT + 1;
  /** The last nodes of shapes. */
  readonly #ends = new Set<number>();

  /** @returns true where a rule of the shape of the one that starts here was added. */
  has(line: Uint8Array, start: number): boolean {
    return this.#ends.has(this.#lastNode(line, start, false));
  }

  /** Adds the shape of the rule that starts here; the row of a listing has none. */
  add(line: Uint8Array, start: number): void {
    const end = this.#lastNode(line, start, true);
    if (end !== NONE) this.#ends.add(end);
  }

  /** @returns the last node of the shape of a rule, or NONE. */
  #lastNode(line: Uint8Array, start: number, adds: boolean): number {
    if (line[start] !== DASH || line[start + 1] !== UPPER_A || line[start + 2] !== SPACE) return NONE;
    let node = ROOT;
    for (let at = start + 2; !endsLine(line[at]); ) {
      if (line[at] !== SPACE || line[at + 1] !== DASH) at++;
      else
        for (const end = endOfOption(line, at); at < end; at++) {
          const byte = line[at] ?? WIDTH;
          if (byte >= WIDTH) return NONE;
          const next = this.#next[node * WIDTH + byte] ?? NONE;
          node = next === NONE && adds ? this.#added(node, byte) : next;
          if (node === NONE) return NONE;
        }
    }
    return node;
  }

  #added(node: number, byte: number): number {
    if (this.#size === MOST_NODES) return NONE;
    if ((this.#size + 1) * WIDTH > this.#next.length) this.#next = doubled(this.#next);
    this.#next[node * WIDTH + byte] = this.#size;
    return this.#size++;
  }
}

/** @returns where an option ends that begins with the blank here; that of `-m` and `-p` behind its value. */
function endOfOption(line: Uint8Array, blank: number): number {
  const end = endOfWord(line, blank + 2);
  const letter = line[blank + 2];
  const isNamed = end === blank + 3 && (letter === LOWER_M || letter === LOWER_P);
  return isNamed && line[end] === SPACE ? endOfWord(line, end + 1) : end;
}

function endOfWord(line: Uint8Array, start: number): number {
  let at = start;
  while (line[at] !== SPACE && !endsLine(line[at])) at++;
  return at;
}

function endsLine(byte: number | undefined): boolean {
  return byte === NEWLINE || byte === undefined;
}
