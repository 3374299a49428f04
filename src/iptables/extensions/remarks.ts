import { independent, type MatchModule, valueText } from './extension.ts';

/** Modules that match every packet. */
export const remarkModules: Readonly<Record<string, MatchModule>> = {
  comment: independent({
    '--comment': [1, (part) => ({ kind: 'comment', negated: false, text: valueText(part) })],
  }),
  nfacct: independent({
    '--nfacct-name': [1, (part) => ({ kind: 'nfacct', negated: false, name: valueText(part) })],
  }),
};
