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
