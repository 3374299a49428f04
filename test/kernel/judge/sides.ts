/** How often the kernel was seen to agree on something. */
export interface Sides {
  /** Of a field: tests of rules passed. Of a target: rules passed that lead to it. */
  held: number;
  /** Of a field: rules passed by for a test of it alone. Of a target: rules passed by. */
  failed: number;
  /** Times the tracer followed both ways. */
  forked: number;
}

/** @returns the counts of this kind, made where there are none. */
export function sidesOf(map: Map<string, Sides>, kind: string): Sides {
  let sides = map.get(kind);
  if (sides === undefined) {
    sides = { held: 0, failed: 0, forked: 0 };
    map.set(kind, sides);
  }
  return sides;
}

/** Adds one map's counts to another's. */
export function addSides(to: Map<string, Sides>, from: ReadonlyMap<string, Sides>): void {
  for (const [kind, { held, failed, forked }] of from) {
    const sides = sidesOf(to, kind);
    sides.held += held;
    sides.failed += failed;
    sides.forked += forked;
  }
}
