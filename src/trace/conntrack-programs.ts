import { changed } from './branch.ts';
import { whereTableIsFull } from './conntrack-full.ts';
import { trackConnection } from './conntrack-step.ts';
import { ended, next } from './passage.ts';
import type { HookProgram, ProgramSource } from './program.ts';
import { withoutEntry } from './reply-clash.ts';
import { ipvsUnlisted } from './route-endings.ts';

const REGISTRATION = { by: 'conntrack', rank: null };

/** nf_conntrack_in, between raw and mangle (NF_IP_PRI_CONNTRACK): finds the packet's flow or opens one. */
function tracking(hook: 'PREROUTING' | 'OUTPUT'): HookProgram {
  return {
    hook,
    priority: -200,
    registration: REGISTRATION,
    acts: true,
    run: (branch, context) =>
      trackConnection(branch, context).flatMap((tracked) => {
        const { connection } = tracked.state;
        // Whether nat rewrites it from here, or IPVS takes it at its hook, is not known; an answer goes on as far as IPVS.
        if (connection?.mayBeBalanced === true && connection.direction === 'ORIGINAL')
          return [ended(ipvsUnlisted(tracked, context.world))];
        return whereTableIsFull(branch, tracked, context);
      }),
  };
}

/** nf_confirm, the last of all (NF_IP_PRI_CONNTRACK_CONFIRM): enters the connection into the table. */
function confirming(hook: 'INPUT' | 'POSTROUTING'): HookProgram {
  return {
    hook,
    priority: 0x7fffffff,
    registration: REGISTRATION,
    acts: true,
    run: (branch, context) => {
      const { connection } = branch.state;
      if (connection === null || connection.confirmed) return [next(branch)];
      const lost = withoutEntry(branch, context);
      return [lost ?? next(changed(branch, { connection: { ...connection, confirmed: true } }))];
    },
  };
}

/** Connection tracking, at both ends of the way through the node. Whether the kernel tracks at all is asked as a packet comes. */
export const CONNTRACK: ProgramSource = {
  programs: () => [
    tracking('PREROUTING'),
    tracking('OUTPUT'),
    confirming('INPUT'),
    confirming('POSTROUTING'),
  ],
};
