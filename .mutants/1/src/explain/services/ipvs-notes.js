import { takenText } from '../../ipvs/print-ipvs.js';
import { IpvsTable } from '../../ipvs/table.js';
import { counted, listed } from '../../words/numbers.js';
/** Says what the rows of Services that IPVS balances cannot: what is nobody's, and what may be missing. */
export function noteIpvs(items, { ipvs, cluster, proxyMode }) {
    const notes = [];
    if (ipvs === 'not-captured' && proxyMode === 'ipvs')
        notes.push({
            code: 'ipvs-not-captured',
            text: 'IPVS carries the Services of this node, and its virtual servers were not captured: which there are is not known',
            settle: 'capture `ipvsadm-save -n`',
        });
    if (!(ipvs instanceof IpvsTable))
        return notes;
    if (ipvs.incomplete)
        notes.push({
            code: 'ipvs-incomplete',
            text: 'the listing of IPVS is not whole: Services may be missing from this list',
            settle: 'capture `ipvsadm-save -n`',
        });
    const foreign = items.filter(({ backend, name }) => backend === 'ipvs' && name === null);
    const balances = (names) => `IPVS balances ${counted(names.length, 'virtual server')}`;
    if (cluster.services !== null && foreign.length > 0) {
        const names = foreign.flatMap(({ chains }) => chains);
        notes.push({
            code: 'ipvs-foreign',
            text: `${balances(names)} that no Service of the API has: ${listed(names, 5)}`,
            settle: null,
        });
    }
    const marked = ipvs.servers.flatMap(({ takes }) => (takes.by === 'mark' ? [takenText(takes)] : []));
    if (marked.length > 0)
        notes.push({
            code: 'ipvs-by-mark',
            text: `${balances(marked)} by mark, which kube-proxy never makes: ${listed(marked, 5)}`,
            settle: null,
        });
    return notes;
}
