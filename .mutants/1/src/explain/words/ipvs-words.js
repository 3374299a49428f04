import { dictionary } from '../../lookup/dictionary.js';
import { clientOr, said } from './clauses.js';
/** What schedulers go by that have no shares (net/netfilter/ipvs). */
const BY = dictionary({
    sh: "a hash of the client's address",
    mh: "a hash of the client's address",
    dh: "a hash of the virtual server's address",
    lc: 'the connections that live',
    wlc: 'the connections that live',
    sed: 'the connections that live',
    nq: 'the connections that live',
    lblc: 'the connections that live',
    lblcr: 'the connections that live',
    ovf: 'the connections that live',
});
/** What IPVS chooses or remembers, in words. */
export const IPVS_WORDS = {
    'ipvs-choice': ({ server, scheduler, byPort, of }) => {
        const by = scheduler === null ? 'its scheduler' : `scheduler ${scheduler}`;
        const how = scheduler === null ? '' : (BY[scheduler] ?? '');
        const port = byPort ? ' and port' : '';
        return said(`clients are spread by weight: ${by} of IPVS ${server} picks one of ${of}${how === '' ? '' : ` by ${how}${port}`}`, `clients are not spread by weight over the ${of} real servers of IPVS ${server}`);
    },
    'ipvs-room': ({ server }) => said(`some real server of IPVS ${server} has fewer connections than its weight (scheduler ovf)`, `every real server of IPVS ${server} has as many connections as its weight: scheduler ovf refuses more`, 'list connections with `ipvsadm -Ln`'),
    'ipvs-template': ({ server, seconds, client, real }) => {
        const where = `${clientOr(client)} at ${real ?? 'any real server'}`;
        return said(`a template of IPVS ${server} keeps ${where} (persistent ${seconds})`, `no template of IPVS ${server} keeps ${where}`, 'capture `ipvsadm -Lnc` and give --from ADDRESS');
    },
};
