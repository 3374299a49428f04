import { icmpNumber } from '../host/icmp-names.ts';
import type { ProblemList } from '../problems/problem.ts';
import { ipvsSetIn } from '../proxy/chains.ts';
import { renameIpvsListing } from './ipvs-listing.ts';
import {
  IPVS_WORDS,
  isExpectationWord,
  isMask,
  isSysctlName,
  SET_OPTIONS,
  SET_TYPES,
} from './known-words.ts';
import type { Renamer } from './renamer.ts';

/** Renames one line; null: it holds something that is not known, and is left out. */
export type RenameLine = (line: string, renamer: Renamer) => string | null;

/** Renames a text line by line. Lines that cannot be kept become empty, so that the others keep their numbers. */
export function renameLines(
  text: string,
  file: string,
  rename: RenameLine,
  renamer: Renamer,
  problems: ProblemList,
): string {
  return text
    .split('\n')
    .map((line, index) => {
      if (line.trim() === '') return '';
      const renamed = rename(line, renamer);
      if (renamed !== null) return renamed;
      problems.add('not-redactable', { what: 'line' }, file, index + 1);
      return '';
    })
    .join('\n');
}

/** A line of `conntrack -S`. */
export const renameFlowStatistics: RenameLine = (line) =>
  /^(?:cpu=\d+)(?:\s+[a-z_]+=\d+)*\s*$/.test(line) ? line : null;

/**
 * A line of /proc/net/nf_conntrack_expect or of `conntrack -L expect`. A helper's name stays where it is one of the kernel's.
 */
export const renameExpectation: RenameLine = (line, renamer) => {
  if (/^conntrack v[\d.]+ \(conntrack-tools\): \d+ expectations have/.test(line)) return line;
  const [, head = '', rest = ''] = /^((?:\d+|-) (?:l3proto = \d+ )?proto=\d+ )(src=.*)$/.exec(line) ?? [];
  const words = rest.split(' ').map((word) => {
    const [, key = '', value = ''] = /^([a-z-]+)=(\S*)$/.exec(word) ?? [];
    if (/^(?:master-)?(?:src|dst)$/.test(key)) {
      const renamed = renamer.address(value);
      return renamed === null ? null : `${key}=${renamed}`;
    }
    if (/^mask-(?:src|dst)$/.test(key)) return isMask(value) ? word : null;
    if (/^(?:sport|dport|type|code|id|class|zone)$/.test(key) && /^\d{1,10}$/.test(value)) return word;
    return word === '' || isExpectationWord(key === 'helper' ? value : word) ? word : null;
  });
  return rest === '' || words.includes(null) ? null : head + words.join(' ');
};

/** A line of /proc/net/xt_recent. */
export const renameRecent: RenameLine = (line, renamer) => {
  const [, address = '', rest = ''] =
    /^src=(\S+)( ttl: \d+ last_seen: \d+ oldest_pkt: \d+[ \d,]*)$/.exec(line) ?? [];
  const renamed = renamer.address(address);
  return renamed === null ? null : `src=${renamed}${rest}`;
};

/** A line of `sysctl -a`: only net settings that are numbers, the interface in their name renamed. */
export const renameSysctl: RenameLine = (line, renamer) => {
  const [, key = '', tail = ''] = /^(net\.[^\s=]+)(\s?=\s?[\d\t -]*)$/.exec(line) ?? [];
  if (key === '') return '';
  const [, head, link, field] = /^(net\.[a-z0-9]+\.(?:conf|neigh)\.)(.+)\.([a-z0-9_]+)$/.exec(key) ?? [];
  if (head === undefined || link === undefined) return isSysctlName(key) ? key + tail : '';
  if (!isSysctlName(head.slice(0, -1)) || !isSysctlName(field ?? '')) return '';
  if (link === 'all' || link === 'default') return line;
  return `${head}${renamer.interfaces.rename(link)}.${field}${tail}`;
};

