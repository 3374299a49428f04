/** Numbers of which certain bits are given: all `n` with `(n & mask) === value`. */
export interface Cube {
  readonly mask: number;
  readonly value: number;
}

/**
 * A set of 32-bit numbers that are told apart bit by bit (marks, TCP flags), as disjoint cubes. Ranges would not do: one
 * bit of 32 makes up to 2^31 of them. Immutable.
 */
export class Cubes {
  static readonly ALL = new Cubes([{ mask: 0, value: 0 }]);
  static readonly EMPTY = new Cubes([]);
  readonly cubes: readonly Cube[];

  private constructor(cubes: readonly Cube[]) {
    this.cubes = cubes;
  }

  /** @returns the numbers that have these bits; `value` beside the mask does not count. */
  static where(mask: number, value: number): Cubes {
    return new Cubes([{ mask: mask >>> 0, value: (value & mask) >>> 0 }]);
  }

  /** @returns the set of one number. */
  static one(value: number): Cubes {
    return Cubes.where(0xffffffff, value);
  }

  get isEmpty(): boolean {
    return this.cubes.length === 0;
  }

  /** @returns some number of the set, a small one; null where it is empty. */
  get first(): number | null {
    return this.cubes[0]?.value ?? null;
  }

  has(value: number): boolean {
    return this.cubes.some((cube) => (value & cube.mask) >>> 0 === cube.value);
  }

  and(other: Cubes): Cubes {
    if (isAll(this)) return other;
    if (isAll(other)) return this;
    const found: Cube[] = [];
    for (const a of this.cubes)
      for (const b of other.cubes)
        if (!excludes(a, b)) found.push({ mask: (a.mask | b.mask) >>> 0, value: (a.value | b.value) >>> 0 });
    return new Cubes(found);
  }

  or(other: Cubes): Cubes {
    return new Cubes([...this.cubes, ...other.without(this).cubes]);
  }

  without(other: Cubes): Cubes {
    return new Cubes(
      other.cubes.reduce<readonly Cube[]>((left, cut) => left.flatMap((cube) => rest(cube, cut)), this.cubes),
    );
  }

  /** @returns a text that is equal for sets built in the same way. */
  get text(): string {
    return this.cubes.map(({ mask, value }) => `${value}/${mask}`).join();
  }
}

function isAll({ cubes }: Cubes): boolean {
  return cubes.length === 1 && cubes[0]?.mask === 0;
}

function excludes(a: Cube, b: Cube): boolean {
  return ((a.value ^ b.value) & a.mask & b.mask) !== 0;
}

/** What is in one cube and not in another: a cube for each bit that the other asks for beyond the first. */
function rest(cube: Cube, cut: Cube): Cube[] {
  if (excludes(cube, cut)) return [cube];
  const found: Cube[] = [];
  let { mask, value } = cube;
  for (let bits = (cut.mask & ~cube.mask) >>> 0; bits !== 0; ) {
    const bit = (bits & -bits) >>> 0;
    bits = (bits ^ bit) >>> 0;
    mask = (mask | bit) >>> 0;
    const wanted = (cut.value & bit) >>> 0;
    found.push({ mask, value: (value | (bit ^ wanted)) >>> 0 });
    value = (value | wanted) >>> 0;
  }
  return found;
}
