import type { Note } from '../../explain/explanation.ts';

/** Several runs of conditions told as one sentence have no plain opposite. */
const JOINED = /(?:nor in|and outside) the next \d+/;

/** Where lists agree so far: the answers that follow, by the code of the question, and where each leads. */
type Place = Map<string, Map<string, Place>>;

/**
 * Finds which conditions are each other's opposite. The trace follows both answers to a question, so two lists that agree up
 * to some place and then differ hold the two answers there; where more than two stand at one place, nothing is concluded.
 * @param lists the conditions of every way, in the order in which they were asked
 * @returns for each text the text of its opposite
 */
export function findOpposites(lists: readonly (readonly Note[])[]): ReadonlyMap<string, string> {
  const root: Place = new Map();
  const places = [root];
  for (const notes of lists) {
    let place = root;
    for (const { code, text } of notes) {
      const answers = place.get(code) ?? new Map<string, Place>();
      place.set(code, answers);
      let next = answers.get(text);
      if (next === undefined) {
        next = new Map();
        answers.set(text, next);
        places.push(next);
      }
      place = next;
    }
  }
  const opposites = new Map<string, string>();
  for (const answers of places.flatMap((place) => [...place.values()])) {
    const [one, other, third] = answers.keys();
    if (one === undefined || other === undefined || third !== undefined) continue;
    if (JOINED.test(one) || JOINED.test(other)) continue;
    opposites.set(one, other).set(other, one);
  }
  return opposites;
}

/** More cases than these are not compared: the answer tells a few of them and counts the rest. */
const COMPARED = 48;

/**
 * Shortens "A and B, or A and not B" to "A", and "A, or not A and B" to "A, or B".
 * @param cases each a list of conditions that hold together
 * @returns cases that hold exactly where the given ones do
 */
export function shortenCases(
  cases: readonly (readonly Note[])[],
  opposites: ReadonlyMap<string, string>,
): (readonly Note[])[] {
  if (cases.length > COMPARED) return [...cases];
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
