/** More cases than these are not compared: the answer tells a few of them and counts the rest. */
const COMPARED = 48;
/** @returns true where both are the same answer to the same question. */
export function sameGiven(one, other) {
    return one.question === other.question && one.held === other.held;
}
/**
 * Shortens "A and B, or A and not B" to "A", and "A, or not A and B" to "A, or B".
 * @param cases each a list of conditions that hold together
 * @returns cases that hold exactly where the given ones do
 */
export function shortenCases(cases) {
    if (cases.length > COMPARED)
        return [...cases];
    let left = cases.map((given) => [...new Map(given.map((each) => [keyOf(each), each])).values()]);
    for (;;) {
        left = withoutIdle(left);
        const shorter = left.map((given, index) => dropIdle(given, index, left));
        if (shorter.every((given, index) => given.length === left[index]?.length))
            return left;
        // One at a time: two cases must not each lean on what the other just lost.
        const changed = shorter.findIndex((given, index) => given.length !== left[index]?.length);
        left = left.map((given, index) => (index === changed ? (shorter[index] ?? given) : given));
    }
}
/** A condition is idle where its opposite, with nothing more than the rest of this case, is another case. */
function dropIdle(given, own, all) {
    for (const each of given) {
        const opposite = keyOf({ ...each, held: !each.held });
        const allowed = new Set(given.filter((other) => other !== each).map(keyOf)).add(opposite);
        const covered = all.some((other, index) => {
            const keys = other.map(keyOf);
            return index !== own && keys.includes(opposite) && keys.every((key) => allowed.has(key));
        });
        if (covered)
            return given.filter((other) => other !== each);
    }
    return given;
}
/** A case that asks for all that another asks for, and for more, adds nothing; of equal ones the first stays. */
function withoutIdle(cases) {
    const keys = cases.map((given) => new Set(given.map(keyOf)));
    return cases.filter((_, index) => {
        const own = keys[index] ?? new Set();
        return !keys.some((other, at) => at !== index && [...other].every((key) => own.has(key)) && (other.size < own.size || at < index));
    });
}
function keyOf({ question, held }) {
    return `${question} ${held}`;
}
