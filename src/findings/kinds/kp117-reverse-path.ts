import { podNetworks } from '../../explain/question/this-node.ts';
import { reasonNote } from '../../explain/words/reason-words.ts';
import type { Route } from '../../host/facts.ts';
import { confName, interfaceSwitch } from '../../host/sysctl.ts';
import { formatAddress } from '../../net/address.ts';
import { formatPrefix, type Prefix, prefixContains, prefixesOverlap } from '../../net/prefix.ts';
import { socketText } from '../../net/socket.ts';
import { listed } from '../../words/numbers.ts';
import { onlyService, serviceNames } from '../affected.ts';
import { setSysctl } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { refusedReturns } from './policy-return.ts';

/** Strict reverse path filtering on an interface by which clients come in that are answered by another one. */
export const reversePathFilter: FindingKind<CheckContext> = {
  code: 'KP117',
  title: 'strict rp_filter and an asymmetric route',
  find(context): Finding[] {
    const { known } = context;
    const routes = known.host.routes.ipv4 ?? [];
    const outside = routes
      .filter(isDefault)
      .flatMap(({ nextHops }) => nextHops.flatMap(({ device }) => device ?? []));
    return [...new Set(outside)].flatMap((device): Finding[] => {
      if (interfaceSwitch(known.host, 'ipv4', 'rp_filter', device, 'max') !== 1) return [];
      const byPolicy = returnsByPolicy(context, device);
      if (byPolicy !== null) return [byPolicy];
      const pods = podNetworks(known, 'ipv4');
      // Clients behind a router of another network: they may as well come in where everybody outside does.
      const elsewhere = routes.filter(
        (route) =>
          isToRouter(route) &&
          route.firstHopAlone !== true &&
          !pods.some((network) => prefixesOverlap(network, route.destination)) &&
          route.nextHops.every(
            (hop) => hop.device !== device && hop.device !== null && !isInside(hop.device, pods, known),
          ),
      );
      const [first] = elsewhere;
      if (first === undefined) return [];
      const networks = listed(elsewhere.map(({ destination }) => formatPrefix(destination)));
      const by = first.nextHops[0]?.device ?? '';
      const own = known.host.sysctls?.get(confName('ipv4', device, 'rp_filter'));
      const all = known.host.sysctls?.get('net.ipv4.conf.all.rp_filter');
      return [
        {
          code: 'KP117',
          severity: 'warning',
          message: `packets from ${networks} that come in by ${device} are dropped without a trace: rp_filter is strict there, and the route back to them leaves by ${by}`,
          service: null,
          objects: [`network ${formatPrefix(first.destination)}`, `interface ${device}`, 'all Services'],
          hits: `clients in ${networks} whose packets reach this node by ${device}; no rule sees them`,
          evidence: [
            factEvidence(
              `net.ipv4.conf.all.rp_filter = ${all ?? '?'}, ${confName('ipv4', device, 'rp_filter')} = ${own ?? '?'}: the larger counts, 1 is strict`,
            ),
            ...elsewhere
              .slice(0, 3)
              .map((route) =>
                factEvidence(
                  `route ${formatPrefix(route.destination)} dev ${route.nextHops[0]?.device ?? '?'}`,
                ),
              ),
          ],
          advice: `set rp_filter to 2 (loose) on ${device}, or mend the route so that answers go out where packets come in`,
          command: setSysctl(confName('ipv4', device, 'rp_filter'), 2),
          certainty: 'possible',
        },
      ];
    });
  },
};

/** Answers of some pods leave by another interface, by a policy rule that asks for the pod's address. */
function returnsByPolicy(context: CheckContext, device: string): Finding | null {
  const refused = refusedReturns(context, device);
  const [first] = refused;
  const outcome = first?.outcomes[0];
  if (first === undefined || outcome === undefined) return null;
  const ports = refused.map(({ port }) => port);
  const names = serviceNames(ports);
  const { address, port } = outcome.destination;
  const pod = context.known.book.podAt(address);
  const rules = (context.known.host.policyRules.ipv4 ?? []).filter(
    ({ source }) => source !== null && source.mask !== 0n && prefixContains(source, address),
  );
  return {
    code: 'KP117',
    severity: 'error',
    message: `packets from outside for node ports of ${listed(names, 3)} are dropped without a trace: rp_filter is strict on ${device}, and answers of the endpoint leave by another interface, by a policy rule`,
    service: onlyService(ports),
    objects: [...names, `interface ${device}`, ...(pod === null ? [] : [`pod ${pod.namespace}/${pod.name}`])],
    hits: `clients outside the cluster, whenever an endpoint on this node is chosen that a policy rule concerns (${Math.round(first.share * 100)} % of the connections to ${names[0] ?? 'it'})`,
    evidence: [
      factEvidence(
        `${first.client} → node port ${first.port.port.nodePort ?? '?'} → ${socketText(formatAddress(address), port)}: ${outcome.reason === null ? 'rp_filter drops it' : reasonNote(outcome.reason).text}`,
      ),
      ...rules
        .slice(0, 3)
        .map(({ priority, source, action }) =>
          factEvidence(
            `policy rule ${priority}: from ${source === null ? 'all' : formatPrefix(source)} ${action.kind === 'lookup' ? `lookup ${action.table}` : action.kind}`,
          ),
        ),
      factEvidence(`rp_filter of ${device} is 1 (the larger of all and ${device} counts)`),
    ],
    advice: `set rp_filter to 2 (loose) on ${device}: the CNI plugin that wrote the policy rules (the AWS VPC CNI for one) needs it`,
    command: setSysctl(confName('ipv4', device, 'rp_filter'), 2),
    certainty: 'certain',
  };
}

function isDefault({ destination, type, table, usable }: Route): boolean {
  return destination.mask === 0n && type === 'unicast' && table === 'main' && usable;
}

function isToRouter({ destination, type, table, usable, nextHops }: Route): boolean {
  return (
    type === 'unicast' &&
    table === 'main' &&
    usable &&
    destination.mask !== 0n &&
    nextHops.length > 0 &&
    nextHops.every(({ gateway }) => gateway !== null)
  );
}

const TUNNELS = /^(?:tun|wireguard|ipip|ip6tnl|gre|gretap|sit|vti|xfrm|vxlan|geneve|ppp)$/;

/** Devices of the pod network lead to pods and not to clients. */
function isInside(device: string, pods: readonly Prefix[], { host }: CheckContext['known']): boolean {
  if (/^(?:cni|flannel|cali|tunl|vxlan|docker|weave|cilium|kube-)/.test(device)) return true;
  const link = host.links?.find(({ name }) => name === device);
  // Who is behind a tunnel comes in by it, and not by where the others do.
  if (TUNNELS.test(link?.kind ?? '') || /^(?:tun|tap|wg|ppp|tailscale|zt)\d*/.test(device)) return true;
  return (
    link?.addresses.some(({ address }) => pods.some((network) => prefixContains(network, address))) === true
  );
}
