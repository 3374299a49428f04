import { dictionary } from '../../lookup/dictionary.ts';

const TABLES = 'raw|mangle|nat|filter|security';

const ENTITIES = dictionary<string>({
  gt: '>',
  lt: '<',
  amp: '&',
  quot: '"',
  '#39': "'",
  nbsp: ' ',
});

/** `← here`, `<--- this one`: what somebody wrote behind a line; no comment of a rule goes on behind it. */
const REMARK = /(?<=\S)\s+(?:[\u2190\u21d0\u2b05]|<[-=]+(?=\s|\w|$))[^"/]{0,200}$/;

/** @returns true where a web page or an editor changed characters that mean something to a rule, or somebody wrote behind it. */
export function isAltered(line: string): boolean {
  return (
    REMARK.test(line) ||
    /--comment [\u201c\u201e&]|[\u2013\u2014]to-|\u00a0|&(?:amp;)*(?:gt|lt|quot|#39);/.test(line)
  );
}

/** Puts back characters that web pages and editors change: blanks, quotes, dashes, entities. A row of a table in Markdown loses its end. */
export function repaired(raw: string): string {
  // Between straight quotes curved ones are the author's.
  const straight = raw.split('"').length - 1;
  const hasOwnQuotes = straight > 0 && straight % 2 === 0;
  const whole = decoded(
    raw
      .replace(/<\/?(?:br|pre|code|p|div|span)\b[^<>]*>/gi, '')
      .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
      .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
      .replace(/[\u201c-\u201f\u00ab\u00bb]/g, (quote) => (hasOwnQuotes ? quote : '"'))
      .replace(/[\u2018-\u201b]/g, "'")
      .replace(/(^|\s)[\u2013\u2014](?=[a-z])/g, '$1--')
      .replace(/(^|\s)[\u2010-\u2014](?=[A-Za-z]\s)/g, '$1-'),
  );
  // It ends as it begins.
  const row = /^\s*[+<>-]?\s?\|.*\|\s*$/.test(whole) ? whole.replace(/\s*\|\s*$/, '') : whole;
  return row.replace(REMARK, '');
}

/** A page within a page encodes twice. */
function decoded(text: string): string {
  const once = text.replace(/&(gt|lt|amp|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name] ?? '');
  return once === text ? text : decoded(once);
}

/** Spells a line as the tool's own output has it: commands of a script, input of iptables-restore, heads typed by hand. */
export function respelt(text: string): string {
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
