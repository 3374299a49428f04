import type { Host } from '../../host/facts.ts';
import { formatAddress, sameAddress } from '../../net/address.ts';
import { bridgeCallsIptables, isBridge } from '../../trace/bridge.ts';
import type { Outcome, Trace } from '../../trace/outcome.ts';
import type { Note } from '../explanation.ts';

/** @returns why an accepted first packet does not make a connection, as far as this node's state tells. */
export function remarksOn(outcome: Outcome, trace: Trace, host: Host): Note[] {
  if (outcome.verdict !== 'accept') return [];
  return [...hairpin(outcome), ...bridgeBypass(outcome, trace, host)];
}

/** A pod that gets its own packet back from outside with its own address as source drops it as a martian. */
function hairpin({ destination, source, exit }: Outcome): Note[] {
  const { address } = source.sender;
  if (address === null || exit?.kind !== 'interface' || !sameAddress(address, destination.address)) return [];
  const text = `${formatAddress(address)} gets its own packet back, not masqueraded: its kernel drops a packet from itself`;
  return [{ code: 'hairpin-not-masqueraded', text, settle: null }];
}

/** Between two ports of a bridge answers skip iptables where br_netfilter is off, so nobody takes the DNAT back. */
function bridgeBypass({ destination, source, exit, path }: Outcome, { packet }: Trace, host: Host): Note[] {
  const first = path[0]?.state;
  if (first === undefined || exit?.kind !== 'interface' || exit.name !== first.inInterface) return [];
  if (sameAddress(destination.address, packet.destination) || source.rewrite !== 'none') return [];
  if (isBridge(host, exit.name) !== true || bridgeCallsIptables(host, packet.family) !== false) return [];
  const option = packet.family === 'ipv4' ? 'bridge-nf-call-iptables' : 'bridge-nf-call-ip6tables';
  const text = `client and endpoint share bridge ${exit.name}, and net.bridge.${option} is not 1: the answer comes straight from ${formatAddress(destination.address)}, and the client, who asked ${formatAddress(packet.destination)}, refuses it`;
  return [{ code: 'answer-bypasses-nat', text, settle: null }];
}
