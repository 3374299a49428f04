import type { VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import { IpvsTable } from '../../ipvs/table.ts';
import { formatAddress } from '../../net/address.ts';
import { formatSocket } from '../../net/listed-socket.ts';
import { socketText } from '../../net/socket.ts';
import type { Ipvs } from '../../trace/world.ts';
import { listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, onlyService } from '../affected.ts';
import { proxyLogs } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import { labelOfPort } from '../expected/expected-port.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { serverEvidence, virtualEvidence } from '../ipvs.ts';
import type { Deviation } from '../survey/deviation.ts';
import { isOff } from './kp301-ipvs-settings.ts';
import { missingAddresses } from './kp302-ipvs-address.ts';
import { missingMembers } from './kp304-ipvs-sets.ts';
import { clausesOf, isAboutRanges, isOfRange, rangeClause } from './range-clause.ts';

/** What IPVS does with a Service's packets is not what the API says. */
export const ipvsServers: FindingKind<CheckContext> = {
  code: 'KP303',
  title: 'IPVS differs from the API',
  find(context): Finding[] {
    const left = unexplained(context);
    return [...groupBy(left, ({ port }) => `${labelOfPort(port)} ${port.family}`).values()].flatMap(
      (deviations) => {
        const [first] = deviations;
        return first === undefined ? [] : [findingOf(first, deviations, context)];
      },
    );
  },
};

/** What an address, a set's member or a setting that is missing explains is told there. */
function unexplained(context: CheckContext): readonly Deviation[] {
  const deviations = context.deviationsBy('ipvs', 'not-hooked');
  const { ipvs, proxyMode } = context.known;
  if (proxyMode !== 'ipvs' || deviations.length === 0) return [];
  const addresses = missingAddresses(context);
  const sets = new Set(missingMembers(context).map(({ port }) => port));
  const untracked = isOff(context, 'conntrack');
  const kept = isOff(context, 'expire_quiescent_template');
  return deviations.filter((one) => {
    const { way, port, kind } = one;
    return (
      isListed(ipvs, port.protocol, way) &&
      !addresses.has(formatAddress(way.address)) &&
      (!sets.has(port) || isOfRange(one)) &&
      !(untracked && kind === 'not-masqueraded') &&
      !(kept && port.service.sessionAffinity === 'ClientIP' && kind === 'wrong-endpoints')
    );
  });
}

/** False where what IPVS balances at the address was not captured as a whole: then nothing is missing there. */
function isListed(ipvs: Ipvs | undefined, protocol: number, { address, port }: Deviation['way']): boolean {
  if (!(ipvs instanceof IpvsTable)) return false;
  const server = ipvs.find(protocol, address, port, null);
  return server === null ? !ipvs.incomplete : server.incomplete !== true;
}

function findingOf(first: Deviation, deviations: readonly Deviation[], context: CheckContext): Finding {
  const { port, way } = first;
  const { ipvs } = context.known;
  const server = ipvs instanceof IpvsTable ? ipvs.find(port.protocol, way.address, way.port, null) : null;
  const what = clausesOf(deviations, (one) => describe(one, server)).join('; ');
  const onlyRanges = rangeClause(deviations) !== null && deviations.every(isAboutRanges);
  return {
    code: 'KP303',
    severity: 'error',
    message: `${labelOfPort(port)}: ${what}`,
    service: onlyService([port]),
    objects: [`${port.service.namespace}/${port.service.name}`],
    hits: hitsOf(deviations),
    evidence: [
      ...(onlyRanges
        ? server === null
          ? []
          : [virtualEvidence(server)]
        : [
            ...evidenceOf(first, server),
            factEvidence(
              `endpoints of ${labelOfPort(port)}: ${listed(endpointsOf(first), 10) || 'none that is ready'}`,
            ),
          ]),
      factEvidence(`example: ${exampleOf(first)}`),
    ],
    advice:
      'see whether kube-proxy runs on this node and what its log says of the last sync; it compares all virtual servers with the API when it starts',
    command: proxyLogs(),
    certainty: 'certain',
  };
}

function describe(deviation: Deviation, server: VirtualServer | null): string {
  const { way, kind } = deviation;
  if (server === null)
    return `IPVS has no virtual server ${socketText(way.address, way.port)}, though the API has endpoints`;
  const name = `IPVS ${takenText(server.takes)}`;
  if (server.servers.length === 0) return `${name} has no real server and refuses everybody`;
  if (server.servers.every(({ weight }) => weight === 0))
    return `${name} has only real servers of weight 0 and refuses new connections`;
  const wanted = new Set(endpointsOf(deviation));
  const open = server.servers.filter(({ weight }) => weight !== 0).map(formatSocket);
  const strangers = open.filter((socket) => !wanted.has(socket));
  const missing = [...wanted].filter((socket) => !open.includes(socket));
  if (strangers.length > 0)
    return `${name} sends to ${listed(strangers, 3)}, which ${strangers.length === 1 ? 'is no endpoint' : 'are no endpoints'} of it`;
  if (missing.length > 0) return `${name} sends nothing to ${listed(missing, 3)}`;
  return kind === 'not-refused'
    ? `${name} takes what should be refused`
    : `packets through ${name} do not go as they should (${kind})`;
}

function evidenceOf(deviation: Deviation, server: VirtualServer | null): Evidence[] {
  if (server === null) return [];
  const wanted = new Set(endpointsOf(deviation));
  const odd = server.servers.filter((real) => real.weight === 0 || !wanted.has(formatSocket(real)));
  return [virtualEvidence(server), ...odd.slice(0, 5).map((real) => serverEvidence(server, real))];
}

function endpointsOf({ expectation }: Deviation): string[] {
  return expectation.kind === 'served'
    ? expectation.endpoints.map(({ address, port }) => socketText(address, port))
    : [];
}
