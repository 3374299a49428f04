import { command, joined } from '../../command/command.ts';
import { thisNodeName } from '../../explain/question/this-node.ts';
import { type Address, type Family, formatAddress, parseAddress } from '../../net/address.ts';
import { formatPrefix, prefixContains } from '../../net/prefix.ts';
import { counted, listed } from '../../words/numbers.ts';
import { hitsOf, serviceNames } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';

/** kube-proxy was told another pod network than the pods have: it takes them for strangers. */
export const wrongClusterCidr: FindingKind<CheckContext> = {
  code: 'KP122',
  title: 'cluster CIDR does not hold the pods',
  find(context): Finding[] {
    return (['ipv4', 'ipv6'] as const).flatMap((family) => findIn(context, family));
  },
};

function findIn(context: CheckContext, family: Family): Finding[] {
  if (context.notCompared !== null) return [];
  const { networks, kind } = context.detection(family);
  const [told] = networks;
  if (kind !== 'some' || told === undefined) return [];
  const node = thisNodeName(context.known);
  const pods = context.known.book
    .podsOn(node)
    .filter(({ hostNetwork, phase }) => !hostNetwork && phase === 'Running')
    .flatMap(({ ips }) => ips.flatMap((ip) => parseAddress(ip) ?? []))
    .filter((address) => address.family === family);
  const outside = pods.filter((address) => !networks.some(({ prefix }) => prefixContains(prefix, address)));
  const cidr = listed(networks.map(({ prefix }) => formatPrefix(prefix)));
  const nodeCidrs = (context.known.cluster.nodes ?? [])
    .filter(({ name }) => name === node)
    .flatMap(({ podCIDRs }) => podCIDRs.filter((text) => text.includes(':') === (family === 'ipv6')));
  const deviations = context.deviationsBy('wrong-cluster-cidr').filter(({ port }) => port.family === family);
  if (outside.length === 0 || (outside.length * 2 < pods.length && deviations.length === 0)) return [];
  const broken = deviations.filter(({ kind: what }) => what !== 'masqueraded');
  const names = serviceNames(broken.map(({ port }) => port));
  const worse =
    names.length === 0
      ? ''
      : `, and with externalTrafficPolicy Local they count as clients outside the cluster (${listed(names, 3)})`;
  return [
    {
      code: 'KP122',
      severity: broken.some(({ kind: what }) => what === 'undelivered') ? 'error' : 'warning',
      message: `kube-proxy takes ${cidr} for the pod network, and ${counted(outside.length, 'pod')} of this node have other ${family} addresses: Services see the node instead of the pod${worse}`,
      service: null,
      objects: ['all Services', ...names],
      hits: `${deviations.length === 0 ? 'pods of this node' : hitsOf(deviations)}; network policies and logs see the node’s address`,
      evidence: [
        ruleEvidence(told.rule),
        factEvidence(
          `pods of this node have ${listed(outside.map((address) => textOf(address)).slice(0, 3))}`,
        ),
        ...(nodeCidrs.length === 0 ? [] : [factEvidence(`Node ${node}: podCIDRs ${nodeCidrs.join(', ')}`)]),
      ],
      advice:
        'set clusterCIDR of kube-proxy (or --cluster-cidr) to the network that pods really get, and restart it on every node',
      command: joined(
        'pipe',
        command('kubectl', '-n', 'kube-system', 'get', 'configmap', 'kube-proxy', '-o', 'yaml'),
        command('grep', '-i', 'clusterCIDR'),
      ),
      certainty: 'certain',
    },
  ];
}

function textOf(address: Address): string {
  return formatAddress(address);
}
