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

  it('counts no colours, and a surrogate pair once', () => {
    const green = '\u001b[32mgreen\u001b[39m';
    expect(lengthOf(`${green}😀`)).toBe(6);
    expect(wrap(`${green} light`, 11, '  ')).toBe(`${green} light`);
  });
});
