import type { AddressIds } from '../../conntrack/address-ids.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { counted } from '../../words/numbers.ts';
import type { Diagnosis, FindingCode, TableFill } from '../flow-list.ts';
import type { Known } from '../question/question.ts';
import type { FlowTally } from './flow-tally.ts';
import { serviceText } from './flow-words.ts';
import type { GroupTally } from './group-tally.ts';

/** Fewer flows than this are chance. */
const FEW = 3;
const CLOSE_WAIT_BUILD_UP = 10;
/** MASQUERADE gives ports from 1024 up to flows that came from such a port (`nf_nat_l4proto_unique_tuple`, nf_nat_core.c). */
const SOURCE_PORTS = 64_512;
const PORTS_LOW = 0.8;

/** @returns what is wrong with many flows together, the worst first. */
export function findInFlows(
  tally: FlowTally,
  table: TableFill,
  ids: AddressIds,
  known: Known,
): Diagnosis<FindingCode>[] {
  const found = [
    ...tableFindings(table),
    ...tally.groups.flatMap((group) => groupFindings(group, known)),
    ...portFindings(tally, ids),
    ...affinityFindings(tally, ids),
  ];
  const rank = { error: 0, warning: 1, info: 2 } as const;
  return found
    .map((finding, index) => ({ finding, index }))
    .sort((a, b) => rank[a.finding.severity] - rank[b.finding.severity] || a.index - b.index)
    .map(({ finding }) => finding);
}

function tableFindings({ count, max, fill }: TableFill): Diagnosis<FindingCode>[] {
  if (fill === null || count === null || max === null || fill < 0.9) return [];
  const message = `conntrack holds ${count} of at most ${max} entries`;
  if (count >= max) {
    return [
      {
        code: 'table-full',
        severity: 'error',
        message: `the table is full, ${message}: new connections are dropped, but for those that take the place of an entry that is not ASSURED`,
        evidence: [],
      },
    ];
  }
  return [
    {
      code: 'table-filling',
      severity: 'warning',
      message: `${message}; at the maximum new connections are dropped`,
      evidence: [],
    },
  ];
}

function groupFindings(group: GroupTally, known: Known): Diagnosis<FindingCode>[] {
  const { place, to, toPort, states, live, unreplied } = group;
  if (place.service === null && place.programmed.length === 0) return [];
  const found: Diagnosis<FindingCode>[] = [];
  const where = `${socketText(to, toPort)} (${serviceText(place)})`;
  const syn = states.of('SYN_SENT');
  const half = states.of('SYN_RECV');
  const closeWait = states.of('CLOSE_WAIT');
  if (syn >= FEW && syn * 2 > live) {
    const message = `${counted(syn, 'connection')} to ${where} wait for an answer to their SYN, of ${counted(live, 'live flow')} there`;
    found.push({ code: 'syn-pile-up', severity: 'warning', message, evidence: podEvidence(group, known) });
  } else if (unreplied >= FEW && unreplied === live) {
    const message = `none of the ${live} live flows to ${where} has an answer`;
    found.push({
      code: 'endpoint-silent',
      severity: 'warning',
      message,
      evidence: podEvidence(group, known),
    });
  }
  if (half >= FEW && half * 2 > live) {
    const message = `${counted(half, 'connection')} to ${where} wait for the client's last word of the handshake: answers may not reach the clients, or not by this node`;
    found.push({ code: 'half-open', severity: 'warning', message, evidence: [] });
  }
  if (closeWait >= CLOSE_WAIT_BUILD_UP && closeWait * 4 > live) {
    const seconds = known.host.sysctls?.get('net.netfilter.nf_conntrack_tcp_timeout_close_wait');
    const kept = seconds === undefined ? '' : `; each entry stays for ${seconds} s`;
    const message = `${counted(closeWait, 'connection')} to ${where} were closed by one side, and the other does not close them${kept}`;
    found.push({ code: 'close-wait', severity: 'warning', message, evidence: [] });
  }
  return found;
}

/** A silent endpoint whose pod is not ready explains itself. */
function podEvidence({ to }: GroupTally, known: Known): Diagnosis['evidence'] {
  const pod = known.book.podAt(to);
  if (pod === null || pod.ready) return [];
  return [{ kind: 'object', text: `pod ${pod.namespace}/${pod.name} is not ready`, file: null, line: null }];
}

function portFindings({ ports }: FlowTally, ids: AddressIds): Diagnosis<FindingCode>[] {
  return ports.atLeast(SOURCE_PORTS * PORTS_LOW).map(({ protocol, source, destination, port, flows }) => {
    const ending = flows >= SOURCE_PORTS * 0.95 ? 'error' : 'warning';
    const message = `${flows} of some ${SOURCE_PORTS} source ports of ${ids.textOf(source)} are taken toward ${ids.textOf(destination)} port ${port}/${formatProtocol(protocol)}: without a free one, connections behind masquerade fail`;
    return { code: 'port-exhaustion', severity: ending, message, evidence: [] } as const;
  });
}

const CLIENTS_SHOWN = 5;

function affinityFindings({ affinity }: FlowTally, ids: AddressIds): Diagnosis<FindingCode>[] {
  const byService = new Map<string, string[]>();
  for (const { place, client, endpoints } of affinity.broken()) {
    const name = serviceText(place);
    const text = `${ids.textOf(client)} (${endpoints.size} endpoints)`;
    const known = byService.get(name);
    if (known === undefined) byService.set(name, [text]);
    else known.push(text);
  }
  return [...byService].map(([name, clients]) => {
    const more = clients.length > CLIENTS_SHOWN ? `, … (${clients.length} clients)` : '';
    const message = `${name} has session affinity, but live flows of one client go to several endpoints: ${clients.slice(0, CLIENTS_SHOWN).join(', ')}${more}; flows older than the affinity's time may do that`;
    return { code: 'affinity-broken', severity: 'info', message, evidence: [] } as const;
  });
}
