import type { Match } from '../../iptables/match.ts';
import { formatAddress } from '../../net/address.ts';
import { formatPrefix } from '../../net/prefix.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { hex } from '../../trace/describe-target.ts';
import type { PacketState } from '../../trace/state.ts';

/** @returns what about the packet does not fit a match that said no, in a few words. */
export function whyNot(match: Match, state: PacketState): string {
  const not = match.negated ? '' : 'not ';
  const source =
    state.source.address === null ? 'the client' : `source ${formatAddress(state.source.address)}`;
  const destination = formatAddress(state.destination);
  switch (match.kind) {
    case 'source':
      return `${source} is ${not}in ${formatPrefix(match.prefix)}`;
    case 'destination':
      return `destination ${destination} is ${not}in ${formatPrefix(match.prefix)}`;
    case 'in-interface':
      return `it came in through ${state.inInterface ?? 'no interface'}, ${match.negated ? 'which is excluded' : `not ${match.name}`}`;
    case 'out-interface':
      return `it goes out through ${state.outInterface ?? 'no interface'}, ${match.negated ? 'which is excluded' : `not ${match.name}`}`;
    case 'protocol':
      return `the protocol is ${formatProtocol(state.protocol)}, ${match.negated ? 'which is excluded' : `not ${match.name}`}`;
    case 'source-port':
      return `source port ${state.sourcePort ?? 'of any number'} is ${not}in ${ports(match.ports)}`;
    case 'destination-port':
      return `destination port ${state.destinationPort ?? 'none'} is ${not}in ${ports(match.ports)}`;
    case 'multiport':
      return `its ports are ${not}among ${match.ports.map(ports).join(',')}`;
    case 'mark':
      return `the mark is ${state.mark === null ? 'not known' : hex(state.mark)}, which ${match.negated ? 'has' : 'has not'} ${hex(match.value)}/${hex(match.mask)}`;
    case 'connmark':
      return `the connection's mark ${match.negated ? 'is' : 'is not'} ${hex(match.value)}/${hex(match.mask)}`;
    case 'ctstate':
      return `the connection is ${state.connection?.state ?? state.untracked ?? 'INVALID'}, ${match.negated ? 'which is excluded' : `not ${match.states.join(' or ')}`}`;
    case 'addrtype': {
      const address = match.side === 'source' ? source : destination;
      return `${address} is ${not}a ${match.types.join(' or ')} address`;
    }
    case 'set':
      return `${match.directions.map((side) => (side === 'src' ? source : destination)).join(' / ')} is ${not}in set ${match.name}`;
    case 'recent':
      return `${match.side === 'source' ? source : destination} is ${not}in list ${match.list}`;
    case 'tcp-flags':
      return 'its TCP flags do not fit';
    case 'owner-uid':
    case 'owner-gid':
    case 'owner-socket':
      return 'no process of this node sent it';
    case 'physdev-is':
    case 'physdev-name':
      return match.negated ? 'it crosses a bridge port' : 'it crosses no such bridge port';
    default:
      return `${match.kind.replaceAll('-', ' ')} ${match.negated ? 'fits, and is excluded' : 'does not fit'}`;
  }
}

function ports(range: { readonly from: number; readonly to: number }): string {
  return range.from === range.to ? String(range.from) : `${range.from}:${range.to}`;
}
