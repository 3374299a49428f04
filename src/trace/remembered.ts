import type { Test } from '../rules/test.ts';
import { type Branch, changed } from './branch.ts';
import { setsLabel, withLabel } from './labels.ts';
import { changesList, withListChanged } from './recent-lists.ts';

/**
 * xt_recent enters or removes an address as soon as it is asked, whether the rule matches in the end or not; so is a connection's
 * label given.
 * @param asked the tests that the kernel got to
 */
export function remembered(branch: Branch, asked: readonly Test[]): Branch {
  let { state } = branch;
  for (const test of asked) {
    if (setsLabel(test)) state = withLabel(state, test);
    else if (changesList(test)) state = withListChanged(state, test);
  }
  return state === branch.state ? branch : changed(branch, state);
}

/** Whether asking this test changes what later ones are told. */
export function isRemembered(test: Test): boolean {
  return changesList(test) || setsLabel(test);
}
