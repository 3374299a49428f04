const trivia = new WeakMap();
/** Remembers what stands around a table. */
export function keepTrivia(table, kept) {
    trivia.set(table, kept);
}
/** @returns what stood around the table, or null for a table that was not read from a dump. */
export function triviaOf(table) {
    return trivia.get(table) ?? null;
}
