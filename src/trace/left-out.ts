import type { Chain } from '../iptables/ruleset.ts';
import type { EffectOf } from '../rules/effect.ts';
import { unknown } from './answer.ts';
import type { Branch, Ending } from './branch.ts';
import { eitherWay } from './choose.ts';
import type { Questions } from './questions.ts';
import type { Reason } from './reason.ts';

/**
 * Asks of a chain from whose output lines were left out whether one of those decides. It is asked once of each output: all of its
 * chains lost what the same command left out.
 * @returns the way on which one decides, ended, and the way on which none does; null where nothing was left out of the chain
 */
export function leftOut(
  branch: Branch,
  { cut }: Chain,
  questions: Questions,
): { readonly ended: readonly Ending[]; readonly on: Branch | null } | null {
  if (cut?.side !== 'among') return null;
  const reason = { code: 'rules-left-out', file: cut.file, line: cut.line } as const;
  const ways = eitherWay(branch, unknown(reason), questions);
  return {
    ended: ways
      .filter(({ held }) => held)
      .map(({ branch: way }) => ({ branch: way, verdict: 'unknown', reason, rejectWith: null, exit: null })),
    on: ways.find(({ held }) => !held)?.branch ?? null,
  };
}

/** @returns why nobody knows what becomes of a packet that a rule takes to a target that is not read. */
export function unreadTarget({ text, family }: EffectOf<'unrecognised'>): Reason {
  return family === undefined
    ? { code: 'target-unrecognised', text }
    : { code: 'rules-not-captured', family };
}
