import type { Intervals } from '../../net/intervals.ts';
import type { Cubes } from './cubes.ts';

/**
 * A set of packets: every combination of what each field allows. Fields of few values are bit sets over a list of
 * {@link Universe} (bit 0 stands for the first of the list), the others ranges, or sets of bit patterns.
 */
export interface Box {
  readonly destination: Intervals;
  readonly protocols: bigint;
  readonly destinationPort: Intervals;
  readonly doors: bigint;
  readonly states: bigint;
  /** Of no meaning to processes that are not bound to an address. */
  readonly source: Intervals;
  readonly sourcePort: Intervals;
  readonly marks: Cubes;
  /** ICMP type and code as `type << 8 | code`; of no meaning to other protocols. */
  readonly icmp: Intervals;
  /** The header's flags; of no meaning to other protocols than TCP. */
  readonly tcpFlags: Cubes;
}

/** Fields in the order in which a difference of boxes is cut: what decides most comes first. */
const ORDER = [
  'destination',
  'protocols',
  'destinationPort',
  'doors',
  'states',
  'source',
  'sourcePort',
  'marks',
  'icmp',
  'tcpFlags',
] as const satisfies readonly (keyof Box)[];

/** @returns the packets in both; null where there is none. */
export function intersect(a: Box, b: Box): Box | null {
  const protocols = a.protocols & b.protocols;
  const doors = a.doors & b.doors;
  const states = a.states & b.states;
  if (protocols === 0n || doors === 0n || states === 0n) return null;
  const destination = a.destination.and(b.destination);
  if (destination.isEmpty) return null;
  const destinationPort = a.destinationPort.and(b.destinationPort);
  if (destinationPort.isEmpty) return null;
  const source = a.source.and(b.source);
  if (source.isEmpty) return null;
  const sourcePort = a.sourcePort.and(b.sourcePort);
  if (sourcePort.isEmpty) return null;
  const marks = a.marks.and(b.marks);
  const icmp = a.icmp.and(b.icmp);
  const tcpFlags = a.tcpFlags.and(b.tcpFlags);
  if (marks.isEmpty || icmp.isEmpty || tcpFlags.isEmpty) return null;
  return {
    destination,
    protocols,
    destinationPort,
    doors,
    states,
    source,
    sourcePort,
    marks,
    icmp,
    tcpFlags,
  };
}

/** @returns disjoint boxes that hold what is in `box` and not in `cut`. */
export function subtract(box: Box, cut: Box): Box[] {
  if (intersect(box, cut) === null) return [box];
  const rest: Box[] = [];
  let inside = box;
  for (const field of ORDER) {
    const { outside, within } = split(inside, cut, field);
    if (outside !== null) rest.push(outside);
    inside = within;
  }
  return rest;
}

/** Cuts a box in one field: what the other allows there, and what it does not. */
function split(box: Box, cut: Box, field: keyof Box): { outside: Box | null; within: Box } {
  switch (field) {
    case 'protocols':
    case 'doors':
    case 'states': {
      const left = box[field] & ~cut[field];
      return {
        outside: left === 0n ? null : { ...box, [field]: left },
        within: { ...box, [field]: box[field] & cut[field] },
      };
    }
    case 'marks':
    case 'tcpFlags': {
      if (box[field] === cut[field]) return { outside: null, within: box };
      const left = box[field].without(cut[field]);
      return {
        outside: left.isEmpty ? null : { ...box, [field]: left },
        within: { ...box, [field]: box[field].and(cut[field]) },
      };
    }
    default: {
      if (box[field] === cut[field]) return { outside: null, within: box };
      const left = box[field].without(cut[field]);
      return {
        outside: left.isEmpty ? null : { ...box, [field]: left },
        within: { ...box, [field]: box[field].and(cut[field]) },
      };
    }
  }
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
