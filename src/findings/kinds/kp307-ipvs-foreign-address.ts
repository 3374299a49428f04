import { command } from '../../command/command.ts';
import type { Link } from '../../host/facts.ts';
import { ADDRESS_BITS, type Address, formatAddress, isLinkLocal, sameAddress } from '../../net/address.ts';
import { CHAINS, ipvsSet } from '../../proxy/chains.ts';
import { listed } from '../../words/numbers.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { ipvsOf } from '../ipvs.ts';
import { IPVS_DEVICE } from '../ipvs-device.ts';

/**
 * kube-ipvs0 holds what it should not: an address that the node has itself, of which the filter then rejects all that is no
 * Service's (kubernetes/kubernetes#117613), or one that no Service has, which swallows what is sent there.
 */
export const ipvsForeignAddress: FindingKind<CheckContext> = {
  code: 'KP307',
  title: 'kube-ipvs0 has an address that is no Service’s alone',
  find(context): Finding[] {
    const { links } = context.known.host;
    const device = links?.find(({ name }) => name === IPVS_DEVICE);
    if (links == null || device === undefined || context.known.proxyMode !== 'ipvs') return [];
    const held = device.addresses.map(({ address }) => address).filter((address) => !isLinkLocal(address));
    const own = held.filter((address) => isOnOther(links, address) && isFiltered(address, context));
    const foreign = held.filter((address) => isNobodys(address, context) && !isOnOther(links, address));
    return [...(own.length === 0 ? [] : [ofNode(own)]), ...(foreign.length === 0 ? [] : [ofNobody(foreign)])];
  },
};

function ofNode(own: readonly Address[]): Finding {
  const texts = own.map(formatAddress);
  return {
    code: 'KP307',
    severity: 'error',
    message: `${listed(texts, 3)} is on ${IPVS_DEVICE} and an address of the node itself: ${CHAINS.ipvsFilter} rejects new connections to all of its ports but those of Services`,
    service: null,
    objects: texts,
    hits: 'whoever connects to the node at that address: ssh, the kubelet, the API server are refused',
    evidence: own
      .slice(0, 5)
      .map((address) =>
        factEvidence(
          `${formatAddress(address)} is on ${IPVS_DEVICE}, on another interface, and a member of ${ipvsSet('IPVS-IPS', address.family)}`,
        ),
      ),
    advice:
      'give the Service an external or load balancer IP that is no node’s, or update kube-proxy: 1.36 does not put a node’s own address there',
    command: null,
    certainty: 'certain',
  };
}

function ofNobody(foreign: readonly Address[]): Finding {
  const texts = foreign.map(formatAddress);
  const [first] = foreign;
  return {
    code: 'KP307',
    severity: 'warning',
    message: `${IPVS_DEVICE} has ${listed(texts, 3)}, which no Service of the API has: what is sent there ends on this node`,
    service: null,
    objects: texts,
    hits: 'pods of this node and its processes, where another machine has the address now',
    evidence: texts
      .slice(0, 5)
      .map((text) =>
        factEvidence(`${text} is on ${IPVS_DEVICE}, and no Service and no virtual server has it`),
      ),
    advice:
      'see whether kube-proxy runs and syncs; it removes addresses of deleted Services at its next sync',
    command:
      first === undefined
        ? null
        : command(
            'ip',
            'addr',
            'del',
            `${formatAddress(first)}/${ADDRESS_BITS[first.family]}`,
            'dev',
            IPVS_DEVICE,
          ),
    certainty: 'probable',
  };
}

function isOnOther(links: readonly Link[], address: Address): boolean {
  return links.some(
    ({ name, addresses }) =>
      name !== IPVS_DEVICE && addresses.some((own) => sameAddress(own.address, address)),
  );
}

/** Whether the set that the filter asks has it. */
function isFiltered(address: Address, { known }: CheckContext): boolean {
  const set = known.host.ipsets?.get(ipvsSet('IPVS-IPS', address.family));
  const text = formatAddress(address);
  return set?.entries.some(({ parts }) => parts.join() === text) === true;
}

/** False where Services were not captured, or not of all namespaces, or IPVS balances it: KP303 and KP305 tell of that. */
function isNobodys(address: Address, context: CheckContext): boolean {
  const { services } = context.known.cluster;
  const table = ipvsOf(context);
  if (services === null || context.expected === null || context.omitted.size > 0 || table === null)
    return false;
  if (table.servers.some(({ takes }) => takes.by === 'socket' && sameAddress(takes.address, address)))
    return false;
  const text = formatAddress(address);
  return !services.some(
    ({ clusterIPs, externalIPs, loadBalancer }) =>
      clusterIPs.includes(text) || externalIPs.includes(text) || loadBalancer.some(({ ip }) => ip === text),
  );
}
