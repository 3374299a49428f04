import { matchModule } from '../extensions/registry.ts';
import type { Match } from '../match.ts';
import type { Target } from '../target.ts';
import { Cursor } from './cursor.ts';
import { connectionPrints } from './print-connection.ts';
import { opaquePrints } from './print-opaque.ts';
import { senderPrints } from './print-sender.ts';
import { isTargetName, readTargetTail } from './print-target.ts';
import { transportPrints } from './print-transport.ts';
import type { PrintContext, Printed, PrintReader } from './printed.ts';

/** What the part of a line behind the destination says. */
export interface Extensions {
  readonly goto: boolean;
  readonly matches: readonly Match[];
  /** Null where nothing was printed that the target needs, or where it prints nothing. */
  readonly target: Target | null;
  /** True where every word was understood. */
  readonly clean: boolean;
}

/** A comment holds at most 256 bytes with its end (xt_comment.h), so its end is not looked for any further. */
const LONGEST_COMMENT = 256;

let prints: ReadonlyMap<string, PrintReader> | null = null;

/**
 * Reads what matches and target printed behind the destination, in the order of the rule.
 * @param text the line from behind the destination to its end.
 * @param target the word in the target column, or null for a rule without target.
 */
export function scanExtensions(text: string, target: string | null, context: PrintContext): Extensions {
  const cursor = new Cursor(text);
  cursor.skipBlanks();
  const goto = cursor.take(/\[goto\](?!\S)/y) !== null;
  const printing = target !== null && isTargetName(target) ? target : null;
  const scanned = new Scan(text, printing, context).from(cursor.position);
  return { goto, ...scanned };
}

type Scanned = Omit<Extensions, 'goto'>;

class Scan {
  readonly #text: string;
  readonly #target: string | null;
  readonly #context: PrintContext;
  readonly #seen = new Map<number, Scanned>();

  constructor(text: string, target: string | null, context: PrintContext) {
    this.#text = text;
    this.#target = target;
    this.#context = context;
  }

  /** Reads from a place to the end. What was found at a place is kept: several ends of a comment may lead there. */
  from(start: number): Scanned {
    const seen = this.#seen.get(start);
    if (seen !== undefined) return seen;
    const scanned = this.#read(new Cursor(this.#text, start));
    this.#seen.set(start, scanned);
    return scanned;
  }

  #read(cursor: Cursor): Scanned {
    const matches: Match[] = [];
    const strange: string[] = [];
    let clean = true;
    const flush = (): void => {
      if (strange.length > 0) matches.push({ kind: 'unrecognised', negated: false, text: strange.join(' ') });
      strange.length = 0;
    };
    for (;;) {
      cursor.skipBlanks();
      const target = this.#target === null ? null : readTargetTail(this.#target, cursor, this.#context);
      if (target !== null || cursor.atEnd()) {
        flush();
        return { matches, target, clean };
      }
      if (this.#text.startsWith('/* ', cursor.position)) {
        flush();
        const rest = this.#readComment(cursor.position + 3);
        if (rest !== null) {
          return { matches: [...matches, ...rest.matches], target: rest.target, clean: clean && rest.clean };
        }
      }
      const read = readOne(cursor, this.#context);
      if (read === null) {
        strange.push(cursor.word());
        clean = false;
      } else {
        flush();
        for (const match of read) {
          matches.push(match);
          if (match.kind === 'unrecognised') clean = false;
        }
      }
    }
  }

  /**
   * A comment may itself hold an end mark. The first end behind which everything is understood is taken; failing that
   * the first, so that what follows is unrecognised and not lost in the comment.
   */
  #readComment(start: number): Scanned | null {
    let first: Scanned | null = null;
    for (let end = this.#text.indexOf(' */', start); end >= 0; end = this.#text.indexOf(' */', end + 1)) {
      if (end - start > LONGEST_COMMENT) break;
      const after = this.#text.charCodeAt(end + 3);
      if (after !== 32 && !Number.isNaN(after)) continue;
      const rest = this.from(end + 3);
      const comment: Match = { kind: 'comment', negated: false, text: this.#text.slice(start, end) };
      const found = { ...rest, matches: [comment, ...rest.matches] };
      if (rest.clean && (rest.target !== null || this.#target === null)) return found;
      first ??= found;
    }
    return first;
  }
}

function readOne(cursor: Cursor, context: PrintContext): readonly Match[] | null {
  const start = cursor.position;
  const negated = cursor.take(/! (?=\S)/y) !== null;
  const word = cursor.take(/#conn|[A-Za-z][\w-]*/y)?.[0] ?? '';
  cursor.position -= word.length;
  prints ??= allPrints();
  // `tos match0x10/0x3f` and the like glue a number to their last word, never to the first.
  const printed = prints.get(word)?.(cursor, negated, context) ?? null;
  if (printed !== null) return isPrinted(printed) ? interpret(printed, context) : printed;
  cursor.position = start;
  return null;
}

function interpret(printed: Printed, context: PrintContext): readonly Match[] {
  const missing = printed.lost ?? [];
  if (printed.parts.length === 0 && missing.length > 0) return missing;
  const read = matchModule(printed.module)?.read(printed.parts, context);
  const matches = read ?? [{ kind: 'unrecognised', negated: false, text: printed.module }];
  return missing.length === 0 ? matches : [...matches, ...missing];
}

function isPrinted(printed: Printed | readonly Match[]): printed is Printed {
  return 'module' in printed;
}

function allPrints(): ReadonlyMap<string, PrintReader> {
  return new Map([
    ...opaquePrints(),
    ...Object.entries({ ...transportPrints, ...connectionPrints, ...senderPrints }),
  ]);
}
