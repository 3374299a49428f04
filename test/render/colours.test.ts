import { describe, expect, it } from 'vitest';
import { loadColours, wantsColour } from '../../src/render/colours.ts';

describe('wantsColour', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('terminal %s with %j: %s', (terminal, env, expected) => {
    expect(wantsColour(terminal, env)).toBe(expected);
  });

  it('paints one text, also where map gives index and array too', async () => {
    const colours = await loadColours(true);
    const { enabled: _, ...paints } = colours;
    for (const [name, paint] of Object.entries(paints)) {
      expect(['a', 'b'].map(paint), name).toEqual([paint('a'), paint('b')]);
      expect(paint('a').replace(/\x1b\[\d+m/g, ''), name).toBe('a');
    }
  });

  it('adds nothing where colour is not wanted', async () => {
    expect((await loadColours(false)).bad('x')).toBe('x');
    expect((await loadColours(true)).bad('x')).toBe('\x1b[31mx\x1b[39m');
  });
});
