import type { CheckContext } from '../context.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { byStep } from './deviations.ts';
import { foreignDrop } from './foreign-drops.ts';

/** A rule that is not kube-proxy's drops, rejects or takes away packets for Services. */
export const foreignDrops: FindingKind<CheckContext> = {
  code: 'KP211',
  title: 'a foreign rule ends Service traffic',
  find(context): Finding[] {
    const deviations = context.deviationsBy('foreign-drop', 'untracked');
    return byStep(deviations, context).map((group) => foreignDrop('KP211', group, context));
  },
};
