import type { Element } from '../../nftables/expression.ts';
import { answered, answeredBy, type Branch } from '../branch.ts';
import type { Questions } from '../questions.ts';
import type { LookUp } from './look-up.ts';
import { withShare } from './rule-result.ts';

/** A way that a look-up leaves; the element is null where none holds the key. */
interface Way {
  readonly branch: Branch;
  readonly element: Element | null;
}

/** @returns the branch once for each element that it may find; nothing where that is not known. */
export function waysOf(found: LookUp, branch: Branch, questions: Questions): Way[] {
  switch (found.kind) {
    case 'found':
      return [{ branch, element: found.element }];
    case 'missed':
    case 'absent':
      return [{ branch, element: null }];
    case 'chance':
      return found.ways.map(({ element, share }) => ({ branch: withShare(branch, share), element }));
    case 'open':
      return askedInTurn(found.ways, branch, questions);
    case 'unknown':
      return [];
  }
}

function askedInTurn(
  possible: Extract<LookUp, { kind: 'open' }>['ways'],
  start: Branch,
  questions: Questions,
): Way[] {
  const ways: Way[] = [];
  let rest = start;
  for (const { element, asked } of possible) {
    const held = asked === null ? true : answered(rest, asked);
    if (held === true || asked === null) return [...ways, { branch: rest, element }];
    if (held === false) continue;
    questions.met(asked, rest.probability);
    ways.push({ branch: answeredBy(rest, asked, true), element });
    rest = answeredBy(rest, asked, false);
  }
  return ways;
}
