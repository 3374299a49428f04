import { describe, expect, it } from 'vitest';
import { lengthOf, wrap } from '../../src/render/wrap.ts';

describe('wrap', () => {
  it('leaves a line alone that fits, and every line where there is no width', () => {
    expect(wrap('  one two', 9, '    ')).toBe('  one two');
    expect(wrap('  one two three', null, '    ')).toBe('  one two three');
  });

  it('keeps the first indent and hangs what follows', () => {
    expect(wrap('  one two three four', 11, '    ')).toBe('  one two\n    three\n    four');
  });

  it('never breaks inside a word, and loses none', () => {
    const word = 'x'.repeat(30);
    expect(wrap(`  a ${word} b`, 10, '    ')).toBe(`  a\n    ${word}\n    b`);
  });

  it('keeps a command in backticks on one line: a shell would run each half', () => {
    expect(wrap("but see `kp-explain chain 'a  b'` and more", 12, '  ')).toBe(
      "but see\n  `kp-explain chain 'a  b'`\n  and more",
    );
    expect(wrap('(`a b`, `c d`) e', 3, '')).toBe('(`a b`,\n`c d`)\ne');
  });

  it('breaks at spaces where a backtick has no other, and keeps doubled spaces', () => {
    expect(wrap('it ` is  odd', 5, '')).toBe('it `\nis \nodd');
    expect(wrap('it  is  odd', 5, '')).toBe('it \nis \nodd');
    expect(wrap('` ', 1, '')).toBe('`\n');
  });

  it('counts no colours, and a surrogate pair once', () => {
    const green = '\u001b[32mgreen\u001b[39m';
    expect(lengthOf(`${green}😀`)).toBe(6);
    expect(wrap(`${green} light`, 11, '  ')).toBe(`${green} light`);
  });

  it('lets no colour run over the end of a line', () => {
    const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
    const faint = (text: string) => `\u001b[2m${text}\u001b[22m`;
    expect(wrap(red('one two three'), 8, '  ')).toBe(`${red('one two')}\n  ${red('three')}`);
    expect(wrap(faint(`one ${red('two three')} four`), 8, '  ')).toBe(
      [
        `\u001b[2mone \u001b[31mtwo\u001b[22m\u001b[39m`,
        `  \u001b[2m\u001b[31mthree\u001b[39m\u001b[22m`,
        `  \u001b[2mfour\u001b[22m`,
      ].join('\n'),
    );
  });
});
