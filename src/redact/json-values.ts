import { objectsOf, textOf, wordOf } from '../json/fields.ts';
import { dictionary } from '../lookup/dictionary.ts';
import { IP_FIELDS, IP_WORDS } from './known-words.ts';
import type { Renamer } from './renamer.ts';

/** Gives a string of a JSON output its new name; undefined: the field is left out. */
export type RenameText = (text: string, renamer: Renamer) => string | undefined;

/** A word that is not the tools' own has another name, and is not left out: a rule or route would ask for less. */
const word: RenameText = (text, renamer) =>
  IP_WORDS.has(text) || /^(?:0x[\da-f]{1,8}|\d{1,3})$/.test(text) ? text : renamer.name('name', text);
const mark: RenameText = (text) => (/^(?:0x[\da-f]{1,8}|\d{1,10})$/.test(text) ? text : undefined);
const place: RenameText = (text, renamer) =>
  text === 'default' || text === 'all' ? text : (renamer.prefix(text) ?? undefined);
const hardware: RenameText = (text, renamer) => renamer.mac(text) ?? renamer.address(text) ?? undefined;
const link: RenameText = (text, renamer) => renamer.interfaces.rename(text);
const table: RenameText = (text, renamer) =>
  /^(?:main|local|default|unspec|\d+)$/.test(text) ? text : renamer.name('table', text);

/** Fields of `ip -j addr`, `route` and `rule`. Texts of any other field are left out; numbers and flags are kept. */
const FIELDS = dictionary<RenameText>({
  ifname: link,
  dev: link,
  master: link,
  link,
  label: link,
  iif: link,
  oif: link,
  address: hardware,
  broadcast: hardware,
  local: place,
  dst: place,
  src: place,
  from: place,
  gateway: place,
  prefsrc: place,
  host: place,
  anycast: place,
  table,
  group: (text, renamer) => (text === 'default' ? text : renamer.name('group', text)),
  family: word,
  scope: word,
  type: word,
  flags: word,
  operstate: word,
  link_type: word,
  protocol: word,
  pref: word,
  action: word,
  ipproto: word,
  tos: word,
  fwmark: mark,
  fwmask: mark,
  info_kind: word,
  info_slave_kind: word,
});

/** @returns the objects of `ip -j …` in the new names. */
export function renameIpJson(value: unknown, renamer: Renamer): unknown {
  return renameJson(
    value,
    '',
    (key, text) => FIELDS[key]?.(text, renamer),
    (key) => (IP_FIELDS.has(key) ? key : renamer.name('name', key)),
  );
}

/** @returns the labels of `ip -j addrlabel`, their prefixes in the new names; one of another shape is left out. */
export function renameAddressLabels(value: unknown, renamer: Renamer): unknown {
  return objectsOf(value).flatMap(({ address, prefixlen, ifname, label }) => {
    const prefix = renamer.prefix(`${textOf(address)}/${wordOf(prefixlen)}`)?.split('/');
    if (prefix === undefined || typeof label !== 'number') return [];
    const device = textOf(ifname);
    return [
      {
        address: prefix[0],
        prefixlen,
        ...(device === null ? {} : { ifname: renamer.interfaces.rename(device) }),
        label,
      },
    ];
  });
}

/** A plain word, or one of nft's operators on bits. */
const NAME = /^(?:[a-z][a-z0-9_ -]{0,40}|[&|^]|<<|>>)$/;

/** `ip` and `nft` nest some ten deep. */
const DEEPEST = 100;

/**
 * Goes through JSON and gives each string its new value. What is nested deeper than any tool's output is left out.
 * @param rename gets the nearest field name, the string, and the field name of the object around it.
 * @param nameField gets a field name that is a plain word; any other is left out with its value.
 */
export function renameJson(
  value: unknown,
  key: string,
  rename: (key: string, text: string, of: string) => unknown,
  nameField: (key: string) => string,
  depth = 0,
  of = '',
): unknown {
  if (typeof value === 'string') return rename(key, value, of);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return undefined;
  if (Array.isArray(value)) {
    return value
      .map((item) => renameJson(item, key, rename, nameField, depth + 1, of))
      .filter((item) => item !== undefined);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => NAME.test(name))
      .map(([name, item]) => [nameField(name), renameJson(item, name, rename, nameField, depth + 1, key)])
      .filter(([, item]) => item !== undefined),
  );
}
