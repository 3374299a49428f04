/** What stands at the beginning of a rule, or of a chain that is hooked nowhere. */
export interface Head {
  readonly kind: 'rule' | 'chain';
  readonly family: string;
  readonly table: string;
  /** All up to the name of the chain: the same for all rules of a table, and for all chains. */
  readonly bytes: Buffer;
}

/** As nft writes them, with any blanks: from a writer that has the fields in another order each object is parsed. */
const HEAD =
  /^\{\s*"(?:(rule)|chain)"\s*:\s*\{\s*"family"\s*:\s*"(\w+)"\s*,\s*"table"\s*:\s*"([ !#-[\]-~]*)"\s*,\s*"(?:(chain)|name)"\s*:\s*"/;

/** The longest beginning that is looked at. */
const LONGEST = 1024;

const [QUOTE, BACKSLASH, ZERO, NINE] = [34, 92, 48, 57];
const [BEHIND_NAME, AT_END] = [Buffer.from('", "handle": '), Buffer.from('}}')];

/** Reads the heads of rules and chains without parsing them. */
export class Heads {
  readonly #bytes: Buffer;
  readonly #known: Record<Head['kind'], Head | null> = { rule: null, chain: null };

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @returns the head of the object that begins here, the same for all with this head; null where it is no rule and no chain, or is written otherwise. */
  at(start: number): Head | null {
    const { rule, chain } = this.#known;
    return this.#stands(rule, start) ? rule : this.#stands(chain, start) ? chain : this.#learn(start);
  }

  /** @returns where the name that begins here ends; -1 where it does not, or is not spelled as it reads. */
  endOfName(start: number): number {
    for (let at = start; at < this.#bytes.length; at++) {
      const byte = this.#bytes[at];
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH) return -1;
    }
    return -1;
  }

  /** @returns where the two brackets stand that close a chain of which nothing but its name and handle is told; -1 where more is. */
  endOfPlainChain(nameEnd: number): number {
    let at = nameEnd + BEHIND_NAME.length;
    if (!spells(this.#bytes, nameEnd, BEHIND_NAME)) return -1;
    for (; ; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte < ZERO || byte > NINE) break;
    }
    return spells(this.#bytes, at, AT_END) ? at : -1;
  }

  #stands(known: Head | null, start: number): known is Head {
    return known !== null && spells(this.#bytes, start, known.bytes);
  }

  #learn(start: number): Head | null {
    const [text, rule, family = '', table = '', chain] =
      HEAD.exec(this.#bytes.toString('latin1', start, start + LONGEST)) ?? [];
    // Of a rule the third name is its chain's, of a chain its own.
    if (text === undefined || (rule === undefined) !== (chain === undefined)) return null;
    const kind = rule === undefined ? 'chain' : 'rule';
    const bytes = this.#bytes.subarray(start, start + text.length);
    const known: Head = { kind, family, table, bytes };
    this.#known[kind] = known;
    return known;
  }
}

function spells(bytes: Buffer, start: number, text: Buffer): boolean {
  // From the end: beginnings differ there.
  for (let at = text.length - 1; at >= 0; at--) if (bytes[start + at] !== text[at]) return false;
  return true;
}
