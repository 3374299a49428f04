import { dictionary } from '../lookup/dictionary.js';
/**
 * @returns the shares of each real server that takes new connections (net/netfilter/ipvs/ip_vs_*.c); no parts where none does.
 *   For dh and lc a weight only counts as 0 or not (ip_vs_dh_reassign, ip_vs_lc_schedule).
 */
export function sharesOf(server) {
    const open = candidatesOf(server);
    if (open.length === 0)
        return { parts: [], refused: 0, exact: true };
    const exact = EXACT[server.scheduler ?? '']?.(open) ?? null;
    if (exact !== null)
        return {
            parts: open.map((real, index) => ({ real, share: exact[index] ?? 0 })).filter(({ share }) => share > 0),
            refused: 0,
            exact: true,
        };
    const closed = hashesOntoClosed(server) ? server.servers.length - open.length : 0;
    const weighs = server.scheduler !== 'dh' && server.scheduler !== 'lc';
    const partOf = ({ weight }) => (weighs ? (weight ?? 1) : 1);
    const sum = open.reduce((all, real) => all + partOf(real), closed);
    return {
        parts: open.map((real) => ({ real, share: partOf(real) / sum })),
        refused: closed / sum,
        exact: false,
    };
}
/** Failover knows only servers of the highest weight; which of several comes first no sorted listing tells (ip_vs_fo_schedule). */
function candidatesOf({ servers, scheduler }) {
    const open = servers.filter(({ weight }) => weight !== 0);
    const weights = scheduler === 'fo' ? weightsOf(open) : null;
    if (weights === null)
        return open;
    const highest = Math.max(...weights);
    return open.filter(({ weight }) => weight === highest);
}
/** Shares of schedulers that have some; null where a weight is not known. */
const EXACT = dictionary({
    // ip_vs_rr_schedule asks only whether a weight is above 0.
    rr: (servers) => (weightsOf(servers) === null ? null : servers.map(() => 1 / servers.length)),
    wrr: (servers) => {
        const weights = weightsOf(servers);
        const sum = weights?.reduce((all, weight) => all + weight, 0) ?? 0;
        return weights?.map((weight) => weight / sum) ?? null;
    },
    fo: (servers) => (servers.length === 1 && weightsOf(servers) !== null ? [1] : null),
});
function weightsOf(servers) {
    const known = servers.flatMap(({ weight }) => (weight === null ? [] : [weight]));
    return known.length === servers.length ? known : null;
}
/** Source and destination hashing keep a place for a server of weight 0, and refuse who falls on it (ip_vs_sh_schedule, ip_vs_dh_schedule). */
function hashesOntoClosed({ scheduler, flags }) {
    return scheduler === 'dh' || (scheduler === 'sh' && !flags.includes('sh-fallback'));
}
