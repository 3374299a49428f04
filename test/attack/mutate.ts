/** Numbers that follow from a seed: the same attack each time. */
export type Random = (limit: number) => number;

/** @returns whole numbers from 0 up to a limit (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** What one reader takes for a blank, or an end of a line, and another does not; and what opens or closes something. */
const ODD = [
  ...'\u00a0 \v \f \u3000 \ufeff \u2028 \u2029 \u0085 \u200b \ud800 \0 \r \x1b \x7f'.split(' '),
  ...'" \' \\ ! [ ] { } ( ) < > , : = / - -- + * # @ $ ; % | ` \t \n'.split(' '),
  ...[
    '/* ',
    ' */',
    '/*',
    '*/',
    '! ',
    ' -j ',
    ' -m ',
    ' src=',
    '---\n',
    '\r\n',
    '&a ',
    '*a ',
    '__proto__',
    '  ',
  ],
];
const BLANKS = ['\u00a0', '\v', '\f', '\u3000', '\ufeff', '\u2028', '\t', '\r', '\0', '  '];
/** Bytes of the longest line that a mutation makes. */
const LONG = 16_384;

type Mutation = (text: string, random: Random) => string;

const odd = (random: Random): string => ODD[random(ODD.length)] ?? '';

function splice(text: string, random: Random, dropped: number, put: string): string {
  const at = random(text.length + 1);
  return text.slice(0, at) + put + text.slice(at + dropped);
}

function replaced(text: string, random: Random, share: number): string {
  const blank = BLANKS[random(BLANKS.length)] ?? '';
  return text.replace(/ +/g, (spaces) => (random(share) === 0 ? blank : spaces));
}

const MUTATIONS: readonly Mutation[] = [
  (text, random) => splice(text, random, 0, odd(random)),
  (text, random) => splice(text, random, random(3), odd(random)),
  (text, random) => splice(text, random, random(40), ''),
  (text, random) => replaced(text, random, 1),
  (text, random) => replaced(text, random, 6),
  (text, random) => text.slice(0, random(text.length + 1)),
  (text, random) => {
    const from = random(text.length);
    return splice(text, random, 0, text.slice(from, from + random(200)));
  },
];

const LENGTHENING: readonly Mutation[] = [
  (text, random) => {
    const what = random(2) === 0 ? odd(random) : ` ${odd(random)} `;
    return splice(text, random, 0, what.repeat(Math.ceil(LONG / what.length)));
  },
  (text, random) => {
    const from = random(text.length);
    const what = text.slice(from, from + 1 + random(60)) || ' ';
    return splice(text, random, 0, what.repeat(Math.ceil(LONG / what.length)));
  },
  (text, random) => splice(text, random, 0, '/* a */ '.repeat(2_000)),
  (text, random) => splice(text, random, 0, ' '.repeat(LONG)),
];

/** @returns the text with a few faults; every tenth time with a long repetition, too. */
export function mutate(text: string, random: Random): string {
  let mutated = text;
  for (let left = 1 + random(4); left > 0; left--) {
    mutated = MUTATIONS[random(MUTATIONS.length)]?.(mutated, random) ?? mutated;
  }
  if (random(10) === 0) mutated = LENGTHENING[random(LENGTHENING.length)]?.(mutated, random) ?? mutated;
  return mutated;
}
