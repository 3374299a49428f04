import type { Diff } from '../../diff/document.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';

/** Things left unexplored, and things taken for granted, of which so many are shown. */
const SHOWN = 8;

/** @returns what the answer rests on, and what was left open. */
export function proofLines({ proof, identical }: Diff, colours: Colours): string[] {
  const { complete, classes, unexplored, restsOn, budget } = proof;
  const traced = `${classes} ${classes === 1 ? 'class' : 'classes'} of packets traced on both sides`;
  const first = complete
    ? classes === 0
      ? 'Compared by what the rules do: nothing is left that could let a packet fare otherwise.'
      : `Proved for all packets that the changes can concern: ${traced}${identical ? ', none fares otherwise' : ''}.`
    : `Not proved: ${traced} (--budget ${budget}). Left unexplored:`;
  const open = shortened(
    unexplored.map((text) => `  ${escapeTerminal(text)}`),
    '(-o json lists all)',
  );
  const granted = oneOfEach(restsOn);
  return [
    '',
    complete ? first : colours.warning(first),
    ...open,
    ...(granted.length === 0 ? [] : ['This rests on:', ...shortened(granted, '(-o json lists all)')]),
  ];
}

/** Of notes of one kind that are many the first is told. */
function oneOfEach(notes: Diff['proof']['restsOn']): string[] {
  const kinds = new Map<string, (typeof notes)[number][]>();
  for (const note of notes) {
    const own = kinds.get(note.code);
    if (own === undefined) kinds.set(note.code, [note]);
    else own.push(note);
  }
  return [...kinds.values()].flatMap((own) => {
    const shown = own.length <= 2 ? own : own.slice(0, 1);
    const more = own.length - shown.length;
    return shown.map(
      ({ text }) =>
        `  ${escapeTerminal(text)}${more === 0 ? '' : `, and ${more} more of the kind (-o json lists all)`}`,
    );
  });
}

function shortened(lines: readonly string[], hint: string): string[] {
  if (lines.length <= SHOWN) return [...lines];
  return [...lines.slice(0, SHOWN), `  and ${lines.length - SHOWN} more ${hint}`];
}
