import { byStep } from './deviations.js';
import { foreignDrop } from './foreign-drops.js';
/** A rule that is not kube-proxy's drops, rejects or takes away packets for Services. */
export const foreignDrops = {
    code: 'KP211',
    title: 'a foreign rule ends Service traffic',
    find(context) {
        const deviations = context.deviationsBy('foreign-drop', 'untracked');
        return byStep(deviations, context).map((group) => foreignDrop('KP211', group, context));
    },
};
