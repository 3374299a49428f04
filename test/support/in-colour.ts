import { expect } from 'vitest';
import { type Colours, loadColours, NO_COLOURS } from '../../src/render/colours.ts';

const COLOURED = await loadColours(true);

/** @returns the text without the colour codes that the program writes. */
export function withoutColours(text: string): string {
  return text.replace(/\x1b\[\d+m/g, '');
}

/** Renders a text with colours and without, and holds that colours add nothing else to it. @returns it without. */
export function renderBothWays(render: (colours: Colours) => string): string {
  const plain = render(NO_COLOURS);
  expect(withoutColours(render(COLOURED))).toBe(plain);
  return plain;
}
