import type { Rule } from '../iptables/ruleset.ts';
import type { Branch, Ending } from './branch.ts';

/** @returns the branch, ended by a rule, a policy or the walk itself. */
export function ending(branch: Branch, verdict: Ending['verdict'], reason: Ending['reason'] = null): Ending {
  return { branch, verdict, reason, rejectWith: null, exit: null };
}

/** @returns the branch at a rule whose chain nobody captured. */
export function missing(branch: Branch, { chain, number }: Rule, target: string): Ending {
  return ending(branch, 'unknown', { code: 'chain-missing', rule: { chain, number }, target });
}

/** @returns the branch after so many jumps that the rest of its way is given up. */
export function tooLong(branch: Branch, jumps: number): Ending {
  return ending(branch, 'unknown', { code: 'walk-too-long', jumps });
}

/** @returns the branch at a rule that leads back into a chain still being walked. */
export function loop(branch: Branch, { chain, number }: Rule): Ending {
  return ending(branch, 'unknown', { code: 'chain-loop', rule: { chain, number } });
}
