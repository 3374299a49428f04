import { type Fields, isFields, textOf } from '../json/fields.ts';
import { parseJson } from '../json/read-json.ts';
import { closingBracket, closingQuote } from './brackets.ts';
import { ItemScanner } from './item-scanner.ts';
import { CLOSE, CLOSE_LIST, COMMA, INVALID, isBlank, OPEN, OPEN_LIST, QUOTE } from './json-walker.ts';
import { KeptTexts } from './kept-texts.ts';
import { LATE_MARKS, type LateKind, LateTexts } from './late-texts.ts';
import { OBJECT_FIELDS, type ObjectKind } from './object-fields.ts';
import type { Shape } from './shape.ts';
import { type WantedKeys, wantedKeysOf } from './wanted-keys.ts';

/** A list of objects that are read one at a time: all of 100,000 pods as plain values would take a gigabyte. */
export interface LargeList {
  /** The list without its items. */
  readonly head: Fields;
  /** True where an item may be no JSON. */
  readonly odd: boolean;
  /**
   * @returns the items, each parsed when it is reached, without longer parts that its kind's shape lacks; in place of all that are
   *   made late {@link LateTexts} of their kind. Leaves out what is not JSON, and tells `damaged` at the end.
   */
  items(damaged: () => void): Iterable<unknown>;
}

/** Items are the objects that stand as deep as this: in a list of the outermost object. */
const DEPTH_OF_ITEMS = 2;

/**
 * Splits the JSON of one list, `{…, "items": [{…}, {…}], …}`, as kubectl prints it.
 * @param pieces its bytes, in order @param held false where a piece may be overwritten by the next
 * @param making `late`: objects of some kinds when they are asked for, where that can be
 * @returns null where the bytes are anything else; what is between the items is checked, so nothing is passed over.
 */
