import type { Address } from '../net/address.ts';
import { isWildcard, type Socket } from './parse-sockets.ts';

/** A socket that listens (TCP), or that any datagram may reach (UDP). */
export type ListeningSocket = Socket;

/**
 * Whether a socket of the node's own network takes a new connection (`inet_lookup_listener`, net/ipv4/inet_hashtables.c).
 * @param device by which the packet comes in; undefined where not known
 * @returns null where one does if the packet comes in by the interface that it is bound to, which is not known
 */
export function listensAt(
  sockets: readonly ListeningSocket[],
  protocol: number,
  { family, value }: Address,
  port: number,
  device: string | null | undefined,
): boolean | null {
  const found = sockets.filter(
    (socket) =>
      socket.protocol === protocol &&
      socket.port === port &&
      (isWildcard(socket, family) ||
        (socket.address !== null && socket.address.family === family && socket.address.value === value)),
  );
  if (found.some((socket) => socket.device === null || socket.device === device)) return true;
  return found.length > 0 && device === undefined ? null : false;
}
