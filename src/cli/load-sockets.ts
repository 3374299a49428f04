import { parseSockets, type Socket } from '../host/parse-sockets.ts';
import type { ProblemList } from '../problems/problem.ts';
import { type SortedSources, textOf } from './sort-sources.ts';

/** @returns the sockets of all listings of `ss`; null where there is none. */
export function loadSockets(sorted: SortedSources, problems: ProblemList): readonly Socket[] | null {
  const listings = sorted.get('sockets');
  if (listings === undefined) return null;
  return listings.flatMap(({ source }) =>
    parseSockets(textOf(source, problems) ?? '', source.name, problems),
  );
}