export function splitLargeList(
  pieces: Iterable<Buffer>,
  held: boolean,
  making: 'at once' | 'late',
): LargeList | null {
  const splitter = new Splitter(held, making === 'late');
  for (const piece of pieces) {
    if (splitter.isNew && !/^\s*(?:\{|$)/.test(piece.toString('latin1', 0, HEAD_BYTES))) return null;
    splitter.take(piece);
  }
  const { kept, odd } = splitter;
  const head = parseJson(splitter.end() ?? '');
  if (!isFields(head) || !Array.isArray(head.items)) return null;
  // Each item left a hole that 0 fills: the list is whole where there is nothing else in it.
  if (head.items.length + splitter.left !== kept.size || head.items.some((item) => item !== 0)) return null;
  // Of items that do not tell their kind what was kept was told by the first words of the list.
  if (splitter.guessed !== null && textOf(head.kind) !== `${splitter.guessed}List`) return null;
  const late = splitter.late();
  const atOnce = late.length > 0 ? splitter.atOnce : Array.from({ length: kept.size }, (_, item) => item);
  return {
    head: { ...head, items: [] },
    odd,
    *items(damaged) {
      let allRead = true;
      for (const item of atOnce) {
        const value = parseJson(kept.text(item));
        if (value === undefined) allRead = false;
        else yield value;
      }
      yield* late;
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
  /** Null where its objects are made at once. */
  readonly late: LateKind | null;
}

/** Fewer bytes are not worth cutting out: V8 reads them faster than the rest is put together. */
const WORTH_CUTTING = 1000;
/** How far the kind of a list is looked for, that of its items. */
const HEAD_BYTES = 10_000;

class Splitter {
  /** The objects that stand directly in a list of the outermost object. */
  readonly kept = new KeptTexts();
  /** The numbers of those that are of no kind whose objects are made late. */
  readonly atOnce: number[] = [];
  odd = false;
  /** The kind that items were taken for which do not tell it; null: all do, or all of them was kept. */
  guessed: string | null = null;
  readonly #held: boolean;
  readonly #scanner = new ItemScanner();
  /** How many items stand behind another with a comma between them: they are left out of the list. */
  left = 0;
  /** The list with 0 for each item that is not left out. */
  readonly #outside: string[] = [];
  /** Of the item before: those of one kind stand together. */
  #kind = keptOf('');
  #kindOfItems: string | null = null;
  /** By kind; null where an item may be an object of such a kind that has to be made at once. */
  #late: Map<LateKind, LateTexts> | null;
  #depth = 0;
  /** What was not looked at yet, and how much of it there is. */
  #window: Buffer = Buffer.alloc(0);
  #length = 0;
  #enough = 0;

  constructor(held: boolean, makesLate: boolean) {
    this.#held = held;
    this.#late = makesLate ? new Map() : null;
  }

  take(piece: Buffer): void {
    if (this.#length === 0) {
      this.#leave(piece, this.#walk(piece));
      return;
    }
    const length = this.#length + piece.length;
    if (this.#window.length < length) {
      const larger = Buffer.allocUnsafeSlow(length * 2);
      this.#window.copy(larger, 0, 0, this.#length);
      this.#window = larger;
    }
    piece.copy(this.#window, this.#length);
    this.#length = length;
    if (length >= this.#enough) this.#walkOn();
  }

  /** True before anything but blanks was met. */
  get isNew(): boolean {
    return this.#depth === 0;
  }

  /** @returns the list with 0 for each item; null where brackets do not pair. */
  end(): string | null {
    if (this.#length > 0) this.#walkOn();
    return this.#depth === 0 && this.#length === 0 ? this.#outside.join('') : null;
  }

  /** @returns those items whose objects are made late, all of their kind; empty where all are made at once. */
  late(): readonly LateTexts[] {
    const late = [...(this.#late?.values() ?? [])];
    return late.some((texts) => texts.kind === 'Pod' && texts.hasTwins()) ? [] : late;
  }

  #walkOn(): void {
    const bytes = this.#window.subarray(0, this.#length);
    this.#leave(bytes, this.#walk(bytes));
  }

  /** @returns how much of the bytes is done with: the rest begins with what does not end in them. */
  #walk(bytes: Buffer): number {
    this.#scanner.begin(bytes);
    let from = 0;
    let isBehindItem = false;
    let at = 0;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        const end = closingQuote(bytes, at);
        if (end >= bytes.length) break;
        at = end;
      } else if (byte === OPEN && this.#depth === DEPTH_OF_ITEMS) {
        const isNext = isBehindItem && isComma(bytes, from, at);
        if (!isNext) this.#outside.push(bytes.toString('utf8', from, at));
        from = at;
        const end = this.#item(bytes, at);
        if (end === INVALID) {
          if (isNext) this.#outside.push(',');
          break;
        }
        if (isNext) this.left++;
        else this.#outside.push('0');
        from = end;
        at = end - 1;
        isBehindItem = true;
      } else if (byte === OPEN || byte === OPEN_LIST) this.#depth++;
      else if (byte === CLOSE || byte === CLOSE_LIST) this.#depth--;
    }
    if (at > from) this.#outside.push(bytes.toString('utf8', from, at));
    this.kept.flush();
    return at;
  }

  /** Keeps what is not done with. */
  #leave(bytes: Buffer, used: number): void {
    this.#length = bytes.length - used;
    if (this.#window.length < this.#length) this.#window = Buffer.allocUnsafeSlow(this.#length * 2);
    bytes.copy(this.#window, 0, used);
    // Looked at again when there is twice as much: what is larger than a piece is not walked over for each.
    this.#enough = this.#length * 2;
  }

  /** @returns where the item ends; {@link INVALID} where it does not. */
  #item(bytes: Buffer, start: number): number {
    const scanner = this.#scanner;
    const end = scanner.object(start, this.#kind.wanted);
    if (end === INVALID) {
      const closed = closingBracket(bytes, start);
      if (closed === INVALID) return INVALID;
      this.odd = true;
      this.#late = null;
      this.#keep(bytes, start, closed, 0);
      return closed;
    }
    if (!this.#isAsBefore(bytes)) {
      this.#kind = keptOf(this.#kindIn(bytes));
      scanner.object(start, this.#kind.wanted);
    }
    const isCut = this.#kind.cuts && !scanner.respelled && scanner.lengthCut >= WORTH_CUTTING;
    const text = this.kept.size;
    this.#keep(bytes, start, end, isCut ? scanner.count : 0);
    if (!this.#kind.cuts || !scanner.isPlain) this.#late = null;
    const { late } = this.#kind;
    if (late === null) this.atOnce.push(text);
    else this.#addLate(late, text, bytes);
    if ((isCut || late !== null) && scanner.kindAt === INVALID) this.guessed = this.#kind.kind;
    return end;
  }

  #addLate(kind: LateKind, text: number, bytes: Buffer): void {
    if (this.#late === null) return;
    const texts = this.#late.get(kind) ?? new LateTexts(kind, this.kept);
    this.#late.set(kind, texts);
    if (!texts.add(text, bytes, this.#scanner.marks, this.#scanner.markCount)) this.#late = null;
  }

  #keep(bytes: Buffer, start: number, end: number, cuts: number): void {
    if (cuts > 0) this.kept.copyCut(bytes, start, end, this.#scanner.cuts, cuts);
    else if (this.#held) this.kept.hold(bytes, start, end);
    else this.kept.copy(bytes, start, end);
  }

  /** True where the item is of the kind of the one before. */
  #isAsBefore(bytes: Buffer): boolean {
    const { quoted, kind } = this.#kind;
    const at = this.#scanner.kindAt;
    if (at === INVALID) return kind === this.#kindOfItems;
    for (let index = 0; index < quoted.length; index++) if (bytes[at + index] !== quoted[index]) return false;
    return true;
  }

  #kindIn(bytes: Buffer): string {
    const at = this.#scanner.kindAt;
    if (at !== INVALID) return /^"(\w*)"/.exec(bytes.toString('latin1', at, at + 100))?.[1] ?? '';
    const head = this.#kindOfItems ?? this.#outside.join('').slice(0, HEAD_BYTES);
    this.#kindOfItems ??= /"kind"\s*:\s*"(\w+)List"/.exec(head)?.[1] ?? '';
    return this.#kindOfItems;
  }
}

function keptOf(kind: string): Kept {
  const isRead = isKind(kind);
  const shape: Shape = isRead ? OBJECT_FIELDS[kind] : {};
  // Of other kinds nothing is read, but what lists hold.
  const cuts = isRead || (kind !== '' && !kind.endsWith('List'));
  const late = kind === 'Pod' || kind === 'EndpointSlice' ? kind : null;
  const wanted = wantedKeysOf(
    { apiVersion: true, kind: true, ...shape },
    late === null ? {} : LATE_MARKS[late],
  );
  return { kind, quoted: Buffer.from(JSON.stringify(kind)), cuts, late, wanted };
}

function isKind(kind: string): kind is ObjectKind {
  return Object.hasOwn(OBJECT_FIELDS, kind);
}

/** @returns true where nothing but a comma stands between these places, and blanks around it. */
function isComma(bytes: Buffer, start: number, end: number): boolean {
  let commas = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === COMMA) commas++;
    else if (!isBlank(byte)) return false;
  }
  return commas === 1;
}
