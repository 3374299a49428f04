import { command } from '../../command/command.ts';
import type { ProxyMode } from '../../explain/explanation.ts';
import type { VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import type { Service } from '../../kubernetes/objects.ts';
import { sameAddress } from '../../net/address.ts';
import { counted, listed } from '../../words/numbers.ts';
import { proxyLogs } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { ipvsOf, virtualEvidence } from '../ipvs.ts';
import { IPVS_DEVICE } from '../ipvs-device.ts';
import { type IpvsOrphan, ipvsOrphans } from './ipvs-orphans.ts';
import { inApi, WHY_TAKEN } from './taken-away.ts';

/** Virtual servers stay although kube-proxy works in another mode, or the Service is gone. */
export const ipvsLeftover: FindingKind<CheckContext> = {
  code: 'KP305',
  title: 'virtual servers of IPVS are left over',
  find(context): Finding[] {
    const table = ipvsOf(context);
    const { proxyMode } = context.known;
    if (table === null || table.servers.length === 0 || proxyMode === 'none') return [];
    const orphans = ipvsOrphans(table.servers, context);
    if (proxyMode === 'ipvs') {
      const stale = orphans.filter(({ set }) => set !== null);
      const others = orphans.filter(({ set }) => set === null);
      return [
        ...(stale.length === 0 ? [] : [notDeleted(stale)]),
        ...(others.length === 0 ? [] : [orphaned(others)]),
      ];
    }
    const orphanServers = orphans.map(({ server }) => server);
    const own = table.servers.filter((server) => isOwn(server, orphanServers, context));
    const foreign = orphans.filter(({ server }) => !own.includes(server));
    return [
      ...(own.length === 0 ? [] : [leftOver(own, orphanServers, proxyMode)]),
      ...(foreign.length === 0 ? [] : [orphaned(foreign)]),
    ];
  },
};

/** kube-proxy's for certain: a Service has it, or its address is on kube-proxy's interface. Others balance with IPVS, too. */
function isOwn(
  server: VirtualServer,
  orphans: readonly VirtualServer[],
  { known, expected }: CheckContext,
): boolean {
  const { takes } = server;
  if (takes.by !== 'socket') return false;
  const device = known.host.links?.find(({ name }) => name === IPVS_DEVICE);
  if (device?.addresses.some(({ address }) => sameAddress(address, takes.address)) === true) return true;
  // Where nothing was compared, no orphan was looked for.
  return expected !== null && !orphans.includes(server);
}

function leftOver(
  own: readonly VirtualServer[],
  orphans: readonly VirtualServer[],
  proxyMode: ProxyMode,
): Finding {
  const answering = own.filter((server) => server.servers.length > 0 && orphans.includes(server));
  return {
    code: 'KP305',
    severity: answering.length > 0 ? 'error' : 'warning',
    message: `kube-proxy works in ${proxyMode} mode, and ${counted(own.length, 'virtual server')} of its IPVS mode ${own.length === 1 ? 'is' : 'are'} still there${answering.length > 0 ? `: ${listed(namesOf(answering), 3)}, which no Service has, ${answering.length === 1 ? 'is' : 'are'} answered by endpoints of the past` : ''}`,
    service: null,
    objects: ['all Services', ...namesOf(answering).map((name) => `IPVS ${name}`)],
    hits:
      answering.length > 0
        ? 'clients that still know the address of a deleted Service; the others as soon as a rule for their Service is missing'
        : 'clients of a Service as soon as the rule for it is missing: IPVS, with endpoints of the past, takes what no rule does',
    evidence: (answering.length > 0 ? answering : own).slice(0, 5).map(virtualEvidence),
    advice:
      'remove them, and interface kube-ipvs0; --cleanup takes away the rules of every mode and all of IPVS, so restart kube-proxy right behind it',
    command: command('kube-proxy', '--cleanup'),
    certainty: 'certain',
  };
}

/** What kube-proxy wrote, its sets still hold: it deletes both in one sync. */
function notDeleted(orphans: readonly IpvsOrphan[]): Finding {
  const servers = orphans.map(({ server }) => server);
  const services = [...new Set(orphans.flatMap(({ service }) => (service === null ? [] : labelOf(service))))];
  return {
    code: 'KP305',
    severity: 'error',
    message: `${balancedText(orphans)}: kube-proxy has not written its latest state on this node`,
    service: null,
    objects: [...services, ...namesOf(servers).map((name) => `IPVS ${name}`)],
    hits: 'whoever knows the address or port: this node still sends to the endpoints that IPVS lists',
    evidence: orphans.slice(0, 5).flatMap(evidenceOf),
    advice:
      'see whether kube-proxy runs on this node and what its log says of the last sync; it compares all virtual servers with the API when it starts',
    command: proxyLogs(),
    certainty: 'certain',
  };
}

function evidenceOf({ server, service, set }: IpvsOrphan): Evidence[] {
  return [
    virtualEvidence(server),
    ...(set === null ? [] : [factEvidence(`kube-proxy’s set ${set.name} has ${set.member}`)]),
    ...(service === null ? [] : [factEvidence(inApi(service))]),
  ];
}

/** What IPVS balances, and why it should not: the Service is named where all of it is of one, for one reason. */
function balancedText(orphans: readonly IpvsOrphan[]): string {
  const what = `IPVS balances ${listed(namesOf(orphans.map(({ server }) => server)), 3)}`;
  const [first] = orphans;
  if (orphans.every(({ service }) => service === null)) return `${what}, which no Service of the API has`;
  const isOne = orphans.every(({ service, why }) => service === first?.service && why === first?.why);
  if (!isOne || first === undefined || first.service === null)
    return `${what}, which the API has kube-proxy serve for no Service`;
  return `${labelOf(first.service)}: ${what}${WHY_TAKEN[first.why]}`;
}

function labelOf({ namespace, name }: Service): string {
  return `${namespace}/${name}`;
}

function orphaned(all: readonly IpvsOrphan[]): Finding {
  const orphans = all.map(({ server }) => server);
  return {
    code: 'KP305',
    severity: 'warning',
    message: balancedText(all),
    service: null,
    objects: namesOf(orphans).map((name) => `IPVS ${name}`),
    hits: 'clients that still know the address: endpoints of the past answer them',
    evidence: orphans.slice(0, 5).map(virtualEvidence),
    advice:
      'where kube-proxy wrote them, it stopped or cannot write: see its log; others (keepalived, kube-vip) may balance with IPVS too',
    command: command('ipvsadm', '-Ln'),
    certainty: 'probable',
  };
}

function namesOf(servers: readonly VirtualServer[]): string[] {
  return servers.map(({ takes }) => takenText(takes));
}
