import { XFRM_WORDS } from './known-words.ts';
import type { RenameLine } from './lines.ts';

/** A line of `ip xfrm policy`, indented as it was. Contexts of security and whatever else is no word of ip are left out with it. */
export const renameXfrmPolicy: RenameLine = (line, renamer) => {
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  const words = line.trim().split(/\s+/);
  const renamed: string[] = [];
  for (const [index, word] of words.entries()) {
    const before = words[index - 1];
    // A template has the direction `dir`, a selector the device `dev`; both stand before other words too.
    const named = before === 'src' || before === 'dst' ? renamer.prefix(word) : null;
    if (named !== null) renamed.push(named);
    else if (before === 'dev') renamed.push(renamer.interfaces.rename(word));
    else if (XFRM_WORDS.has(word) || NUMBERS.test(word)) renamed.push(word);
    else return null;
  }
  return indent + renamed.join(' ');
};

/** `5`, `0x10/0xff`, `5(0x00000005)` */
const NUMBERS = /^(?:0x[\da-f]{1,8}|\d{1,10})(?:\/0x[\da-f]{1,8}|\(0x[\da-f]{1,8}\))?$/;
