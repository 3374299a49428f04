import { sysctlNumber } from '../../host/sysctl.ts';
import type { VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import type { Service } from '../../kubernetes/objects.ts';
import { formatSocket } from '../../net/listed-socket.ts';
import { UDP } from '../../net/protocol.ts';
import { bookOf } from '../../proxy/addresses.ts';
import { counted, listed } from '../../words/numbers.ts';
import { serviceNames } from '../affected.ts';
import { setSysctl } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { ipvsOf, serverEvidence } from '../ipvs.ts';

/** A setting of IPVS that kube-proxy sets when it starts has another value. */
export const ipvsSettings: FindingKind<CheckContext> = {
  code: 'KP301',
  title: 'a setting of IPVS is not as kube-proxy sets it',
  find(context): Finding[] {
    const table = ipvsOf(context);
    if (table === null || context.known.proxyMode !== 'ipvs') return [];
    return SETTINGS.flatMap(({ name, find }) => {
      const option = `net.ipv4.vs.${name}`;
      if (!isOff(context, name)) return [];
      const found = find(table.servers, context);
      return found === null ? [] : [findingOf(option, found)];
    });
  },
};

/** @returns true where the setting is captured and off, so that what follows is told by this finding. */
export function isOff({ known }: CheckContext, name: string): boolean {
  return sysctlNumber(known.host, `net.ipv4.vs.${name}`) === 0;
}

interface Found {
  readonly severity: Finding['severity'];
  readonly says: string;
  readonly hits: string;
  readonly evidence: readonly Evidence[];
  readonly objects: readonly string[];
}

interface Setting {
  readonly name: string;
  /** @returns what follows from the value 0; null where nothing does on this node. */
  readonly find: (servers: readonly VirtualServer[], context: CheckContext) => Found | null;
}

/** What kube-proxy sets to 1 (pkg/proxy/ipvs/proxier.go, NewProxier), and what the kernel does with 0. */
const SETTINGS: readonly Setting[] = [
  {
    name: 'conntrack',
    find: (servers) =>
      servers.length === 0
        ? null
        : {
            severity: 'error',
            says: 'conntrack does not see what IPVS sends on, so nothing of it is masqueraded',
            hits: 'clients outside the cluster and processes of this node whenever the endpoint is on another node, and pods that reach themselves: their answers get lost',
            evidence: [],
            objects: ['all Services'],
          },
  },
  {
    name: 'expire_nodest_conn',
    find: (servers, context) => {
      const gone = flowsToNobody(context);
      const stuck = gone.length > 0;
      return servers.length === 0
        ? null
        : {
            severity: stuck ? 'error' : 'warning',
            says: `packets of connections to a real server that was removed are dropped without a word${stuck ? `: ${counted(gone.length, 'UDP flow')} of now` : ''}`,
            hits: 'clients that go on sending from the same port, as of UDP, after their endpoint went away',
            evidence: gone.slice(0, 5).map(({ text }) => factEvidence(text)),
            objects: [...serviceNames(gone.flatMap(({ served }) => served ?? [])), 'all Services'],
          };
    },
  },
  {
    name: 'expire_quiescent_template',
    find: (servers) => {
      const drained = servers.flatMap((server) =>
        server.persistence === null
          ? []
          : server.servers.filter(({ weight }) => weight === 0).map((real) => ({ server, real })),
      );
      const [first] = drained;
      if (first === undefined && !servers.some(({ persistence }) => persistence !== null)) return null;
      const names = drained.map(({ server, real }) => `${formatSocket(real)} of ${takenText(server.takes)}`);
      return {
        severity: first === undefined ? 'warning' : 'error',
        says: `clients with session affinity are kept at a real server that takes no new connections${first === undefined ? '' : `: ${listed(names)}`}`,
        hits: 'clients whose template leads to an endpoint that went away, until it expires',
        evidence: drained.slice(0, 5).map(({ server, real }) => serverEvidence(server, real)),
        objects: drained.map(({ server }) => `IPVS ${takenText(server.takes)}`),
      };
    },
  },
];

function findingOf(option: string, { severity, says, hits, evidence, objects }: Found): Finding {
  return {
    code: 'KP301',
    severity,
    message: `${option} is 0, and kube-proxy sets it to 1: ${says}`,
    service: null,
    objects: [...new Set(objects)],
    hits,
    evidence: [factEvidence(`${option} = 0`), ...evidence],
    advice: 'set it, and find what set it back after kube-proxy started (a sysctl.d file, a tuning daemon)',
    command: setSysctl(option, 1),
    certainty: 'certain',
  };
}

/** A flow that nobody answers, in words, and whose Service it is. */
interface LostFlow {
  readonly text: string;
  /** Null where no Service of the API has the address. */
  readonly served: { readonly service: Service } | null;
}

/** UDP flows through a virtual server, answered by what is no real server of it any more. */
function flowsToNobody(context: CheckContext): LostFlow[] {
  const table = ipvsOf(context);
  const { flows } = context.known;
  if (table === null || flows === null) return [];
  const book = bookOf(context.whole.cluster);
  const found: LostFlow[] = [];
  for (const { protocol, original, reply } of flows.all()) {
    if (protocol !== UDP || original.destination.value === reply.source.value) continue;
    const server = table.find(protocol, original.destination, original.destinationPort, null);
    if (server === null) continue;
    const isReal = server.servers.some(
      ({ address, port }) => address.value === reply.source.value && port === reply.sourcePort,
    );
    if (isReal) continue;
    const text = (address: typeof original.source, port: number | null): string =>
      formatSocket({ address, port: port ?? 0 });
    const port = original.destinationPort ?? 0;
    found.push({
      text: `${text(original.source, original.sourcePort)} → ${takenText(server.takes)} goes to ${text(reply.source, reply.sourcePort)}, which is no real server of it`,
      served: book.serviceAt(protocol, original.destination, port) ?? book.serviceAtNodePort(protocol, port),
    });
    if (found.length === 100) break;
  }
  return found;
}
