import { type Address, sameAddress } from '../net/address.ts';
import { isWildcard, type Socket, type Sockets } from './parse-sockets.ts';

/** Who takes a packet. */
export interface Listener {
  /** Null where the listing does not tell: not all sockets were read, or one may take IPv4 or the packet's interface. */
  readonly listens: boolean | null;
  /** Null where none does, or several may. */
  readonly socket: Socket | null;
}

/**
 * Which socket of the node's own network takes a new connection, or a datagram (`inet_lookup_listener`, net/ipv4/inet_hashtables.c;
 * `__udp4_lib_lookup`, net/ipv4/udp.c): of those at its address before those at all, and there one bound to its device.
 * @param device by which the packet comes in ({@link deviceOfOwn} for the node's own); undefined where not known
 */
export function listenerAt(
  { list, whole }: Sockets,
  protocol: number,
  address: Address,
  port: number,
  device: string | null | undefined,
): Listener {
  const found = list.filter((socket) => socket.protocol === protocol && socket.port === port);
  const open = found.filter(
    (socket) =>
      isWildcard(socket, address.family) || (socket.address !== null && sameAddress(socket.address, address)),
  );
  const takes = open.filter((socket) => socket.device === null || socket.device === device);
  if (takes.length > 0) {
    const rank = (socket: Socket): number =>
      (isWildcard(socket, address.family) ? 0 : 2) + (socket.device === null ? 0 : 1);
    const [best] = takes.sort((a, b) => rank(b) - rank(a));
    const isOpen = !whole || (device === undefined && takes.length < open.length);
    return { listens: true, socket: isOpen ? null : (best ?? null) };
  }
  const mayBe = address.family === 'ipv4' && found.some(({ mayBeBoth }) => mayBeBoth);
  const isOpen = !whole || mayBe || (open.length > 0 && device === undefined);
  return { listens: isOpen ? null : false, socket: null };
}
