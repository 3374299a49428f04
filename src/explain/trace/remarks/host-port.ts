import { isLocalAddress } from '../../../host/local-addresses.ts';
import type { Pod } from '../../../kubernetes/objects.ts';
import { formatAddress } from '../../../net/address.ts';
import { formatProtocol, parseProtocol } from '../../../net/protocol.ts';
import { socketText } from '../../../net/socket.ts';
import type { Outcome } from '../../../trace/outcome.ts';
import { thisNodeName } from '../../question/this-node.ts';
import type { Remark } from '../../trace-list.ts';
import { type RemarkContext, remark } from './context.ts';
import { isTranslated, placeOf, translatedBy } from './path-facts.ts';

/** A pod asks for a port of the node: the CNI plugin's rules, written once at the pod's creation, must lead there. */
export function hostPort(outcome: Outcome, context: RemarkContext): readonly Remark[] {
  const { trace, known, target, namer } = context;
  const { destination, destinationPort, protocol, destinationIsLocal } = trace.packet;
  if (outcome.verdict !== 'accept' || target.label !== null || destinationPort === null) return [];
  if (!destinationIsLocal && isLocalAddress(known.host, destination) !== true) return [];
  const asking = podsAsking(context);
  const [pod] = asking;
  if (pod === undefined) return [];
  const name = `pod ${pod.namespace}/${pod.name} (${pod.ips.join(', ')})`;
  const port = `host port ${destinationPort}/${formatProtocol(protocol)}`;
  if (!isTranslated(outcome, trace)) {
    const text = `no iptables rule sends ${port} of this node to ${name}, which asks for it: ${whyMissing(context)}; the CNI plugin writes its rules when the pod is created, so the pod has to be created anew`;
    return remark('host-port-not-translated', elsewhere(context) ? 'may-break' : 'breaks', text);
  }
  const address = formatAddress(outcome.destination.address);
  if (asking.some(({ ips }) => ips.includes(address))) return [];
  const by = translatedBy(outcome);
  const socket = socketText(address, outcome.destination.port);
  const who = namer.endpointAt(address, outcome.destination.port);
  const nobody = who === null ? ', an address that no known pod or node has' : '';
  const text = `${by === null ? 'the rewrite' : placeOf(by)} sends ${port} to ${socket}${nobody}; the port is asked for by ${name}`;
  return remark('host-port-elsewhere', 'breaks', text);
}

/** @returns pods of this node that ask for the packet's destination port as their host port. */
export function podsAsking({ trace, known }: RemarkContext): Pod[] {
  const { destination, destinationPort, protocol } = trace.packet;
  const node = thisNodeName(known);
  const address = formatAddress(destination);
  return known.book
    .podsOn(node)
    .filter(
      (pod) =>
        !pod.hostNetwork &&
        pod.phase !== 'Succeeded' &&
        pod.phase !== 'Failed' &&
        pod.hostPorts.some(
          (wanted) =>
            wanted.hostPort === destinationPort &&
            parseProtocol(wanted.protocol) === protocol &&
            (wanted.hostIP === null ||
              /^(?:0\.0\.0\.0|::)?$/.test(wanted.hostIP) ||
              wanted.hostIP === address),
        ),
    );
}

function whyMissing({ rulesets }: RemarkContext): string {
  const chains = rulesets.flatMap((ruleset) => [...(ruleset.tables.get('nat')?.chains.keys() ?? [])]);
  return chains.includes('CNI-HOSTPORT-DNAT')
    ? 'nat CNI-HOSTPORT-DNAT does not lead to it'
    : 'nat has no chain CNI-HOSTPORT-DNAT';
}

/** Host ports can be done without iptables: by eBPF, or by nft (portmap since plugins 1.6). */
function elsewhere({ rulesets, known }: RemarkContext): boolean {
  if (known.host.nft === null || known.host.nft.part === true) return true;
  if (known.host.nft.nativeChains.some(({ table }) => table.startsWith('cni_hostport'))) return true;
  return rulesets.some((ruleset) =>
    [...ruleset.tables.values()].some(({ chains }) =>
      [...chains.keys()].some((name) => name.startsWith('CILIUM_')),
    ),
  );
}
