import { type FoundRoute, findRoute, sentTo } from '../host/find-route.ts';
import { deviceOfOwn } from '../host/own-device.ts';
import type { Socket } from '../host/parse-sockets.ts';
import { isWildcard } from '../host/parse-sockets.ts';
import { sourceForOutput } from '../host/source-address.ts';
import { ADDRESS_BITS, type Address, sameAddress } from '../net/address.ts';
import { UDP } from '../net/protocol.ts';
import { linkNamed } from '../trace/bridge.ts';
import { UNBOUND } from '../trace/look-up-route.ts';
import type { PacketState } from '../trace/state.ts';
import { isTunnel, uplinks } from './devices.ts';
import type { NodeView } from './node-view.ts';

/**
 * A process that takes datagrams at all addresses answers from the one that routing chooses, whichever it was asked at, unless it
 * says otherwise (IP_PKTINFO; udp_sendmsg and ip_route_output_flow, net/ipv4; udpv6_sendmsg).
 * @param socket the one that takes it; null where not known
 * @param to whom it answers
 * @returns the addresses, other than the one that was asked, that the answer may come from; none where it can only come from that one, or
 *   where the capture does not tell what routing chooses
 */
export function otherSources(
  { host }: NodeView,
  { protocol, destination, destinationPort, sourcePort, family }: PacketState,
  socket: Socket | null,
  to: Address,
): readonly Address[] {
  if (protocol !== UDP) return [];
  if (socket === null ? isToBindTo(host, destination) : !isWildcard(socket, family)) return [];
  const answer = findRoute(
    host,
    sentTo(to, {
      source: UNBOUND[family],
      outInterface: socket?.device ?? null,
      protocol,
      sourcePort: destinationPort,
      destinationPort: sourcePort,
    }),
  );
  if (answer.kind !== 'route') return [];
  const { device, gateway, alternatives } = answer;
  const hops = [{ device, gateway }, ...alternatives];
  const chosen = hops.flatMap((hop) => sourceBy(host, { ...answer, ...hop }, to) ?? []);
  const unique = new Map(chosen.map((address) => [address.value, address]));
  return [...unique.values()].filter((address) => !sameAddress(address, destination));
}

/**
 * What a socket that is bound to a device answers is routed by that device alone (flowi_oif: inet_csk_route_req, udp_sendmsg).
 * @param device that it is bound to @param to whom it answers
 * @returns true where the node's own way there is by another
 */
export function leavesByOther(
  { host }: NodeView,
  { destination, protocol }: PacketState,
  device: string,
  to: Address,
): boolean {
  const answer = findRoute(host, sentTo(to, { source: destination, protocol }));
  if (answer.kind !== 'route') return false;
  const by = answer.type === 'local' ? deviceOfOwn(host, to) : answer.device;
  return by !== device;
}

/**
 * An address by itself, on a device that leads nowhere, is there for a process to bind to (node-local-dns): without a listing of
 * sockets one is taken to have done so.
 */
function isToBindTo(host: NodeView['host'], address: Address): boolean {
  const { family } = address;
  return (host.links ?? []).some(
    ({ name, addresses }) =>
      !uplinks(host, family).has(name) &&
      !isTunnel(host, name) &&
      addresses.some((own) => own.prefixLength === ADDRESS_BITS[family] && sameAddress(own.address, address)),
  );
}

/** Without the links' addresses no choice is known. */
function sourceBy(host: NodeView['host'], answer: FoundRoute, to: Address): Address | null {
  const { device } = answer;
  if (device === null || linkNamed(host, device) === null) return answer.preferredSource;
  return sourceForOutput(host, answer, to);
}
