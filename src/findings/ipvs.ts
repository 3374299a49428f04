import type { RealServer, VirtualServer } from '../ipvs/model.ts';
import { printReal, takenText } from '../ipvs/print-ipvs.ts';
import { IpvsTable } from '../ipvs/table.ts';
import type { CheckContext } from './context.ts';
import type { Evidence } from './finding.ts';

/** @returns IPVS of the node; null where it was not captured as a whole, or nothing tells of it. */
export function ipvsOf({ known: { ipvs } }: CheckContext): IpvsTable | null {
  return ipvs instanceof IpvsTable && !ipvs.incomplete ? ipvs : null;
}

/** @returns the line that lists a virtual server. */
export function virtualEvidence({ file, line, takes, scheduler, servers }: VirtualServer): Evidence {
  const count = servers.length === 0 ? 'no real server' : `${servers.length} real servers`;
  return { file, line, text: `IPVS ${takenText(takes)} ${scheduler ?? ''}: ${count}`.replace(' :', ':') };
}

/** @returns the line that lists a real server. */
export function serverEvidence({ takes }: VirtualServer, real: RealServer): Evidence {
  return { file: real.file, line: real.line, text: printReal(takes, real) };
}
