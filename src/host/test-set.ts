import type { Address, Family } from '../net/address.ts';
import { liesIn, type Prefix, type Whereabouts } from '../net/prefix.ts';
import { ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../net/protocol.ts';
import type { Host, IpSet, SetMark } from './facts.ts';
import { isInverted, type SetIndex, setIndex, wholePrefix } from './set-index.ts';
import type { Dimension, SetKey, SetMember } from './set-key.ts';
import type { SetField, SetUnknown } from './unknown-fact.ts';

/** What a packet offers to a set. Null anywhere: not known. */
export interface SetElement {
  readonly family: Family;
  /** As the rule gives them, one for each dimension. */
  readonly directions: readonly ('src' | 'dst')[];
  readonly source: Address | null;
  /** Of a source that is not known. Absent: nothing. */
  readonly sourceKnown?: Whereabouts;
  readonly destination: Address | null;
  readonly protocol: number | null;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  readonly icmp: { readonly type: number; readonly code: number } | null;
  /** Empty text where the hook has none: `in` of OUTPUT, `out` of PREROUTING. */
  readonly inInterface: string | null;
  readonly outInterface: string | null;
  /** Empty text where the packet has no Ethernet header. */
  readonly sourceMac: string | null;
  readonly destinationMac: string | null;
  readonly mark: number | null;
  /** `--return-nomatch`: an element with `nomatch` is the one that counts. */
  readonly returnNomatch?: boolean;
}

/**
 * Whether a set holds the packet, before the rule's negation; `mark`: what its element has of one, null where that is not known;
 * `source`: the one prefix in which the source must lie. Absent: more is to be known.
 */
export type SetAnswer =
  | { readonly answer: 'yes'; readonly mark: SetMark | null }
  | { readonly answer: 'no' }
  | { readonly answer: 'unknown'; readonly why: SetUnknown; readonly source?: Prefix };

type Ternary = 'yes' | 'no' | 'unknown';

/**
 * Tests a packet against a set as `ip_set_test` does (net/netfilter/ipset). Elements with a timeout are as of the capture.
 * A packet of the other family, or a rule with fewer directions than the set has dimensions, never matches.
 */
export function testSet(host: Host, name: string, element: SetElement): SetAnswer {
  const { ipsets } = host;
  if (ipsets === null) {
    return unknown({ code: 'ipset-not-captured', set: name });
  }
  const set = ipsets.get(name);
  if (set === undefined) {
    return unknown({ code: 'ipset-missing', set: name });
  }
  return set.type === 'list:set' ? testList(host, set, element) : testOne(set, element);
}

/** A list holds what one of its sets holds; dimensions and family are asked of each (`list_set_ktest`). */
function testList(host: Host, list: IpSet, element: SetElement): SetAnswer {
  if (element.directions.length < 1) return NO;
  let open: SetAnswer | null = null;
  for (const entry of list.entries) {
    const name = entry.parts[0] ?? '';
    const member = host.ipsets?.get(name);
    const answer =
      member === undefined
        ? unknown({ code: 'ipset-missing', set: name })
        : member.type === 'list:set'
          ? NO
          : testOne(member, element);
    if (answer.answer === 'yes') return open === null ? answer : { ...answer, mark: null };
    if (answer.answer === 'unknown') open ??= unknown(answer.why);
  }
  return open ?? (list.incomplete === true ? notWhole(list.name) : NO);
}

function testOne(set: IpSet, element: SetElement): SetAnswer {
  const index = setIndex(set);
  if (index === null) {
    return unknown({ code: 'ipset-type', set: set.name, type: set.type });
  }
  if (element.directions.length < index.dimensions.length) return NO;
  const anyFamily = set.type === 'bitmap:port' || set.type === 'hash:mac';
  if (!anyFamily && set.family !== element.family) return NO;
  const { result, mark, source } = decide(index, set, element);
  // A missing member may be a smaller network with `nomatch`.
  if (set.incomplete === true && (result !== 'yes' || index.dimensions.includes('net'))) {
    return notWhole(set.name);
  }
  if (result === 'yes') return { answer: 'yes', mark };
  if (result === 'no') return NO;
  const open = unknown({ code: 'ipset-element', set: set.name, fields: missing(index, element) });
  return source === null ? open : { ...open, source };
}

/**
 * The most specific networks are tried first, and the first element found decides, be it a `nomatch` one
 * (`mtype_test_cidrs`). An element that might match leaves both ways open.
 */
function decide(
  index: SetIndex,
  set: IpSet,
  element: SetElement,
): { readonly result: Ternary; readonly mark: SetMark | null; readonly source: Prefix | null } {
  const address = maskedAddress(index, element, 0);
  const groups = new Map<number, { readonly member: SetMember; readonly sure: boolean }[]>();
  const floor = set.type === 'hash:net,iface' && address !== null ? floorRank(index, address) : 0;
  for (const member of index.candidates(address)) {
    const match = matchMember(index, set, member, element);
    const rank = rankOf(index, member);
    if (match === 'no' || rank < floor) continue;
    const group = groups.get(rank) ?? [];
    group.push({ member, sure: match === 'yes' });
    groups.set(rank, group);
  }
  const possible = new Set<Ternary>();
  const marks = new Map<string, SetMark>();
  const decided = () => {
    const [mark = null] = marks.size === 1 ? marks.values() : [];
    const [only, ...others] = [...groups.values()].flat();
    const source =
      only === undefined || others.length > 0 ? null : sourceAsked(index, set, only.member, element);
    return { result: onlyOf(possible), mark, source };
  };
  for (const rank of [...groups.keys()].sort((a, b) => b - a)) {
    const group = groups.get(rank) ?? [];
    for (const { member } of group) {
      possible.add(member.nomatch === isInverted(index, element.returnNomatch) ? 'yes' : 'no');
      marks.set(`${member.mark.value}/${member.mark.mask}`, member.mark);
    }
    if (group.some(({ sure }) => sure)) return decided();
  }
  possible.add('no');
  return decided();
}

/**
 * hash:net,iface looks no further than the most specific network it holds for the address, even if no interface of that
 * network's elements is the packet's: `multi` ends the loop of `mtype_test_cidrs`.
 */
function floorRank(index: SetIndex, address: bigint): number {
  let floor = 0;
  for (const member of index.candidates(address)) {
    const [net, iface] = member.keys;
    if (net?.kind !== 'address' || (iface?.kind === 'iface' && iface.physdev)) continue;
    floor = Math.max(floor, rankOf(index, member));
  }
  return floor;
}

function onlyOf(possible: ReadonlySet<Ternary>): Ternary {
  const [first = 'no'] = possible;
  return possible.size === 1 ? first : 'unknown';
}

/** Larger for more specific networks, the first dimension before the others. */
function rankOf(index: SetIndex, member: SetMember): number {
  let rank = 0;
  member.keys.forEach((key, at) => {
    if (index.dimensions[at] === 'net' && key.kind === 'address') rank = rank * 256 + key.length + 1;
  });
  return rank;
}

function matchMember(index: SetIndex, set: IpSet, member: SetMember, element: SetElement): Ternary {
  let result: Ternary = 'yes';
  for (const [at, key] of member.keys.entries()) {
    const match = matchKey(index, set, key, at, element);
    if (match === 'no') return 'no';
    if (match === 'unknown') result = 'unknown';
  }
  return result;
}

/** @returns where the source has to lie for the packet to be this element; null where something else is not known. */
function sourceAsked(index: SetIndex, set: IpSet, member: SetMember, element: SetElement): Prefix | null {
  if (member.nomatch || isInverted(index, element.returnNomatch)) return null;
  const open = [...member.keys.entries()].filter(
    ([at, key]) => matchKey(index, set, key, at, element) === 'unknown',
  );
  const [first, ...others] = open;
  if (first === undefined || others.length > 0) return null;
  const [at, key] = first;
  return element.directions[at] === 'src' ? wholePrefix(index, set, key) : null;
}

function matchKey(index: SetIndex, set: IpSet, key: SetKey, at: number, element: SetElement): Ternary {
  const isSource = element.directions[at] === 'src';
  switch (key.kind) {
    case 'address': {
      const value = maskedAddress(index, element, at);
      if (value === null) {
        const prefix = isSource ? wholePrefix(index, set, key) : null;
        const known = prefix === null ? null : liesIn(prefix, element.sourceKnown ?? NOTHING);
        return known === null ? 'unknown' : bool(known);
      }
      const bits = set.family === 'ipv4' ? 32 : 128;
      const shift = BigInt(bits - key.length);
      return bool(value >> shift === key.value >> shift);
    }
    case 'port':
      return matchPort(set, key, isSource, element);
    case 'mac':
    case 'any': {
      if (index.dimensions[at] !== 'mac') return 'yes';
      const mac = isSource ? element.sourceMac : element.destinationMac;
      if (mac === null) return 'unknown';
      if (mac === '' || mac === '00:00:00:00:00:00') return 'no';
      return key.kind === 'any' ? 'yes' : bool(mac.toLowerCase() === key.mac);
    }
    case 'iface': {
      // iptables cannot ask for bridge ports here; what such an element does to a rule is left open.
      if (key.physdev) return 'unknown';
      const name = isSource ? element.inInterface : element.outInterface;
      if (name === null) return 'unknown';
      if (name === '') return 'no';
      return bool(key.wildcard ? name.startsWith(key.name) : name === key.name);
    }
    case 'mark':
      return element.mark === null ? 'unknown' : bool((element.mark & index.markMask) >>> 0 === key.mark);
    case 'set':
    case 'unreadable':
      return 'unknown';
    default: {
      const unhandled: never = key;
      return unhandled;
    }
  }
}

/** `ip_set_get_ip4_port`: ICMP has type and code for a port, protocols without ports have 0; bitmap:port knows TCP and UDP only. */
function matchPort(
  set: IpSet,
  key: Extract<SetKey, { readonly kind: 'port' }>,
  isSource: boolean,
  element: SetElement,
): Ternary {
  const { protocol, icmp } = element;
  const plain = set.type === 'bitmap:port';
  if (protocol === null) return 'unknown';
  if (plain ? protocol !== TCP && protocol !== UDP : protocol !== key.protocol) return 'no';
  if (protocol === 0) return 'no';
  let port: number | null = 0;
  if (protocol === TCP || protocol === UDP || protocol === SCTP || protocol === UDPLITE) {
    port = isSource ? element.sourcePort : element.destinationPort;
  } else if (protocol === ICMP || protocol === ICMPV6) {
    port = icmp === null ? null : (icmp.type << 8) | icmp.code;
  }
  return port === null ? 'unknown' : bool(port >= key.from && port <= key.to);
}

function maskedAddress(index: SetIndex, element: SetElement, at: number): bigint | null {
  const dimension: Dimension | undefined = index.dimensions[at];
  if (dimension !== 'ip' && dimension !== 'net') return null;
  const address = element.directions[at] === 'src' ? element.source : element.destination;
  return address === null ? null : address.value & index.addressMask;
}

function missing(index: SetIndex, element: SetElement): SetField[] {
  return index.dimensions.flatMap((dimension, at): SetField[] => {
    const isSource = element.directions[at] === 'src';
    const side = isSource ? 'source' : 'destination';
    switch (dimension) {
      case 'ip':
      case 'net':
        return (isSource ? element.source : element.destination) === null ? [`${side}-address`] : [];
      case 'port':
        return (isSource ? element.sourcePort : element.destinationPort) === null ? [`${side}-port`] : [];
      case 'mac':
        return (isSource ? element.sourceMac : element.destinationMac) === null ? [`${side}-mac`] : [];
      case 'iface':
        return [isSource ? 'in-interface' : 'out-interface'];
      case 'mark':
        return element.mark === null ? ['mark'] : [];
      default:
        return [];
    }
  });
}

function bool(value: boolean): Ternary {
  return value ? 'yes' : 'no';
}

const NOTHING: Whereabouts = { within: [], outside: [] };

const NO: SetAnswer = { answer: 'no' };

function notWhole(name: string): SetAnswer {
  return unknown({ code: 'ipset-cut', set: name });
}

function unknown(why: SetUnknown): Extract<SetAnswer, { answer: 'unknown' }> {
  return { answer: 'unknown', why };
}
