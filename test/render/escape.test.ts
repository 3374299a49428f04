import { describe, expect, it } from 'vitest';
import { escapeDocument, escapeLines, escapeTerminal, isUnsafe } from '../../src/render/escape.ts';
import { renderJson } from '../../src/render/json.ts';
import { renderYaml } from '../../src/render/yaml.ts';

const EVIL = 'a\x1b[2Jb\u009b31mc\u202ed\u2066e\nf\tg\x7f\u200b\u2028\ufeff\x00';

describe('what a captured string can do to a terminal', () => {
  it('nothing: control codes, C1, reading-order marks and newlines are shown as escapes', () => {
    expect(escapeTerminal(EVIL)).toBe(
      'a\\x1b[2Jb\\x9b31mc\\u202ed\\u2066e\\nf\\tg\\x7f\\u200b\\u2028\\ufeff\\x00',
    );
  });

  it('leaves other scripts, emoji and backslashes as they are', () => {
    const fine = 'Größe 東京 \u{1f600} "it\\\'s"';
    expect(escapeTerminal(fine)).toBe(fine);
    expect(isUnsafe(fine)).toBe(false);
  });

  it('shows half of a surrogate pair as an escape', () => {
    expect(escapeTerminal('x\ud83dy')).toBe('x\\ud83dy');
    expect(escapeTerminal('\ude00')).toBe('\\ude00');
  });

  it('keeps the lines of a message that the program laid out', () => {
    expect(escapeLines('one\ntwo\x1b')).toBe('one\ntwo\\x1b');
  });

  it('keeps a document’s own layout', () => {
    expect(escapeDocument('{\n\t"a": "\u202e"\n}')).toBe('{\n\t"a": "\\u202e"\n}');
  });
});

describe('what nobody sees', () => {
  it.each([
    ['a soft hyphen', '\u00ad', '\\xad'],
    ['a joiner', '\u200d', '\\u200d'],
    ['a non-joiner', '\u200c', '\\u200c'],
    ['a filler', '\u3164', '\\u3164'],
    ['a variation selector', '\ufe0f', '\\ufe0f'],
    ['a tag', '\u{e0061}', '\\u{e0061}'],
    ['a character for private use', '\ue000', '\\ue000'],
    ['one of no character', '\u{10ffff}', '\\u{10ffff}'],
  ])('%s is shown as an escape, and read back from JSON', (_what, character, shown) => {
    expect(escapeTerminal(`we${character}b`)).toBe(`we${shown}b`);
    expect(isUnsafe(`we${character}b`)).toBe(true);
    expect(renderJson(character)).not.toContain(character);
    expect(JSON.parse(renderJson(character))).toBe(character);
  });
});

describe('what a CI would take for a command', () => {
  it.each([
    ['a ::error file=x::y', 'a \\x3a:error file=x::y'],
    ['::add-mask::x', '\\x3a:add-mask::x'],
    ['x ##[error]y', 'x #\\x23[error]y'],
    ['##vso[task.setvariable]', '#\\x23vso[task.setvariable]'],
  ])('%s is shown otherwise', (text, shown) => expect(escapeTerminal(text)).toBe(shown));

  it.each(['::/0', 'fd00::1 and fd00::2', '::ffff:10.0.0.1', '## [x]', 'a::b'])('%s is not', (text) =>
    expect(escapeTerminal(text)).toBe(text),
  );

  it('does not begin a line of YAML, and is read back', async () => {
    const { parse } = await import('yaml');
    const value = { '::error::x': ['::stop-commands::y', '##[error]z'] };
    const text = await renderYaml(value);
    expect(text).not.toMatch(/^\s*::|##\[/m);
    expect(parse(text)).toEqual(value);
  });
});

describe('documents that hold such strings', () => {
  const value = { comment: EVIL, [EVIL]: 1, list: ['plain', '\u202eyes'] };

  it('are read back unchanged from JSON', () => {
    const text = renderJson(value);
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028]/);
    expect(JSON.parse(text)).toEqual(value);
  });

  it('are read back unchanged from YAML', async () => {
    const text = await renderYaml(value);
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028]/);
    const { parse } = await import('yaml');
    expect(parse(text)).toEqual(value);
  });
});
