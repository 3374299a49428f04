import type { HookName } from '../iptables/ruleset.ts';
import type { Branch, Ending } from './branch.ts';
import type { TraceContext } from './context.ts';
import type { Stage } from './passage.ts';
import type { Programs } from './programs.ts';
import { runTied } from './tied-programs.ts';

/** The ways on from a hook. */
export interface ThroughHook {
  /** Branches that came through. */
  readonly passed: readonly Branch[];
  /** Branches that a program sent elsewhere. */
  readonly resumed: readonly { readonly branch: Branch; readonly at: Stage }[];
  readonly ended: readonly Ending[];
}

/** Runs everything that stands at one hook, in order of priority. */
export function runHook(
  start: Branch,
  hook: HookName,
  programs: Programs,
  context: TraceContext,
): ThroughHook {
  let passed: readonly Branch[] = [start];
  const resumed: { branch: Branch; at: Stage }[] = [];
  const ended: Ending[] = [];
  for (const group of programs.at[hook]) {
    const on: Branch[] = [];
    for (const branch of passed) {
      for (const passage of runTied(branch, group, context)) {
        if (passage.kind === 'next') on.push(passage.branch);
        else if (passage.kind === 'ended') ended.push(passage.ending);
        else resumed.push({ branch: passage.branch, at: passage.at });
      }
    }
    passed = on;
  }
  return { passed, resumed, ended };
}
