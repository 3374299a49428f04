import { type Fields, isFields, textOf } from '../json/fields.ts';
import { parseJson } from '../json/read-json.ts';
import { INVALID, ItemScanner } from './item-scanner.ts';
import { OBJECT_FIELDS, type ObjectKind } from './object-fields.ts';
import type { Shape } from './shape.ts';
import { type WantedKeys, wantedKeysOf } from './wanted-keys.ts';

/** A list of objects that are read one at a time: all of 100,000 pods as plain values would take a gigabyte. */
export interface LargeList {
  /** The list without its items. */
  readonly head: Fields;
  /**
   * @returns the items, each parsed when it is reached, without longer parts that its kind's shape lacks. Leaves out what is not
   *   JSON, and tells `damaged` at the end.
   */
  items(damaged: () => void): Iterable<unknown>;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;
/** Items are the objects that stand as deep as this: in a list of the outermost object. */
const DEPTH_OF_ITEMS = 2;

/** An item's place in the bytes. */
interface Item {
  readonly start: number;
  readonly end: number;
  /** Null: nothing is cut out of it. */
  readonly cuts: Cuts | null;
}

/** Which of the scanner's cuts are an object's, and the kind of which nothing reads what is cut out. */
interface Cuts {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

/**
 * Splits the JSON of one list, `{…, "items": [{…}, {…}], …}`, as kubectl prints it.
 * @returns null where the bytes are anything else; what is between the items is checked, so nothing is passed over.
 */
export function splitLargeList(bytes: Buffer): LargeList | null {
  const splitter = new Splitter(bytes);
  const items = splitter.items();
  if (items === null) return null;
  const head = parseJson(outside(bytes, items));
  if (!isFields(head) || !Array.isArray(head.items)) return null;
  // Each item left a hole that 0 fills: the list is whole where there is nothing else in it.
  if (head.items.length !== items.length || head.items.some((item) => item !== 0)) return null;
  const kindOfItems = textOf(head.kind)?.replace(/List$/, '') ?? null;
  return {
    head: { ...head, items: [] },
    *items(damaged) {
      let allRead = true;
      for (const item of items) {
        const value = splitter.read(item, kindOfItems);
        if (value === undefined) allRead = false;
        else yield value;
      }
      if (!allRead) damaged();
    },
  };
}

/** What is kept of an object of a kind. */
interface Kept {
  readonly kind: string;
  /** The kind as it stands in JSON. */
  readonly quoted: Buffer;
  readonly wanted: WantedKeys;
  /** False where all of it is. */
  readonly cuts: boolean;
}

/** Fewer bytes are not worth cutting out: V8 reads them faster than the rest is put together. */
const WORTH_CUTTING = 1000;
/** How far the kind of a list is looked for, that of its items. */
const HEAD_BYTES = 10_000;

class Splitter {
  readonly #bytes: Buffer;
  readonly #scanner: ItemScanner;
  /** Of the item before: those of one kind stand together. */
  #kept = keptOf('');
  #kindOfItems: string | null = null;
  #parts: Buffer = Buffer.alloc(0);

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#scanner = new ItemScanner(bytes);
  }

