import type { Mutant } from '../mutants.ts';

/** Faults of one who takes for granted what a capture does not tell, each in one place. */
export const LOST_MUTANTS: readonly Mutant[] = [
  {
    name: 'a node whose sysctls were not captured forwards, without a word',
    file: 'trace/route-endings.js',
    find: "if (on === null)\n        assume(context, { code: 'forwarding' });",
    replace: '',
  },
  {
    name: 'ports whose mode is not told are not isolated, without a word',
    file: 'trace/bridged-routing.js',
    find: "if (isolated === null)\n        assume(context, { code: 'bridge-isolated', bridge });",
    replace: '',
  },
  {
    name: 'a device that may be a bridge is none, without a word',
    file: 'trace/bridged-routing.js',
    find: "if (isDirect ?? routed.some(({ kind }) => kind === 'ended'))",
    replace: 'if (false)',
  },
  {
    name: 'routes that were not captured are there, without a word',
    file: 'trace/routing.js',
    find: "assume(context, { code: 'routes-not-captured', family: context.packet.family });",
    replace: '',
  },
];
