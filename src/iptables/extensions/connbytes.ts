import type { Match } from '../match.ts';
import { findPart, isNegated, type MatchModule, textOf, valueText } from './extension.ts';

const SIDES = ['original', 'reply', 'both'] as const;
const MODES = ['packets', 'bytes', 'avgpkt'] as const;

/** `-m connbytes`: what the connection has carried. iptables refuses it without one of its three options. */
export const connbytesModule: MatchModule = {
  arity: { '--connbytes': 1, '--connbytes-dir': 1, '--connbytes-mode': 1 },
  read: (parts): Match[] => {
    const of = oneOf(SIDES, '--connbytes-dir');
    const mode = oneOf(MODES, '--connbytes-mode');
    const counted = findPart(parts, '--connbytes');
    const text = textOf('connbytes', parts);
    const range = counted === null ? null : readCount(valueText(counted));
    if (counted === null || range === null || of === undefined || mode === undefined)
      return [{ kind: 'opaque', negated: false, module: 'connbytes', text }];
    return [{ kind: 'connbytes', negated: isNegated(counted), range, of, mode, text }];

    function oneOf<T extends string>(names: readonly T[], flag: string): T | undefined {
      const part = findPart(parts, flag);
      return names.find((name) => part !== null && name === valueText(part));
    }
  },
};

/** `10:20`, or `10` alone for that and more, as iptables takes it; of 64 bits, of which the last are of no matter here. */
function readCount(text: string): { readonly from: number; readonly to: number } | null {
  const found = /^(\d{1,20})(?::(\d{0,20}))?$/.exec(text);
  if (found === null) return null;
  const [, from, to] = found;
  return { from: Number(from), to: to === undefined || to === '' ? Number.POSITIVE_INFINITY : Number(to) };
}
