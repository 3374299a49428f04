import { ADDRESS_BITS, type Family, formatAddress, parseAddress } from '../../../src/net/address.ts';
import { maskOfLength } from '../../../src/net/prefix.ts';
import { pickFrom } from '../generate/pools.ts';
import type { Aim } from './aim.ts';
import type { FieldText } from './fields.ts';

/** How a match is turned, and whether it should fit the packet as it was sent. */
export interface Turned {
  readonly fits: boolean;
  readonly negated: boolean;
  readonly pick: number;
}

/** @returns the whole match: `ip saddr != { 10.0.0.1, 10.0.0.2 }`. */
export function writeMatch(field: FieldText, turned: Turned, aim: Aim): string {
  const { lhs, own, others } = field;
  const { fits, negated, pick } = turned;
  const strangers = others.filter((other) => other !== own);
  const other = pickFrom(strangers, pick >> 4);
  // A negated match fits where the value is another.
  const value = own === null || fits === negated ? other : own;
  const no = negated ? '!= ' : '';
  switch (field.shape) {
    case 'bits':
      return ofBits(field, value, negated, pick);
    case 'name':
      return ofNames(field, value, no, pick, aim);
    case 'word':
      return `${lhs} ${ofWords(field, value, strangers, no, pick, aim)}`;
    case 'number':
      return `${lhs} ${ofNumbers(field, value, strangers, no, pick, aim)}`;
    case 'address':
      return `${lhs} ${ofAddresses(field, value, strangers, no, pick, aim)}`;
  }
}

function ofBits({ lhs, others }: FieldText, value: string, negated: boolean, pick: number): string {
  const other = pickFrom(others, pick >> 6);
  const both = value === other ? value : `${value},${other}`;
  if (lhs === 'tcp flags')
    return pickFrom(
      [
        `${lhs} ${value}`,
        `${lhs} ${negated ? '!=' : '=='} ${value}`,
        `${lhs} & (fin|syn|rst|ack) ${negated ? '!=' : '=='} ${value}`,
        `${lhs} & (fin|syn) ${negated ? '!=' : '=='} (fin|syn)`,
        `${lhs} ${negated ? '!= ' : ''}{ ${value}, fin|psh }`,
        `${lhs} & ${value} == ${value}`,
      ],
      pick >> 2,
    );
  return pickFrom(
    [
      `${lhs} ${value}`,
      `${lhs} ${both}`,
      `${lhs} ${negated ? '!=' : '=='} ${value}`,
      `${lhs} != ${both}`,
      `${lhs} ${negated ? '!= ' : ''}{ ${both} }`,
      `${lhs} & ${value} ${negated ? '!=' : '=='} ${value}`,
    ],
    pick >> 2,
  );
}

function ofNames(
  { lhs, type, others }: FieldText,
  value: string,
  no: string,
  pick: number,
  aim: Aim,
): string {
  const other = pickFrom(others, pick >> 6);
  const stem = value.slice(0, 3);
  const both = value === other ? `"${value}"` : `"${value}", "${other}"`;
  const plain = [`${lhs} ${no}"${value}"`, `${lhs} ${no}{ ${both} }`];
  if (type === 'iface_index') return pickFrom(plain, pick >> 2);
  const { sets } = aim.chain.table;
  const written: readonly (() => string)[] = [
    () => pickFrom(plain, pick >> 4),
    () => `${lhs} ${no}"${stem}*"`,
    () => `${lhs} ${no}@${sets.add('set', 'names', `type ifname; elements = { ${both} }`)}`,
    () =>
      `${lhs} ${no}@${sets.add('set', 'stems', `type ifname; flags interval; elements = { "${stem}*", "wlan0" }`)}`,
  ];
  return pickFrom(written, pick >> 2)();
}

