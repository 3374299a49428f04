import type { Note } from '../../explain/explanation.ts';

/** Several runs of conditions told as one sentence have no plain opposite. */
const JOINED = /(?:nor in|and outside) the next \d+/;

/**
 * Finds which conditions are each other's opposite. The trace follows both answers to a question, so two lists that agree up
 * to some place and then differ hold the two answers there; where more than two stand at one place, nothing is concluded.
 * @param lists the conditions of every way, in the order in which they were asked
 * @returns for each text the text of its opposite
 */
export function findOpposites(lists: readonly (readonly Note[])[]): ReadonlyMap<string, string> {
  const answers = new Map<string, Set<string>>();
  for (const notes of lists) {
    let before = '';
    for (const { code, text } of notes) {
      const key = `${before}\n${code}`;
      answers.set(key, (answers.get(key) ?? new Set()).add(text));
      before += `\n${text}`;
    }
  }
  const opposites = new Map<string, string>();
  for (const texts of answers.values()) {
    const [one, other, third] = texts;
    if (one === undefined || other === undefined || third !== undefined) continue;
    if (JOINED.test(one) || JOINED.test(other)) continue;
    opposites.set(one, other).set(other, one);
  }
  return opposites;
}

/**
 * Shortens "A and B, or A and not B" to "A", and "A, or not A and B" to "A, or B".
 * @param cases each a list of conditions that hold together
 * @returns cases that hold exactly where the given ones do
 */
export function shortenCases(
  cases: readonly (readonly Note[])[],
  opposites: ReadonlyMap<string, string>,
): (readonly Note[])[] {
  let left = cases.map((notes) => [...new Map(notes.map((note) => [note.text, note])).values()]);
  for (;;) {
    left = withoutIdle(left);
    const shorter = left.map((notes, index) => dropIdle(notes, index, left, opposites));
    if (shorter.every((notes, index) => notes.length === left[index]?.length)) return left;
    // One at a time: two cases must not each lean on what the other just lost.
    const changed = shorter.findIndex((notes, index) => notes.length !== left[index]?.length);
    left = left.map((notes, index) => (index === changed ? (shorter[index] ?? notes) : notes));
  }
}

/** A condition is idle where its opposite, with nothing more than the rest of this case, is another case. */
function dropIdle(
  notes: Note[],
  own: number,
  all: readonly (readonly Note[])[],
  opposites: ReadonlyMap<string, string>,
): Note[] {
  for (const note of notes) {
    const opposite = opposites.get(note.text);
    if (opposite === undefined) continue;
    const allowed = new Set(notes.map(({ text }) => text)).add(opposite);
    const covered = all.some(
      (other, index) =>
        index !== own &&
        other.some(({ text }) => text === opposite) &&
        other.every(({ text }) => text !== note.text && allowed.has(text)),
    );
    if (covered) return notes.filter((each) => each !== note);
  }
  return notes;
}

/** A case that asks for all that another asks for, and for more, adds nothing; of equal ones the first stays. */
function withoutIdle(cases: readonly Note[][]): Note[][] {
  const texts = cases.map((notes) => new Set(notes.map(({ text }) => text)));
  return cases.filter((_, index) => {
    const own = texts[index] ?? new Set();
    return !texts.some(
      (other, at) =>
        at !== index && [...other].every((text) => own.has(text)) && (other.size < own.size || at < index),
    );
  });
}
