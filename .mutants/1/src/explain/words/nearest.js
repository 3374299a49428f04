/** More names than this are not suggested. */
const SHOWN = 3;
/** A beginning is nearer than two letters, and less near than one. */
const BEGINNING = 1.5;
/**
 * @param typed what nobody has
 * @param known what there is
 * @returns the names that may have been meant, the nearest first: a few letters apart, or one the beginning of the other
 */
export function nearest(typed, known) {
    const word = typed.toLowerCase();
    const most = Math.max(1, Math.floor(word.length / 4));
    const found = [];
    for (const name of new Set(known)) {
        const other = name.toLowerCase();
        const begins = word.length > 2 && (other.startsWith(word) || (other.length > 2 && word.startsWith(other)));
        const apart = distanceOf(word, other, most);
        const distance = begins ? Math.min(apart, BEGINNING) : apart;
        if (begins || distance <= most)
            found.push({ name, distance });
    }
    return found
        .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
        .slice(0, SHOWN)
        .map(({ name }) => name);
}
/** @returns how many letters must be added, left out, changed or swapped with the next; more than `most` as `most + 1`. */
function distanceOf(one, other, most) {
    if (Math.abs(one.length - other.length) > most)
        return most + 1;
    let before = [];
    let row = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (let i = 1; i <= one.length; i++) {
        const next = [i];
        for (let j = 1; j <= other.length; j++) {
            const same = one[i - 1] === other[j - 1] ? 0 : 1;
            let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
            if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
                least = Math.min(least, (before[j - 2] ?? 0) + 1);
            next.push(least);
        }
        before = row;
        row = next;
    }
    return row[other.length] ?? most + 1;
}
