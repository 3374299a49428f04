import type { Test } from '../rules/test.ts';
import { type Branch, changed } from './branch.ts';
import { setsLabel, withLabel } from './labels.ts';
import { changesList, withListChanged } from './recent-lists.ts';

/**
 * xt_recent enters or removes an address as soon as it is asked, whether the rule matches in the end or not; so is a connection's
 * label given.
 * @param tests of a rule, of which the kernel got to this many
 */
export function remembered(branch: Branch, tests: readonly Test[], asked = tests.length): Branch {
  let { state } = branch;
  for (let index = 0; index < asked; index++) {
    const test = tests[index];
    if (test === undefined) break;
    if (setsLabel(test)) state = withLabel(state, test);
    else if (changesList(test)) state = withListChanged(state, test);
  }
  return state === branch.state ? branch : changed(branch, state);
}

/** Whether asking this test changes what later ones are told. */
export function isRemembered(test: Test): boolean {
  return changesList(test) || setsLabel(test);
}
