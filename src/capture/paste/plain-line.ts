import { kindOfLine, type LineKind } from '../recognise-lines.ts';

/** `-` and `<` stand before what was, `+` and `>` before what is. */
export type DiffSign = '-' | '+' | '<' | '>';

/** A pasted line without what web pages, editors, logs and mail put around it. */
export interface PlainLine {
  readonly text: string;
  /** Null where the line on its own is of no known kind. */
  readonly kind: LineKind | null;
  /** The sign of a diff that it stood behind; `>` is one of mail, too. */
  readonly side: DiffSign | null;
  /** How many things stood in front of it. */
  readonly prefixes: number;
}

/** What stands in front of a pasted line, each with its blanks. Tried again on what is left, a few times. */
const PREFIXES: readonly RegExp[] = [
  /^(?:>\s?)+/,
  /^[+<|•·*-](?=\s*\S)/,
  /^(?:```\w*|`+|\*\*|__|"|')/,
  /^[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \S+ [^\s:]+: /,
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?:?\s+(?:std(?:out|err) [FP] )?/,
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ \S+\] /,
  /^\d{1,6}(?:[:|.)]?\s+|:(?=\S)|(?=[-:*#[C>+<|]))/,
  /^(?:level=\w+\s+|msg="?|time="?[\d:TZ.+-]+"?\s+)/,
  /^\[[\w./-]+\]\s+(?=-[AN] )/,
  // The tool's last words go to standard error, and land anywhere.
  /^conntrack v\S+ \(conntrack-tools\): (?!\d+ flow)/,
];

const MOST_PREFIXES = 4;

const TABLES = 'raw|mangle|nat|filter|security';

/** @returns the line as the tool printed it, as far as that can be told. */
export function plainLine(raw: string): PlainLine {
  const line = repaired(raw);
  const own = kindOfLine(line);
  if (own !== null) return { text: line, kind: own, side: null, prefixes: 0 };
  let rest = line.trim();
  let side: PlainLine['side'] = null;
  for (let round = 0; round <= MOST_PREFIXES; round++) {
    const spelt = respelt(rest);
    const kind = isBareHead(spelt) ? 'iptables-listing' : kindOfLine(spelt);
    if (kind !== null) return { text: spelt, kind, side, prefixes: round };
    const prefix = prefixOf(rest);
    if (prefix === '') break;
    side ??= signOf(prefix, rest);
    rest = rest.slice(prefix.length).trim();
  }
  return { text: line, kind: null, side: null, prefixes: 0 };
}

/** @returns a line that goes on from one before without as many prefixes as that had. */
export function continuation(raw: string, prefixes: number): string {
  let rest = repaired(raw).trim();
  for (let round = 0; round < prefixes; round++) rest = rest.slice(prefixOf(rest).length).trim();
  return rest;
}

function prefixOf(line: string): string {
  return PREFIXES.map((one) => one.exec(line)?.[0] ?? '').find((found) => found !== '') ?? '';
}

/** A dash with a blank behind it is a bullet. */
function signOf(prefix: string, line: string): DiffSign | null {
  const sign = prefix.trim();
  if (sign === '-') return /^-\s/.test(line) ? null : '-';
  return sign === '+' || sign === '<' || sign === '>' ? sign : null;
}

const ENTITIES: Readonly<Record<string, string>> = {
  gt: '>',
  lt: '<',
  amp: '&',
  quot: '"',
  '#39': "'",
  nbsp: ' ',
};

/** @returns true where a web page or an editor changed characters that mean something to a rule. */
export function isAltered(line: string): boolean {
  return /--comment [\u201c\u201e&]|[\u2013\u2014]to-|\u00a0|&(?:amp;)*(?:gt|lt|quot|#39);/.test(line);
}

/** Puts back characters that web pages and editors change: blanks, quotes, dashes, entities. */
export function repaired(raw: string): string {
  return decoded(
    raw
      .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
      .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
      .replace(/[\u201c-\u201f\u00ab\u00bb]/g, '"')
      .replace(/[\u2018-\u201b]/g, "'")
      .replace(/(^|\s)[\u2013\u2014](?=[a-z])/g, '$1--')
      .replace(/(^|\s)[\u2010-\u2014](?=[A-Za-z]\s)/g, '$1-'),
  );
}

/** A page within a page encodes twice. */
function decoded(text: string): string {
  const once = text.replace(/&(gt|lt|amp|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name] ?? '');
  return once === text ? text : decoded(once);
}

/** Spells a line as the tool's own output has it: commands of a script, input of iptables-restore, heads typed by hand. */
function respelt(text: string): string {
  const table = new RegExp(`^\\* ?(${TABLES})$`).exec(text);
  if (table !== null) return `*${table[1]}`;
  const command = new RegExp(
    `^(?:[$#+]\\s+)?(?:sudo\\s+)?(?:/\\S*/)?ip6?tables(?:-nft|-legacy)?((?:\\s+(?:-w|--wait)(?:\\s+\\d+)?|\\s+(?:-t|--table)[= ]?(?:${TABLES}))*)\\s+((?:-[ANIP]|--append|--insert) \\S+)(.*)$`,
  ).exec(text);
  if (command !== null) {
    const [, options = '', start = '', rest = ''] = command;
    const named = new RegExp(`(${TABLES})`).exec(options)?.[1];
    const head = start.replace('--append', '-A').replace('--insert', '-I');
    return `${head}${named === undefined || /^-[NPI]/.test(head) ? '' : ` -t ${named}`}${rest}`;
  }
  const head = /^\W{0,3}Chain ([^\s:]+):?(?:\s*(\([^)]*\)))?\W{0,4}$/.exec(text);
  return head === null ? text : `Chain ${head[1]}${head[2] === undefined ? '' : ` ${head[2]}`}`;
}

/** The head of a listing's chain as a person types it. */
function isBareHead(text: string): boolean {
  return /^Chain \S+$/.test(text);
}
