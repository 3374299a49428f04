import type { Intervals } from './intervals.ts';

/**
 * A set of packets: every combination of what each field allows. Fields of few values are bit sets over a list of
 * {@link Universe} (bit 0 stands for the first of the list), the others ranges.
 */
export interface Box {
  readonly destination: Intervals;
  readonly protocols: number;
  readonly destinationPort: Intervals;
  readonly doors: number;
  readonly states: number;
  readonly source: Intervals;
  readonly sourcePort: Intervals;
  readonly marks: number;
  /** ICMP types and codes; of no meaning to other protocols. */
  readonly icmp: number;
}

/** Fields in the order in which a difference of boxes is cut: what decides most comes first. */
const RANGES = ['destination', 'destinationPort', 'source', 'sourcePort'] as const;
const BITS = ['protocols', 'doors', 'states', 'marks', 'icmp'] as const;
const ORDER: readonly (keyof Box)[] = [
  'destination',
  'protocols',
  'destinationPort',
  'doors',
  'states',
  'source',
  'sourcePort',
  'marks',
  'icmp',
];

/** @returns the packets in both; null where there is none. */
export function intersect(a: Box, b: Box): Box | null {
  const bits: Record<(typeof BITS)[number], number> = {
    protocols: 0,
    doors: 0,
    states: 0,
    marks: 0,
    icmp: 0,
  };
  for (const field of BITS) {
    bits[field] = a[field] & b[field];
    if (bits[field] === 0) return null;
  }
  const ranges: Partial<Record<(typeof RANGES)[number], Intervals>> = {};
  for (const field of RANGES) {
    const both = a[field].and(b[field]);
    if (both.isEmpty) return null;
    ranges[field] = both;
  }
  const { destination, destinationPort, source, sourcePort } = ranges;
  if (!destination || !destinationPort || !source || !sourcePort) return null;
  return { ...bits, destination, destinationPort, source, sourcePort };
}

/** @returns disjoint boxes that hold what is in `box` and not in `cut`. */
export function subtract(box: Box, cut: Box): Box[] {
  if (intersect(box, cut) === null) return [box];
  const rest: Box[] = [];
  let inside = box;
  for (const field of ORDER) {
    const outside = fieldWithout(inside, cut, field);
    if (outside !== null) rest.push(outside);
    inside = fieldWithin(inside, cut, field);
  }
  return rest;
}

function fieldWithout(box: Box, cut: Box, field: keyof Box): Box | null {
  const own = box[field];
  const other = cut[field];
  if (typeof own === 'number' || typeof other === 'number') {
    const left = Number(own) & ~Number(other);
    return left === 0 ? null : { ...box, [field]: left };
  }
  const left = own.without(other);
  return left.isEmpty ? null : { ...box, [field]: left };
}

function fieldWithin(box: Box, cut: Box, field: keyof Box): Box {
  const own = box[field];
  const other = cut[field];
  if (typeof own === 'number' || typeof other === 'number')
    return { ...box, [field]: Number(own) & Number(other) };
  return { ...box, [field]: own.and(other) };
}

/** @returns disjoint boxes that together hold what the given ones hold. Boxes given first stay whole. */
export function disjoint(boxes: readonly Box[]): Box[] {
  const done: Box[] = [];
  for (const box of boxes) {
    let parts = [box];
    for (const earlier of done) {
      parts = parts.flatMap((part) => subtract(part, earlier));
      if (parts.length === 0) break;
    }
    done.push(...parts);
  }
  return done;
}

/** @returns the box with some ranges and bits narrowed; null where nothing is left. */
export function narrowed(box: Box, by: Partial<Box>): Box | null {
  return intersect(box, { ...box, ...by });
}
