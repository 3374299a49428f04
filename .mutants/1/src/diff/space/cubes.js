/**
 * A set of 32-bit numbers that are told apart bit by bit (marks, TCP flags), as disjoint cubes. Ranges would not do: one
 * bit of 32 makes up to 2^31 of them. Immutable.
 */
export class Cubes {
    static ALL = new Cubes([{ mask: 0, value: 0 }]);
    static EMPTY = new Cubes([]);
    cubes;
    constructor(cubes) {
        this.cubes = cubes;
    }
    /** @returns the numbers that have these bits; `value` beside the mask does not count. */
    static where(mask, value) {
        return new Cubes([{ mask: mask >>> 0, value: (value & mask) >>> 0 }]);
    }
    /** @returns the set of one number. */
    static one(value) {
        return Cubes.where(0xffffffff, value);
    }
    get isEmpty() {
        return this.cubes.length === 0;
    }
    /** @returns some number of the set, a small one; null where it is empty. */
    get first() {
        return this.cubes[0]?.value ?? null;
    }
    has(value) {
        return this.cubes.some((cube) => (value & cube.mask) >>> 0 === cube.value);
    }
    and(other) {
        if (isAll(this))
            return other;
        if (isAll(other))
            return this;
        const found = [];
        for (const a of this.cubes)
            for (const b of other.cubes)
                if (!excludes(a, b))
                    found.push({ mask: (a.mask | b.mask) >>> 0, value: (a.value | b.value) >>> 0 });
        return new Cubes(found);
    }
    or(other) {
        return new Cubes([...this.cubes, ...other.without(this).cubes]);
    }
    without(other) {
        return new Cubes(other.cubes.reduce((left, cut) => left.flatMap((cube) => rest(cube, cut)), this.cubes));
    }
    /** @returns a text that is equal for sets built in the same way. */
    get text() {
        return this.cubes.map(({ mask, value }) => `${value}/${mask}`).join();
    }
}
function isAll({ cubes }) {
    return cubes.length === 1 && cubes[0]?.mask === 0;
}
function excludes(a, b) {
    return ((a.value ^ b.value) & a.mask & b.mask) !== 0;
}
/** What is in one cube and not in another: a cube for each bit that the other asks for beyond the first. */
function rest(cube, cut) {
    if (excludes(cube, cut))
        return [cube];
    const found = [];
    let { mask, value } = cube;
    for (let bits = (cut.mask & ~cube.mask) >>> 0; bits !== 0;) {
        const bit = (bits & -bits) >>> 0;
        bits = (bits ^ bit) >>> 0;
        mask = (mask | bit) >>> 0;
        const wanted = (cut.value & bit) >>> 0;
        found.push({ mask, value: (value | (bit ^ wanted)) >>> 0 });
        value = (value | wanted) >>> 0;
    }
    return found;
}