function ofWords(
  { type, paired }: FieldText,
  value: string,
  others: readonly string[],
  no: string,
  pick: number,
  aim: Aim,
): string {
  const more = pickFrom(others, pick >> 6);
  const list = value === more ? value : `${value}, ${more}`;
  if (paired === true)
    return `${no}{ ${value}, ${more === value ? pickFrom(others, (pick >> 6) + 1) : more} }`;
  if (type === null || pick % 3 !== 0)
    return `${no}${pick % 4 === 0 && isListed(value) ? `{ ${list} }` : value}`;
  return `${no}@${aim.chain.table.sets.add('set', 'exact', `type ${type}; elements = { ${list} }`)}`;
}

function isListed(value: string): boolean {
  return value !== 'exists' && value !== 'missing';
}

function ofNumbers(
  { type, lhs }: FieldText,
  text: string,
  others: readonly string[],
  no: string,
  pick: number,
  aim: Aim,
): string {
  const value = Number(text);
  // Nothing lies behind the greatest mark, nor in a few bits.
  const room = value >= 0xffffff00 || /mod|&|\bip ecn|dscp|,[48]$/.test(lhs) ? 0 : pick % 7;
  const wide = { from: Math.max(0, value - (pick % 5)), to: value + room };
  const range = wide.from === wide.to ? `${value}` : `${wide.from}-${wide.to}`;
  const outside = others.map(Number).filter((one) => one < wide.from || one > wide.to);
  const more = outside.length === 0 ? '' : `, ${pickFrom(outside, pick >> 6)}`;
  const { sets } = aim.chain.table;
  const written: readonly (() => string)[] = [
    () => `${no}${value}`,
    () => `${no}${range}`,
    () => `${no}{ ${value}${more} }`,
    () => `${no}{ ${range}${more} }`,
    () => `${pickFrom(['<', '>', '<=', '>='], pick >> 5)} ${value}`,
    ...(type === null
      ? []
      : [
          () => `${no}@${sets.add('set', 'exact', `type ${type}; elements = { ${value}${more} }`)}`,
          () =>
            `${no}@${sets.add('set', 'interval', `type ${type}; flags interval; elements = { ${range}${more} }`)}`,
        ]),
  ];
  return pickFrom(written, pick >> 2)();
}

/** @returns a prefix or range around an address. */
export function around(text: string, family: Family, pick: number): string {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  const bits = ADDRESS_BITS[family];
  if (pick % 2 === 0) {
    const length = pickFrom([bits / 2, bits - 8, bits - 4, bits - 1], pick >> 1);
    return `${formatAddress({ family, value: address.value & maskOfLength(family, length) })}/${length}`;
  }
  const from = address.value - BigInt(pick % 3);
  const to = address.value + BigInt((pick >> 2) % 4);
  // 255.255.255.255 has nothing behind it.
  if (from === to || from < 0n || to >> BigInt(bits) !== 0n) return text;
  return `${formatAddress({ family, value: from })}-${formatAddress({ family, value: to })}`;
}

function ofAddresses(
  { type }: FieldText,
  value: string,
  others: readonly string[],
  no: string,
  pick: number,
  aim: Aim,
): string {
  const { family } = parseAddress(value) ?? aim.pool;
  const some = [...new Set([value, pickFrom(others, pick >> 6), pickFrom(others, pick >> 7)])];
  const wide = around(value, family, pick >> 3);
  // Far from every address that packets have, so that intervals do not overlap.
  const far = family === 'ipv4' ? '203.0.113.0/24' : '2001:db8:ffff::/48';
  const { sets } = aim.chain.table;
  const written: readonly (() => string)[] = [
    () => `${no}${value}`,
    () => `${no}${wide}`,
    () => `${no}{ ${some.join(', ')} }`,
    () => `${no}{ ${wide}, ${far} }`,
    ...(type === null
      ? []
      : [
          () => `${no}@${sets.add('set', 'exact', `type ${type}; elements = { ${some.join(', ')} }`)}`,
          () =>
            `${no}@${sets.add('set', 'interval', `type ${type}; flags interval; elements = { ${wide}, ${far} }`)}`,
        ]),
  ];
  return pickFrom(written, pick >> 2)();
}
