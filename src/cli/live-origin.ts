import { shownKubectl } from '../command/kubectl-argv.ts';
import type { Origin } from './build-capture.ts';
import type { LiveRequest } from './requests.ts';

/** @returns where the state of a live node comes from: commands that the answer prints ask the cluster that was asked. */
export function liveOrigin(name: string, { access, target }: Pick<LiveRequest, 'access' | 'target'>): Origin {
  return { name, live: true, isHere: target === null, kubectl: shownKubectl(access, []) };
}