  /** @returns each object that stands directly in a list of the outermost object; null if brackets do not pair. */
  items(): Item[] | null {
    const bytes = this.#bytes;
    const items: Item[] = [];
    let depth = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) at = closingQuote(bytes, at);
      else if (byte === OPEN && depth === DEPTH_OF_ITEMS) {
        const item = this.#item(at);
        if (item === null) return null;
        items.push(item);
        at = item.end - 1;
      } else if (byte === OPEN || byte === OPEN_LIST) depth++;
      else if (byte === CLOSE || byte === CLOSE_LIST) depth--;
    }
    return depth === 0 ? items : null;
  }

  /** @returns the item as a value; undefined where it is not JSON. @param kindOfItems of those that do not say it themselves */
  read({ start, end, cuts }: Item, kindOfItems: string | null): unknown {
    if (cuts !== null) {
      const value = parseJson(this.#without(start, end, cuts));
      // What was kept is what is read of this kind, and of no other.
      if (isFields(value) && (textOf(value.kind) ?? kindOfItems) === cuts.kind) return value;
    }
    return parseJson(this.#bytes.toString('utf8', start, end));
  }

  #item(start: number): Item | null {
    const scanner = this.#scanner;
    const from = scanner.count;
    let end = scanner.object(start, this.#kept.wanted);
    if (end === INVALID) {
      end = closingBracket(this.#bytes, start);
      return end === INVALID ? null : { start, end, cuts: null };
    }
    if (!this.#isKept(scanner.kindAt)) {
      this.#kept = keptOf(this.#kindAt(scanner.kindAt, start));
      scanner.count = from;
      scanner.object(start, this.#kept.wanted);
    }
    const to = scanner.count;
    const { kind } = this.#kept;
    if (this.#kept.cuts && scanner.lengthCut(from) >= WORTH_CUTTING)
      return { start, end, cuts: { from, to, kind } };
    scanner.count = from;
    return { start, end, cuts: null };
  }

  /** True where the item before was of the kind that stands here. */
  #isKept(at: number): boolean {
    const { quoted, kind } = this.#kept;
    if (at === INVALID) return kind === this.#kindOfItems;
    for (let index = 0; index < quoted.length; index++)
      if (this.#bytes[at + index] !== quoted[index]) return false;
    return true;
  }

  /** @param item where the item begins that the kind is of */
  #kindAt(at: number, item: number): string {
    if (at !== INVALID) return /^"(\w*)"/.exec(this.#bytes.toString('latin1', at, at + 100))?.[1] ?? '';
    const head = this.#bytes.toString('latin1', 0, Math.min(item, HEAD_BYTES));
    this.#kindOfItems ??= /"kind"\s*:\s*"(\w+)List"/.exec(head)?.[1] ?? '';
    return this.#kindOfItems;
  }

  #without(start: number, end: number, { from, to }: Cuts): string {
    if (this.#parts.length < end - start) this.#parts = Buffer.allocUnsafe((end - start) * 2);
    let length = 0;
    let kept = start;
    for (let index = from; index <= to; index += 2) {
      const until = index === to ? end : (this.#scanner.cuts[index] ?? end);
      length += this.#bytes.copy(this.#parts, length, kept, until);
      kept = this.#scanner.cuts[index + 1] ?? end;
    }
    return this.#parts.toString('utf8', 0, length);
  }
}

function keptOf(kind: string): Kept {
  const isRead = isKind(kind);
  const shape: Shape = isRead ? OBJECT_FIELDS[kind] : {};
  // Of other kinds nothing is read, but what lists hold.
  const cuts = isRead || (kind !== '' && !kind.endsWith('List'));
  const quoted = Buffer.from(JSON.stringify(kind));
  return { kind, quoted, cuts, wanted: wantedKeysOf({ apiVersion: true, kind: true, ...shape }) };
}

function isKind(kind: string): kind is ObjectKind {
  return Object.hasOwn(OBJECT_FIELDS, kind);
}

/** @returns the place of the quote that ends the text which begins with this one; behind all where none does. */
function closingQuote(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** @returns the place behind what this bracket opens, by brackets alone; {@link INVALID} where they do not pair. */
function closingBracket(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = closingQuote(bytes, at);
    else if (byte === OPEN || byte === OPEN_LIST) {
      if (depth === 0 && byte === OPEN && at > start) return INVALID;
      depth++;
    } else if (byte === CLOSE || byte === CLOSE_LIST) {
      depth--;
      if (depth < 0) return INVALID;
      if (depth === 0 && byte === CLOSE) return at + 1;
    }
  }
  return INVALID;
}

/** @returns the bytes outside the items, with 0 for each. */
function outside(bytes: Buffer, items: readonly Item[]): string {
  const length = items.reduce((rest, { start, end }) => rest - (end - start) + 1, bytes.length);
  const parts = Buffer.alloc(length, '0');
  let at = 0;
  let from = 0;
  for (const { start, end } of items) {
    at += bytes.copy(parts, at, from, start) + 1;
    from = end;
  }
  bytes.copy(parts, at, from);
  return parts.toString();
}
