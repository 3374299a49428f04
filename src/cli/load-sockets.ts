import { parseSockets, type Sockets } from '../host/parse-sockets.ts';
import type { ProblemList } from '../problems/problem.ts';
import { type SortedSources, textOf } from './sort-sources.ts';

/** @returns the sockets of all listings of `ss`; null where there is none. */
export function loadSockets(sorted: SortedSources, problems: ProblemList): Sockets | null {
  const listings = sorted.get('sockets');
  if (listings === undefined) return null;
  const read = listings.map(({ source }) => {
    const { list, whole } = parseSockets(textOf(source, problems) ?? '', source.name, problems);
    return { list, whole: whole && source.picked !== true && source.cut !== true };
  });
  // One that is whole has them all.
  return { list: read.flatMap(({ list }) => list), whole: read.some(({ whole }) => whole) };
}
