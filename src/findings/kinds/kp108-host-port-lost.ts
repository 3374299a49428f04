import { command } from '../../command/command.ts';
import { nodeAddress, thisNodeName } from '../../explain/question/this-node.ts';
import { otherNames } from '../../explain/services/other-chains.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { type Address, type Family, isLoopback, parseAddress } from '../../net/address.ts';
import { parseProtocol } from '../../net/protocol.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { listed } from '../../words/numbers.ts';
import type { CheckContext } from '../context.ts';
import { chainEvidence, factEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { wholeRulesets } from '../rule-list.ts';
import { alternativesOf } from '../survey/alternatives.ts';
import { clientsOf } from '../survey/senders.ts';

/** A host port of a running pod that no rule leads to the pod: its rules were flushed, and nobody writes them again. */
export const hostPortLost: FindingKind<CheckContext> = {
  code: 'KP108',
  title: 'rules of host ports, or a canary, were wiped',
  find(context): Finding[] {
    const flushed = missingCanaries(context);
    const lost = lostHostPorts(context);
    if (lost.length === 0 && flushed.length === 0) return [];
    const pods = [...new Set(lost.map(({ pod }) => nameOf(pod)))];
    const ports = lost.map(({ port, protocol }) => `${port}/${protocol.toLowerCase()}`);
    const firewall = firewallEvidence(context);
    if (lost.length === 0) {
      return [
        {
          code: 'KP108',
          severity: 'warning',
          message:
            'a canary chain of kube-proxy is gone from one table and there in others: someone flushed that table since kube-proxy last looked',
          service: null,
          objects: [`chain ${CHAINS.proxyCanary}`],
          hits: 'whoever depended on rules that others had in that table; kube-proxy writes its own again',
          evidence: [...flushed, ...firewall],
          advice:
            'find what flushes the table (a firewall reload, a script), and whether rules of the CNI plugin are missing',
          command: null,
          certainty: 'probable',
        },
      ];
    }
    return [
      {
        code: 'KP108',
        severity: 'error',
        message: `no rule leads host port ${listed(ports)} to pod ${listed(pods)}: the CNI plugin's rules were wiped, and only a new pod brings them back`,
        service: null,
        objects: pods.map((pod) => `pod ${pod}`),
        hits: `clients that use ${listed(ports.map((port) => `port ${port}`))} of this node`,
        evidence: [
          ...lost.map(({ pod, port, protocol }) =>
            factEvidence(
              `pod ${nameOf(pod)} (${pod.ips.join(', ')}) asks for hostPort ${port}/${protocol.toLowerCase()}`,
            ),
          ),
          ...flushed,
          ...firewall,
        ],
        advice:
          'delete the pod so that it is made anew; then find what flushed the nat table (often a firewall reload)',
        command:
          lost[0] === undefined
            ? null
            : command('kubectl', 'delete', `pod/${lost[0].pod.name}`, `--namespace=${lost[0].pod.namespace}`),
        certainty: flushed.length > 0 ? 'certain' : 'probable',
      },
    ];
  },
};

interface LostHostPort {
  readonly pod: Pod;
  readonly port: number;
  readonly protocol: string;
}

function lostHostPorts(context: CheckContext): LostHostPort[] {
  const { known } = context;
  const node = thisNodeName(known);
  if (node === null || byOtherMeans(context)) return [];
  return known.book
    .podsOn(node)
    .filter((pod) => !pod.hostNetwork && !pod.terminating && pod.phase === 'Running')
    .flatMap((pod) =>
      pod.hostPorts.flatMap(({ hostPort, hostIP, protocol }) => {
        const family: Family = hostIP?.includes(':') === true ? 'ipv6' : 'ipv4';
        const given = hostIP === null || /^(?:0\.0\.0\.0|::)$/.test(hostIP) ? null : parseAddress(hostIP);
        const address = given ?? nodeAddress(known, family);
        const number = parseProtocol(protocol);
        if (address === null || number === null || !context.hasRules(family)) return [];
        if (!pod.ips.some((ip) => ip.includes(':') === (family === 'ipv6'))) return [];
        if (isLoopback(address) || isLocalAddress(known.host, address) === false) return [];
        return reachesPod(context, address, hostPort, number) ? [] : [{ pod, port: hostPort, protocol }];
      }),
    );
}

/** Any translation counts: which pod gets it is another finding's business. */
function reachesPod(context: CheckContext, address: Address, port: number, protocol: number): boolean {
  const client = clientsOf(context.known, address.family).find(({ side }) => side === 'external');
  if (client === undefined) return true;
  const trace = context.follower.follow(client, { address, port, protocol });
  return alternativesOf(trace).some(({ outcomes }) =>
    outcomes.some(
      ({ path, verdict }) => verdict === 'unknown' || path.some(({ step }) => step.action === 'dnat'),
    ),
  );
}

/** Cilium serves host ports without iptables, and portmap may use native nft tables. */
function byOtherMeans({ known }: CheckContext): boolean {
  if (known.host.nft?.nativeChains.some(({ table }) => /hostport|portmap/i.test(table)) === true) return true;
  return known.rulesets.some(({ tables }) =>
    [...tables.values()].some((table) => otherNames(table).some((name) => name.startsWith('CILIUM_'))),
  );
}

/** kube-proxy keeps CHAINS.proxyCanary in mangle, nat and filter (pkg/util/iptables/monitor.go). */
function missingCanaries({ known }: CheckContext): Evidence[] {
  if (known.proxyMode !== 'iptables') return [];
  return wholeRulesets(known.rulesets).flatMap(({ tables, family, backend }) => {
    const captured = (['mangle', 'nat', 'filter'] as const).flatMap((name) => tables.get(name) ?? []);
    const having = captured.filter(({ chains }) => chains.has(CHAINS.proxyCanary));
    if (having.length === 0) return [];
    return captured
      .filter(({ chains }) => !chains.has(CHAINS.proxyCanary))
      .filter(({ name }) => name !== 'mangle')
      .map(({ name, chains }) => {
        const chain = chains.get(CHAINS.services);
        const text = `${family} ${name} (${backend}) has no ${CHAINS.proxyCanary}; ${having.map((table) => table.name).join(' and ')} ${having.length === 1 ? 'has' : 'have'}`;
        return chain === undefined ? factEvidence(text) : { ...chainEvidence(chain), text };
      });
  });
}

function firewallEvidence({ known }: CheckContext): Evidence[] {
  const native = known.host.nft?.nativeChains.some(({ table }) => table === 'firewalld') === true;
  const zones = known.rulesets.some(({ tables }) =>
    [...(tables.get('filter')?.chains.keys() ?? [])].some((name) => /^(?:INPUT_ZONES|ufw-)/.test(name)),
  );
  return native || zones
    ? [factEvidence('a firewall service (firewalld or ufw) is on this node: its reload flushes tables')]
    : [];
}

function nameOf({ namespace, name }: Pod): string {
  return `${namespace}/${name}`;
}
