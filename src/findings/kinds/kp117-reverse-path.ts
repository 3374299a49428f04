import { podNetworks } from '../../explain/question/this-node.ts';
import type { Route } from '../../host/facts.ts';
import { interfaceSwitch } from '../../host/sysctl.ts';
import { formatPrefix, type Prefix, prefixContains, prefixesOverlap } from '../../net/prefix.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { listed } from '../words.ts';

/** Strict reverse path filtering on an interface by which clients come in that are answered by another one. */
export const reversePathFilter: FindingKind<CheckContext> = {
  code: 'KP117',
  title: 'strict rp_filter and an asymmetric route',
  find({ known }): Finding[] {
    const routes = known.host.routes.ipv4 ?? [];
    const outside = routes
      .filter(isDefault)
      .flatMap(({ nextHops }) => nextHops.flatMap(({ device }) => device ?? []));
    return [...new Set(outside)].flatMap((device): Finding[] => {
      if (interfaceSwitch(known.host, 'ipv4', 'rp_filter', device, 'max') !== 1) return [];
      const pods = podNetworks(known, 'ipv4');
      // Clients behind a router of another network: they may as well come in where everybody outside does.
      const elsewhere = routes.filter(
        (route) =>
          isToRouter(route) &&
          !pods.some((network) => prefixesOverlap(network, route.destination)) &&
          route.nextHops.every(
            (hop) => hop.device !== device && hop.device !== null && !isInside(hop.device, pods, known),
          ),
      );
      const [first] = elsewhere;
      if (first === undefined) return [];
      const networks = listed(elsewhere.map(({ destination }) => formatPrefix(destination)));
      const by = first.nextHops[0]?.device ?? '';
      const own = known.host.sysctls?.get(`net.ipv4.conf.${device}.rp_filter`);
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
              `net.ipv4.conf.all.rp_filter = ${all ?? '?'}, net.ipv4.conf.${device}.rp_filter = ${own ?? '?'}: the larger counts, 1 is strict`,
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
          command: `sysctl -w net.ipv4.conf.${device}.rp_filter=2`,
          certainty: 'possible',
        },
      ];
    });
  },
};

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
