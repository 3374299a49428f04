import { interfaceSwitch } from '../../host/sysctl.ts';
import { ADDRESS_BITS, type Address, formatAddress } from '../../net/address.ts';
import { maskOfLength, prefixContains } from '../../net/prefix.ts';
import { listed } from '../../words/numbers.ts';
import { onlyService, serviceNames } from '../affected.ts';
import { setSysctl } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { IPVS_DEVICE } from '../ipvs-device.ts';

/**
 * An address of kube-ipvs0 lies in a network of the node's links, and the node answers ARP for it: without strictARP every node
 * in IPVS mode does (arp_process and arp_ignore, net/ipv4/arp.c; shown by 6.1 for each value of arp_ignore). Of IPv6
 * the kernel answers only for addresses of the link that is asked (ndisc_recv_ns).
 */
export const ipvsArp: FindingKind<CheckContext> = {
  code: 'KP306',
  title: 'every node answers ARP for a load balancer’s address',
  find(context): Finding[] {
    const { cluster, proxyMode } = context.known;
    // Where there is no other node nobody else answers.
    if (proxyMode !== 'ipvs' || cluster.nodes?.length === 1) return [];
    const answered = answeredAddresses(context);
    const [first] = answered;
    if (first === undefined) return [];
    const ports = [...new Set(answered.flatMap(({ ports: own }) => own))];
    const names = serviceNames(ports);
    const texts = answered.map(({ address }) => formatAddress(address));
    const announcer = announcerOf(context);
    const local = ports.filter(({ service }) => service.externalTrafficPolicy === 'Local');
    return [
      {
        code: 'KP306',
        severity: announcer !== null || local.length > 0 ? 'warning' : 'info',
        message: `this node answers ARP for ${listed(texts, 3)} of ${listed(names, 3)} on ${listed([...new Set(answered.map(({ device }) => device))], 3)}, and so does every node in IPVS mode: arp_ignore is ${first.ignore}`,
        service: onlyService(ports),
        objects: [...names, ...texts],
        hits:
          local.length > 0
            ? 'clients of that network: they come to whichever node answers first, and time out where it has no endpoint and the policy is Local'
            : `clients of that network: they come to whichever node answers first${announcer === null ? '' : `, not to the one that ${announcer.name} chose`}`,
        evidence: [
          ...answered
            .slice(0, 5)
            .map(({ address, device, ignore }) =>
              factEvidence(
                `${formatAddress(address)} is on ${IPVS_DEVICE}, in a network of ${device}; arp_ignore of ${device} and all: ${ignore}`,
              ),
            ),
          ...(announcer === null ? [] : [announcer.evidence]),
        ],
        advice:
          announcer === null
            ? 'where one node is to answer, have a load balancer announce the address (MetalLB in layer 2 mode, kube-vip) and set strictARP in kube-proxy’s configuration; strictARP alone leaves nobody who answers'
            : 'set strictARP in kube-proxy’s configuration (mode ipvs) and restart it: it sets arp_ignore 1 and arp_announce 2',
        command: announcer === null ? null : setSysctl('net.ipv4.conf.all.arp_ignore', 1),
        certainty: 'certain',
      },
    ];
  },
};

interface Answered {
  readonly address: Address;
  readonly device: string;
  readonly ignore: number;
  readonly ports: readonly ExpectedPort[];
}

/** External and load balancer addresses of kube-ipvs0 that somebody can ask for by ARP, and that the node answers for. */
function answeredAddresses(context: CheckContext): Answered[] {
  const { host } = context.known;
  const bound = host.links?.find(({ name }) => name === IPVS_DEVICE)?.addresses ?? [];
  return bound.flatMap(({ address }): Answered[] => {
    if (address.family !== 'ipv4') return [];
    const ports = (context.expected ?? []).filter(({ service }) => hasOutside(service, address));
    if (ports.length === 0) return [];
    return devicesTowards(context, address).flatMap((device): Answered[] => {
      const ignore = interfaceSwitch(host, 'ipv4', 'arp_ignore', device, 'max');
      return ignore === null || !ANSWERING.has(ignore) ? [] : [{ address, device, ignore, ports }];
    });
  });
}

/** Values of arp_ignore with which an address of another link is answered for (arp_ignore, net/ipv4/arp.c): 3 spares only those of scope host or link. */
const ANSWERING: ReadonlySet<number> = new Set([0, 3, 4, 5, 6, 7]);

function hasOutside({ externalIPs, loadBalancer }: ExpectedPort['service'], address: Address): boolean {
  const text = formatAddress(address);
  return externalIPs.includes(text) || loadBalancer.some(({ ip }) => ip === text);
}

/** Interfaces whose network holds the address, so that its machines ask for it by ARP: a default route is no network. */
function devicesTowards({ known: { host } }: CheckContext, address: Address): string[] {
  const devices = (host.routes[address.family] ?? []).flatMap(({ type, destination, nextHops }) =>
    type === 'unicast' &&
    destination.mask !== 0n &&
    destination.mask !== maskOfLength(address.family, ADDRESS_BITS[address.family]) &&
    prefixContains(destination, address)
      ? nextHops.flatMap(({ device, gateway }) => (gateway === null && device !== null ? [device] : []))
      : [],
  );
  return [...new Set(devices)].filter((device) => device !== IPVS_DEVICE);
}

/** Pods that announce a load balancer's address to the LAN from one node. */
const ANNOUNCERS: readonly (readonly [name: string, pod: RegExp])[] = [
  ['MetalLB', /^(?:metallb-)?speaker-/],
  ['kube-vip', /^kube-vip-/],
  ['OpenELB', /^openelb-speaker-/],
  ['PureLB', /^lbnodeagent-/],
];

function announcerOf({ known }: CheckContext): { readonly name: string; readonly evidence: Evidence } | null {
  for (const [name, pattern] of ANNOUNCERS) {
    const pod = (known.cluster.pods ?? []).find((one) => one.hostNetwork && pattern.test(one.name));
    if (pod !== undefined) return { name, evidence: factEvidence(`pod ${pod.namespace}/${pod.name}`) };
  }
  return null;
}
