import type { Mutant } from '../mutants.ts';

/** Faults in how a connection is followed over nodes, each in one place. */
export const CLUSTER_MUTANTS: readonly Mutant[] = [
  {
    name: 'an answer keeps the destination that masquerading gave it',
    file: 'trace/nat-step.js',
    find: 'return changed(branch, { destination: client, destinationPort: connection.originalSourcePort });',
    replace: 'return branch;',
  },
  {
    name: 'an answer is rewritten at the hooks of the request',
    file: 'trace/nat-step.js',
    find: "if (side === 'destination') {\n        const client",
    replace: "if (side !== 'destination') {\n        const client",
  },
  {
    name: 'a packet comes to the next node by its uplink, whatever carried it',
    file: 'connection/follow.js',
    find: 'const device = arrivalDevice(at.view, delivery, end.destination, next);',
    replace: "const device = 'eth0';",
  },
  {
    name: 'no node remembers the request when the answer comes',
    file: 'connection/follow.js',
    find: 'const opened = trip.opened.get(view) ?? [];',
    replace: 'const opened = [];',
  },
];
