import { formatAddress, parseAddress } from '../net/address.ts';
import { formatSocket, readDecimalSocket } from '../net/listed-socket.ts';
import { socketText } from '../net/socket.ts';
import type { SeenEndpoints } from './objects.ts';

/** A slice is named as its Service with five characters behind (GenerateName); that of Service kubernetes has none. */
const OF_SLICE = /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/**
 * Reads a row of `kubectl get endpoints` or `kubectl get endpointslices`.
 * @param row by column
 * @param line as it stands: `+ 2 more...` is no column
 * @param picked other rows of the table may be missing, as where this one was asked for by its name
 * @returns what it shows; empty for what is no such row
 */
export function readEndpointsRow(
  row: Readonly<Record<string, string>>,
  name: string,
  namespace: string | null,
  line: string,
  picked: boolean,
): SeenEndpoints[] {
  const list = row.ENDPOINTS ?? '';
  const showsAll = !/\+ \d+ more/.test(line);
  if (row.ADDRESSTYPE === undefined) return seenOf(name, namespace, list, showsAll);
  // Another slice of the Service may hold what this one lacks.
  const isWhole = showsAll && !picked;
  if (!/^IPv[46]$/.test(row.ADDRESSTYPE)) return [];
  const service = OF_SLICE.exec(name)?.[1] ?? name;
  if (isNone(list)) return [{ namespace, service, sockets: [], isWhole }];
  const ports = (row.PORTS ?? '').split(',');
  if (!ports.every((port) => /^\d+$/.test(port))) return [];
  const sockets = list.split(',').flatMap((text) => {
    const address = parseAddress(text);
    return address === null ? [] : ports.map((port) => socketText(formatAddress(address), Number(port)));
  });
  return sockets.length === 0 ? [] : [{ namespace, service, sockets, isWhole }];
}

/** @returns what a list of sockets says, `10.244.1.11:8080,10.244.2.7:8080` or `<none>`; empty for what is none. */
export function seenOf(
  service: string,
  namespace: string | null,
  list: string,
  isWhole: boolean,
): SeenEndpoints[] {
  if (isNone(list)) return [{ namespace, service, sockets: [], isWhole }];
  const sockets = list.split(/,\s*/).map(readDecimalSocket);
  const found = sockets.flatMap((socket) => (socket === null ? [] : [formatSocket(socket)]));
  return found.length === 0
    ? []
    : [{ namespace, service, sockets: found, isWhole: isWhole && found.length === sockets.length }];
}

function isNone(list: string): boolean {
  return list === '<none>' || list === '<unset>';
}
