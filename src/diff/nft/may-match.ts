import type { Intervals } from '../../net/intervals.ts';
import { allAddresses } from '../../net/prefix-intervals.ts';
import { parseProtocol } from '../../net/protocol.ts';
import { type Element, type Expression, type Field, partsOf } from '../../nftables/expression.ts';
import type { NftTable } from '../../nftables/ruleset.ts';
import type { Statement } from '../../nftables/statement.ts';
import { patternOf } from '../../trace/nft/constants.ts';
import { kindOf, kindsOf } from '../../trace/nft/kinds.ts';
import { FIB_TYPES, fibNumber, fibType } from '../../trace/nft/read-fib.ts';
import type { Pattern } from '../../trace/nft/values.ts';
import { from, fromPorts, type Reach, towards, within } from '../rules/reach-bounds.ts';
import type { Space } from '../space/space.ts';
import { ALL_PORTS, bits, type Door } from '../space/universe.ts';
import { isMemory } from './acting-tables.ts';
import { comparisonOf } from './alike-statement.ts';
import { addressesOf, type Compared, holdsFor, shortsOf } from './compared.ts';

/** @returns the packets of a reach that may pass a match of nft: never fewer than do. Null where there is none. */
export function mayPass(
  { left, right, operator }: Extract<Statement, { kind: 'match' }>,
  table: NftTable,
  reach: Reach,
  space: Space,
): Reach | null {
  const negated = operator === '!=';
  if (right.kind !== 'set' && right.kind !== 'set-name') {
    const pattern = patternOf(right, kindOf(left));
    return pattern === null
      ? mayHave(left, null, false, reach, space)
      : mayHave(left, comparisonOf(operator, pattern), negated, reach, space);
  }
  const elements = elementsKnown(right, table);
  const parts = partsOf(left);
  const kinds = kindsOf(left);
  let narrowed: Reach | null = reach;
  for (const [at, part] of parts.entries()) {
    if (narrowed === null) return null;
    const patterns = elements?.map(({ key }) => patternAt(key, at, kinds[at] ?? 'other')) ?? null;
    const known =
      patterns?.every((pattern): pattern is Pattern => pattern !== null) === true ? patterns : null;
    const compared: Compared | null =
      known === null || (negated && parts.length > 1) ? null : { kind: 'patterns', patterns: known };
    narrowed = mayHave(part, compared, negated, narrowed, space);
  }
  return narrowed;
}

/** @returns the packets of a reach whose key may be this element's. */
export function mayFind(key: Expression, element: Element, reach: Reach, space: Space): Reach | null {
  const kinds = kindsOf(key);
  let narrowed: Reach | null = reach;
  for (const [at, part] of partsOf(key).entries()) {
    if (narrowed === null) return null;
    const pattern = patternAt(element.key, at, kinds[at] ?? 'other');
    const compared: Compared | null = pattern === null ? null : { kind: 'patterns', patterns: [pattern] };
    narrowed = mayHave(part, compared, false, narrowed, space);
  }
  return narrowed;
}

/** Null where the elements are not all known, or some stand for any other key. */
function elementsKnown(data: Expression, table: NftTable): readonly Element[] | null {
  const set = data.kind === 'set-name' ? table.sets.get(data.name) : undefined;
  if (set !== undefined && (set.cut || isMemory(table, set))) return null;
  const elements = set?.elements ?? (data.kind === 'set' ? data.elements : null);
  return elements?.every(({ key }) => key !== null) === true ? elements : null;
}

function patternAt(key: Expression | null, at: number, kind: ReturnType<typeof kindOf>): Pattern | null {
  if (key === null) return null;
  const part = partsOf(key)[at];
  return part === undefined ? null : patternOf(part, kind);
}

/** @param compared null: whether the packet has it at all */
function mayHave(
  expression: Expression,
  compared: Compared | null,
  negated: boolean,
  reach: Reach,
  space: Space,
): Reach | null {
  switch (expression.kind) {
    case 'meta':
      return compared === null ? reach : mayHaveMeta(expression.key, compared, negated, reach, space);
    case 'payload':
      return mayHaveHeader(expression, compared, negated, reach, space);
    case 'fib':
      return compared === null ? reach : mayBeOfType(expression, compared, negated, reach, space);
    case 'concat': {
      let narrowed: Reach | null = reach;
      for (const part of expression.parts)
        if (narrowed !== null) narrowed = mayHave(part, null, false, narrowed, space);
      return narrowed;
    }
    default:
      return reach;
  }
}

function mayHaveMeta(
  key: string,
  compared: Compared,
  negated: boolean,
  reach: Reach,
  { universe }: Space,
): Reach | null {
  if (key === 'l4proto') {
    const fits = (protocol: number): boolean => holdsFor(compared, BigInt(protocol)) !== negated;
    return within(reach, { protocols: bits(universe.protocols, fits) });
  }
  // Behind the routing decision the input device may be forgotten, and at a device or bridge it is another.
  if ((key !== 'iif' && key !== 'iifname') || reach.hook === 'POSTROUTING') return reach;
  const fits = (door: Door): boolean => {
    const device = door.kind === 'node' ? (reach.hook === 'OUTPUT' ? '' : 'lo') : door.device;
    return device === undefined || holdsFor(compared, device) !== negated;
  };
  return within(reach, { doors: bits(universe.doors, fits) });
}

function mayHaveHeader(
  { protocol, field }: Extract<Field, { kind: 'payload' }>,
  compared: Compared | null,
  negated: boolean,
  reach: Reach,
  space: Space,
): Reach | null {
  const { family, protocols } = space.universe;
  if (protocol === 'ip' || protocol === 'ip6') {
    if ((protocol === 'ip') !== (family === 'ipv4')) return null;
    if (compared === null) return reach;
    if (field === 'protocol' || field === 'nexthdr')
      return mayHaveMeta('l4proto', compared, negated, reach, space);
    const set = turned(addressesOf(compared, family), negated, allAddresses(family));
    if (field === 'saddr') return from(reach, set, space);
    return field === 'daddr' ? towards(reach, set, null) : reach;
  }
  const number = parseProtocol(protocol);
  const ofProtocol =
    number === null || protocol === 'th'
      ? reach
      : within(reach, { protocols: bits(protocols, (each) => each === number) });
  if (ofProtocol === null || compared === null) return ofProtocol;
  const ports = turned(shortsOf(compared), negated, ALL_PORTS);
  if (field === 'sport') return fromPorts(ofProtocol, ports);
  return field === 'dport' ? towards(ofProtocol, null, ports) : ofProtocol;
}

function turned(set: Intervals | null, negated: boolean, all: Intervals): Intervals | null {
  return set !== null && negated ? all.without(set) : set;
}

/** As the routing tables of either side tell it. */
function mayBeOfType(
  { result, flags }: Extract<Field, { kind: 'fib' }>,
  compared: Compared,
  negated: boolean,
  reach: Reach,
  space: Space,
): Reach | null {
  if (result !== 'type' || flags.includes('iif') || flags.includes('oif')) return reach;
  const holding = FIB_TYPES.filter((type) => holdsFor(compared, BigInt(fibNumber(type))) !== negated);
  const set = space.routing.where(`fib type ${holding.join()}`, (host, address) => {
    const type = fibType(host, address, null);
    return type === null || holding.includes(type);
  });
  return flags.includes('saddr') ? from(reach, set, space) : towards(reach, set, null);
}
