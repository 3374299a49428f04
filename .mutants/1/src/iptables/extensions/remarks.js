import { independent, valueText } from './extension.js';
/** Modules that match every packet. */
export const remarkModules = {
    comment: independent({
        '--comment': [1, (part) => ({ kind: 'comment', negated: false, text: valueText(part) })],
    }),
    nfacct: independent({
        '--nfacct-name': [1, (part) => ({ kind: 'nfacct', negated: false, name: valueText(part) })],
    }),
};
