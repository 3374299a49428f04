import type { Family } from '../net/address.ts';
import { ProblemList } from '../problems/problem.ts';
import type { IpSet, IpSetEntry } from './facts.ts';
import { setsAsSave } from './ipsets-text.ts';

/**
 * Reads `ipset save` (or `ipset list`): `create NAME TYPE …` and `add NAME ELEMENT …`.
 * @param cut true where bytes are known to be missing at its end
 * @returns the sets in the order of the dump; lines that cannot be read become problems. Never throws.
 */
export function parseIpsets(
  text: string,
  file = '',
  problems: ProblemList = new ProblemList(),
  cut = false,
): IpSet[] {
  const sets = new Map<string, IpSet & { readonly entries: IpSetEntry[] }>();
  let number = 0;
  let last: string | null = null;
  const listed = /^Name: /m.test(text) ? setsAsSave(text) : null;
  const lines = (listed?.text ?? text).split('\n');
  // Both forms end each line: what stands behind the last line end may be a piece of an element.
  const ragged = lines.at(-1)?.trim() !== '';
  if (ragged) lines.pop();
  for (const raw of lines) {
    number++;
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const words = splitWords(line);
    const [verb, name = '', third] = words;
    last = name;
    if ((verb === 'create' || verb === '-N') && third !== undefined) {
      const options = words.slice(3);
      sets.set(name, { name, type: canonicalType(third), family: familyOf(options), options, entries: [] });
    } else if ((verb === 'add' || verb === '-A') && third !== undefined) {
      const set = sets.get(name);
      if (set === undefined) {
        problems.add('ipset-without-create', { set: name }, file, number);
        continue;
      }
      const flags = words.slice(3);
      set.entries.push({
        parts: splitElement(third),
        nomatch: flags.includes('nomatch'),
        ...(flags.includes('wildcard') ? { wildcard: true } : {}),
        ...markOf(flags),
      });
    } else if (verb !== 'COMMIT') {
      problems.add('unreadable-line', { of: 'ipset' }, file, number);
    }
  }
  if (ragged || cut) {
    const args = { what: 'ipsets', set: last, inLine: ragged } as const;
    problems.add('truncated', args, file, ragged ? number + 1 : null);
  }
  return [...sets.values()].map((set) =>
    listed?.incomplete.has(set.name) === true || ((ragged || cut) && set.name === last)
      ? { ...set, incomplete: true }
      : set,
  );
}

/** `skbmark 0x12/0xf2`, `skbmark 0x77` (ip_set_get_extensions: without a mask all bits). */
function markOf(flags: readonly string[]): Pick<IpSetEntry, 'mark'> {
  const at = flags.indexOf('skbmark');
  const text = at < 0 ? null : /^(0x[0-9a-f]{1,8})(?:\/(0x[0-9a-f]{1,8}))?$/i.exec(flags[at + 1] ?? '');
  if (text === null) return {};
  return { mark: { value: Number(text[1]), mask: Number(text[2] ?? 0xffffffff) } };
}

/** Old names that `ipset restore` still takes. */
function canonicalType(type: string): string {
  const old: Readonly<Record<string, string>> = {
    ipmap: 'bitmap:ip',
    macipmap: 'bitmap:ip,mac',
    portmap: 'bitmap:port',
    iphash: 'hash:ip',
    nethash: 'hash:net',
    ipporthash: 'hash:ip,port',
    ipportiphash: 'hash:ip,port,ip',
    ipportnethash: 'hash:ip,port,net',
    setlist: 'list:set',
  };
  return old[type] ?? type;
}

function familyOf(options: readonly string[]): Family {
  const at = options.indexOf('family');
  return options[at + 1] === 'inet6' && at >= 0 ? 'ipv6' : 'ipv4';
}

/** Splits at blanks, keeping quoted comments whole; ipset allows no quote inside a comment. */
function splitWords(line: string): string[] {
  return line.match(/"[^"]*"?|[^\s"]+/g) ?? [];
}

/** Splits the element at its commas; `[name,with,commas]` protects nothing in ipset, so none is treated specially. */
function splitElement(element: string): string[] {
  return element.split(',');
}
