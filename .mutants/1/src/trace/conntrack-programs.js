import { changed } from './branch.js';
import { whereTableIsFull } from './conntrack-full.js';
import { trackConnection } from './conntrack-step.js';
import { ended, next } from './passage.js';
import { ipvsUnlisted } from './route-endings.js';
const REGISTRATION = { by: 'conntrack', rank: null };
/** nf_conntrack_in, between raw and mangle (NF_IP_PRI_CONNTRACK): finds the packet's flow or opens one. */
function tracking(hook) {
    return {
        hook,
        priority: -200,
        registration: REGISTRATION,
        acts: true,
        run: (branch, context) => trackConnection(branch, context.packet, context.world, context.questions, context.opened).flatMap((tracked) => {
            const { connection } = tracked.state;
            // Whether nat rewrites it from here, or IPVS takes it at its hook, is not known; an answer goes on as far as IPVS.
            if (connection?.mayBeBalanced === true && connection.direction === 'ORIGINAL')
                return [ended(ipvsUnlisted(tracked, context.world))];
            return whereTableIsFull(branch, tracked, context);
        }),
    };
}
/** nf_confirm, the last of all (NF_IP_PRI_CONNTRACK_CONFIRM): enters the connection into the table. */
function confirming(hook) {
    return {
        hook,
        priority: 0x7fffffff,
        registration: REGISTRATION,
        acts: true,
        run: (branch) => {
            const { connection } = branch.state;
            if (connection === null || connection.confirmed)
                return [next(branch)];
            return [next(changed(branch, { connection: { ...connection, confirmed: true } }))];
        },
    };
}
/** Connection tracking, at both ends of the way through the node. Whether the kernel tracks at all is asked as a packet comes. */
export const CONNTRACK = {
    programs: () => [
        tracking('PREROUTING'),
        tracking('OUTPUT'),
        confirming('INPUT'),
        confirming('POSTROUTING'),
    ],
};
