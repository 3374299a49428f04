import { oneOf } from './random.js';
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
/** Numbers at the edges of what fits, and what is nearly an address or a name that objects have already. */
const EDGES = [
    ...'-1 0 00 1 255 256 65535 65536 2147483647 2147483648 4294967295 4294967296 9007199254740993 18446744073709551616'.split(' '),
    ...'1e999 -0 0x 0xffffffffff NaN null 0.0.0.0/0 255.255.255.255 10.0.0.1/33 1.2.3 :: ::/0 ::ffff:1.2.3.4 fe80::1%eth0'.split(' '),
    ...'constructor __proto__ toString hasOwnProperty ::error## ##[error] ]]> <script> {{7*7}} $(id) `id` ;id'.split(' '),
];
const odd = (random) => oneOf(random, ODD);
function splice(text, random, dropped, put) {
    const at = random(text.length + 1);
    return text.slice(0, at) + put + text.slice(at + dropped);
}
function replaced(text, random, share) {
    const blank = BLANKS[random(BLANKS.length)] ?? '';
    return text.replace(/ +/g, (spaces) => (random(share) === 0 ? blank : spaces));
}
const MUTATIONS = [
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
    // One word of it becomes another, or something at an edge.
    (text, random) => {
        const words = [...text.matchAll(/[^\s"=,:[\]{}]+/g)];
        if (words.length === 0)
            return text;
        const { 0: word, index } = oneOf(random, words);
        const put = random(2) === 0 ? oneOf(random, EDGES) : oneOf(random, words)[0];
        return text.slice(0, index) + put + text.slice(index + word.length);
    },
    // One line again, or away, or in another place.
    (text, random) => {
        const lines = text.split('\n');
        const [line = ''] = lines.splice(random(lines.length), random(2));
        lines.splice(random(lines.length + 1), 0, ...(random(3) === 0 ? [] : [line, ...(random(2) === 0 ? [line] : [])]));
        return lines.join('\n');
    },
];
const LENGTHENING = [
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
/**
 * @param long how seldom something is repeated up to 16 KB: every tenth time, or every fiftieth.
 * @returns the text with a few faults.
 */
export function mutate(text, random, long = 10) {
    let mutated = text;
    for (let left = 1 + random(4); left > 0; left--)
        mutated = oneOf(random, MUTATIONS)(mutated, random);
    return random(long) === 0 ? oneOf(random, LENGTHENING)(mutated, random) : mutated;
}
const split = new Map();
/** Seeds are few, and split once. */
function linesOf(seed) {
    const known = split.get(seed);
    if (known !== undefined)
        return known;
    const lines = seed.split('\n');
    split.set(seed, lines);
    return lines;
}
/** @returns a few lines of a text, mostly with its first ones, which often tell what it is: short inputs are read often. */
export function excerpt(text, random) {
    const lines = linesOf(text);
    const length = 1 + random(12);
    const from = random(lines.length);
    return [...lines.slice(0, Math.min(random(4), from)), ...lines.slice(from, from + length)].join('\n');
}
/** @returns bytes with some of them changed, cut or doubled: for archives. */
export function mutateBytes(bytes, random) {
    let mutated = Buffer.from(bytes);
    for (let left = 1 + random(4); left > 0 && mutated.length > 0; left--) {
        const at = random(mutated.length);
        const how = random(8);
        if (how === 0)
            mutated = mutated.subarray(0, at);
        else if (how === 1)
            mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + random(600))]);
        else if (how === 2)
            mutated = Buffer.concat([mutated.subarray(0, at + random(600)), mutated.subarray(at)]);
        else
            mutated[at] = how < 5 ? random(256) : oneOf(random, [0, 0x20, 0x2f, 0x37, 0x39, 0x80, 0xff]);
    }
    return mutated;
}
