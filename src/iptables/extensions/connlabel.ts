import type { Match } from '../match.ts';
import { findPart, isNegated, type MatchModule, textOf, valueText } from './extension.ts';

/** `-m connlabel --label 5 --set`. */
export const connlabelModule: MatchModule = {
  arity: { '--label': 1, '--set': 0 },
  read: (parts): Match[] | null => {
    const asked = findPart(parts, '--label');
    if (asked === null) return null;
    const [label, sets] = [valueText(asked), findPart(parts, '--set') !== null];
    // One question, however it is asked.
    const text = textOf('connlabel', [{ ...asked, bang: null }]);
    return [{ kind: 'connlabel', negated: isNegated(asked), label, sets, text }];
  },
};