/** A line of `ipvsadm-save -n`, or of `ipvsadm -Ln`. */
export const renameIpvs: RenameLine = (line, renamer) => {
  if (!line.startsWith('-')) return renameIpvsListing(line, renamer);
  const words = line.trim().split(/\s+/);
  const renamed: string[] = [];
  for (const [index, word] of words.entries()) {
    const before = words[index - 1] ?? '';
    if (/^-(?:[tur]|-tcp-service|-udp-service|-sctp-service|-real-server)$/.test(before)) {
      const socket = renamer.socket(word);
      if (socket === null) return null;
      renamed.push(socket);
    } else if (word.split(',').every((each) => IPVS_WORDS.has(each)) || /^\d{1,10}$/.test(word))
      renamed.push(word);
    else if (before === '-M' && isMask(word)) renamed.push(word);
    else return null;
  }
  return renamed.join(' ');
};

/** A line of `ipvsadm -Lnc`. */
export const renameIpvsConnection: RenameLine = renameIpvsListing;

/** A line of `ipset save`; comments of elements are dropped. */
export const renameSetLine: RenameLine = (line, renamer) => {
  const words = line.trim().match(/"[^"]*"?|[^\s"]+/g) ?? [];
  const [verb, name = '', third = ''] = words;
  const alias = renameSetName(name, renamer);
  if (verb === 'create') {
    if (!SET_TYPES.has(third)) return null;
    const options = words.slice(3).map((word, index, all) => {
      if (all[index - 1] === 'range') return renamer.range(word) ?? (/^[\d-]+$/.test(word) ? word : null);
      if (SET_OPTIONS.has(word) || NUMBER.test(word)) return word;
      return isMask(word) ? word : renamer.prefix(word);
    });
    return options.includes(null) ? null : ['create', alias, third, ...options].join(' ');
  }
  if (verb !== 'add') return null;
  const parts = third.split(',').map((part) => renameElement(part, renamer));
  const options: string[] = [];
  for (const [index, word] of words.slice(3).entries()) {
    const before = words[index + 2];
    if (before === 'comment') continue;
    if (/^(?:timeout|packets|bytes|skbmark|skbprio|skbqueue|nomatch|wildcard|before|after)$/.test(word))
      options.push(word);
    else if (before === 'before' || before === 'after') options.push(renameSetName(word, renamer));
    else if (
      /^(?:timeout|packets|bytes|skb(?:mark|prio|queue))$/.test(before ?? '') &&
      SET_NUMBERS.test(word)
    )
      options.push(word);
    else if (word !== 'comment') return null;
  }
  return parts.includes(null) ? null : ['add', alias, parts.join(','), ...options].join(' ');
};

const NUMBER = /^(?:0x[\da-f]{1,8}|\d{1,10})$/;
/** `0x10/0xff`, `1:ffff` */
const SET_NUMBERS = /^(?:0x[\da-f]{1,8}|[\da-f]{1,4}|\d{1,20})(?:[/:](?:0x[\da-f]{1,8}|[\da-f]{1,4}))?$/;
const ELEMENT_NUMBERS =
  /^(?:(?:tcp|udp|sctp|udplite|dccp|icmp|icmpv6|\d{1,3}):)?(?:0x[\da-f]{1,8}|\d{1,10})(?:[/-](?:0x[\da-f]{1,8}|\d{1,10}))?$/;

function renameElement(part: string, renamer: Renamer): string | null {
  const place = renamer.range(part) ?? renamer.mac(part);
  if (place !== null) return place;
  // `tcp:80`, `80-90`, `0x10/0xff`, `icmp:echo-request`
  if (ELEMENT_NUMBERS.test(part)) return part;
  const [, version, type = ''] = /^icmp(v6)?:([a-zA-Z-]+)$/.exec(part) ?? [];
  if (type !== '') return icmpNumber(type, version === undefined ? 4 : 6) === null ? null : part;
  const [, physdev, link] = /^(physdev:)?([\w.@:+-]+)$/.exec(part) ?? [];
  if (link === undefined) return null;
  // An element of list:set is a set, one of hash:net,iface an interface: what was noted as a set is one.
  if (physdev === undefined && renamer.aliases.isNoted('set', link)) return renameSetName(link, renamer);
  return (physdev ?? '') + renamer.interfaces.rename(link);
}

/** kube-proxy's own sets are the same everywhere. */
export function renameSetName(name: string, renamer: Renamer): string {
  return ipvsSetIn(name) !== null ? name : renamer.name('set', name);
}
