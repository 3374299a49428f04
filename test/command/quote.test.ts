import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { command, into, joined } from '../../src/command/command.ts';
import { printCommand, quoteCommand, quoteWord, shortCommand } from '../../src/command/quote.ts';
import { escapeTerminal } from '../../src/render/escape.ts';
import { PasteBox, pasteCommand, SHELLS } from '../support/paste.ts';

const box = new PasteBox();
afterAll(() => box.remove());

/** Pieces that shells give a meaning to, and characters that nobody sees. */
const PIECES = [
  ...[
    'touch',
    ' ',
    ';',
    '&',
    '|',
    '>',
    '<',
    '$(touch P)',
    '`touch P`',
    '$IFS',
    "'",
    '"',
    '\\',
    '#',
    '!',
    '!!',
  ],
  ...[
    '~',
    '*',
    '?',
    '[a]',
    '{a,b}',
    '(',
    ')',
    '=',
    '%',
    '-',
    '--',
    '^',
    'é',
    '日',
    '👩‍👩‍👧',
    '\n',
    '\r',
    '\t',
  ],
  ...['\u0001', '\u001b[2J', '\u007f', '\u0085', '\u00a0', '\u00ad', '\u200b', '\u200d', '\u202e', '\u2028'],
  ...['\u2066', '\u3000', '\u3164', '\ufeff', '\u{e0041}', 'x', '0', '7', '\\n', "\\'", "$'"],
];
const words = fc.array(
  fc.oneof(
    fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
  ),
  { minLength: 1, maxLength: 30 },
);

describe('is a quoted word one word again, whatever it holds?', () => {
  it('in bash, byte for byte', () => {
    fc.assert(
      fc.property(words, (list) => {
        const { ran, files } = box.paste('/bin/bash', quoteCommand(['stub', ...list]), ['stub']);
        expect(ran).toEqual([['stub', ...list]]);
        expect(files.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('in a shell without $’…’, where odd words are other names and still nothing else runs', () => {
    fc.assert(
      fc.property(words, (list) => {
        const { ran, files } = box.paste('/bin/sh', quoteCommand(['stub', ...list]), ['stub']);
        expect(ran.length).toBe(1);
        expect(ran[0]?.length).toBe(list.length + 1);
        for (const [index, word] of list.entries())
          if (!quoteWord(word).startsWith('$')) expect(ran[0]?.[index + 1]).toBe(word);
        expect(files.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('after each code point by itself, in no more than one line of visible characters', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const word = `a${String.fromCodePoint(code)}`;
      const text = quoteWord(word);
      if (/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(text)) throw new Error(`U+${code.toString(16)}: ${text}`);
      if (code >= 0x20 && /^[a-z]/i.test(text) && text !== word) throw new Error(text);
      // What a terminal would not be shown as it is must not be left for the renderer to spell otherwise.
      if (escapeTerminal(text) !== text) throw new Error(`U+${code.toString(16)} is escaped again`);
    }
  });

  it.each([
    ['', "''"],
    ['KUBE-SVC-AAAA', 'KUBE-SVC-AAAA'],
    ['=ls', "'=ls'"],
    ['%self', "'%self'"],
    ["it's", "'it'\\''s'"],
    ['a\\b', `'a'"\\\\"'b'`],
    ["\u001b';touch P;'", "$'\\033\\047;touch P;\\047'"],
    ['a`b', "$'a\\140b'"],
    ['KUBE-SERVICES\0x', "$'KUBE-SERVICES\\357\\277\\275x'"],
  ])('%j is %s', (word, text) => expect(quoteWord(word)).toBe(text));
});

describe('does a line of several programs run these, and no others?', () => {
  const odd = 'x;touch P;#';
  it.each([
    ['one', command('iptables', '-S', odd)],
    ['a pipe', joined('pipe', command('kubectl', odd), command('grep', odd))],
    ['two in turn', joined('next', command('conntrack', odd), command('sleep', odd))],
    ['one if the other succeeds', joined('if-done', command('modprobe', odd), command('sysctl', odd))],
    ['one that writes a file', into(odd, command('echo', '-10.0.0.1'))],
    [
      'pipes in turn',
      joined(
        'next',
        joined('pipe', command('a', '1'), command('b', '2')),
        joined('pipe', command('c'), command('d')),
      ),
    ],
  ])('%s', (_, value) => {
    for (const shell of SHELLS) {
      const { line, did, meant } = pasteCommand(box, shell, value);
      expect(did, line).toEqual(meant);
    }
  });

  it('as it is written', () => {
    const line = joined('next', joined('pipe', command('a'), command('b')), into('f g', command('c')));
    expect(printCommand(joined('if-done', line, command('d')))).toBe("a | b; c > 'f g' && d");
  });
});

describe('is a long command cut between its words?', () => {
  it('and never within one, which would leave a quote open', () => {
    fc.assert(
      fc.property(words, (list) => {
        const argv = ['kubectl', ...list];
        const text = shortCommand(argv);
        const kept = [...Array(argv.length + 1).keys()].map((count) => quoteCommand(argv.slice(0, count)));
        expect([quoteCommand(argv), ...kept.map((part) => `${part} …`)]).toContain(text);
      }),
    );
  });
});
