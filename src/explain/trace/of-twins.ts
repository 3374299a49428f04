import { formatAddress } from '../../net/address.ts';
import type { Outcome } from '../../trace/outcome.ts';
import type { Note } from '../explanation.ts';
import { choosingStep, translatedBy } from './remarks/path-facts.ts';

/** @returns whether sentences about an outcome hold for its twins: they name neither its endpoint nor the rules that lead there. */
export function isOfTwins(
  notes: readonly (Pick<Note, 'text' | 'settle'> | null)[],
  outcome: Outcome,
): boolean {
  const told = notes.map((note) => (note === null ? '' : `${note.text} ${note.settle ?? ''}`)).join(' ');
  if (told.trim() === '') return true;
  const number = choosingStep(outcome)?.rule?.number;
  const own = [
    formatAddress(outcome.destination.address),
    translatedBy(outcome)?.chain ?? '',
    number === undefined ? '' : `rule ${number}`,
  ];
  return !own.some((name) => name !== '' && told.includes(name));
}
