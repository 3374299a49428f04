/**
 * Finds where files import each other in a circle.
 * @param graph for each file, those that it imports; what is no key of it is left out.
 * @returns for each knot of files that need each other one shortest way round, which ends where it begins; knots do not overlap.
 */
export function findCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const known = new Set<string>();
  for (const file of [...graph.keys()].sort()) {
    if (known.has(file)) continue;
    const circle = wayBack(file, graph);
    if (circle === null) continue;
    circles.push(circle);
    // The rest of the knot is told when this circle is gone.
    for (const other of graph.keys())
      if (reaches(file, other, graph) && reaches(other, file, graph)) known.add(other);
  }
  return circles;
}

/** @returns the shortest way from a file to itself, or null. */
function wayBack(file: string, graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const cameFrom = comesFrom(file, graph);
  if (!cameFrom.has(file)) return null;
  const way = [file];
  for (let at = cameFrom.get(file) ?? file; at !== file; at = cameFrom.get(at) ?? file) way.unshift(at);
  return [file, ...way];
}

function reaches(from: string, to: string, graph: ReadonlyMap<string, readonly string[]>): boolean {
  return comesFrom(from, graph).has(to);
}

/** @returns for each file that can be reached, the one before it on a shortest way. */
function comesFrom(start: string, graph: ReadonlyMap<string, readonly string[]>): Map<string, string> {
  const found = new Map<string, string>();
  const open = [start];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    for (const next of graph.get(at) ?? []) {
      if (found.has(next) || !graph.has(next)) continue;
      found.set(next, at);
      open.push(next);
    }
  }
  return found;
}
