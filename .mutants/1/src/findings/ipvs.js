import { printReal, takenText } from '../ipvs/print-ipvs.js';
import { IpvsTable } from '../ipvs/table.js';
/** The interface on which kube-proxy's IPVS mode puts every address of a Service (pkg/proxy/ipvs/proxier.go). */
export const IPVS_DEVICE = 'kube-ipvs0';
/** @returns IPVS of the node; null where it was not captured as a whole, or nothing tells of it. */
export function ipvsOf({ known: { ipvs } }) {
    return ipvs instanceof IpvsTable && !ipvs.incomplete ? ipvs : null;
}
/** @returns the line that lists a virtual server. */
export function virtualEvidence({ file, line, takes, scheduler, servers }) {
    const count = servers.length === 0 ? 'no real server' : `${servers.length} real servers`;
    return { file, line, text: `IPVS ${takenText(takes)} ${scheduler ?? ''}: ${count}`.replace(' :', ':') };
}
/** @returns the line that lists a real server. */
export function serverEvidence({ takes }, real) {
    return { file: real.file, line: real.line, text: printReal(takes, real) };
}
