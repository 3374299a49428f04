import { type Address, parseAddress } from './address.ts';
import { socketText } from './socket.ts';

/** An address and a port; port 0 stands for all. */
export interface ListedSocket {
  readonly address: Address;
  readonly port: number;
}

/**
 * Reads a socket whose port is decimal whatever its address, as ipvsadm-save, kubectl and Cilium print it:
 * `10.96.0.10:53`, `[fd00::a]:53`.
 * @returns null where it is none
 */
export function readDecimalSocket(text: string): ListedSocket | null {
  const [, six, four, port = ''] = /^(?:\[([0-9a-f:.]+)\]|(\d+\.\d+\.\d+\.\d+)):(\d{1,5})$/i.exec(text) ?? [];
  return socketOf(six ?? four ?? '', port, 10);
}

/**
 * Reads a socket as `ipvsadm -n` prints it (`10.96.0.10:53`, `[fd00::a]:53`) or as /proc/net/ip_vs does
 * (`0A60000A:0035`, `[fd00:0000:…:000a]:0035`).
 * @returns null where it is neither
 */
export function readSocket(text: string): ListedSocket | null {
  const raw = /^([0-9A-F]{8}):([0-9A-F]{4})$/.exec(text);
  if (raw !== null) return { address: ofHex(raw[1] ?? ''), port: Number.parseInt(raw[2] ?? '', 16) };
  // The kernel prints all 32 digits, and then the port in hexadecimal too.
  const six = /^\[((?:[0-9a-f]{4}:){7}[0-9a-f]{4})\]:([0-9A-F]{4})$/.exec(text);
  return six === null ? readDecimalSocket(text) : socketOf(six[1] ?? '', six[2] ?? '', 16);
}

/** Reads the two columns of /proc/net/ip_vs_conn: an address and a port, both hexadecimal. */
export function readHexColumns(address: string, port: string): ListedSocket | null {
  if (!/^[0-9A-F]{4}$/i.test(port)) return null;
  if (/^[0-9A-F]{8}$/.test(address)) return { address: ofHex(address), port: Number.parseInt(port, 16) };
  return socketOf(address.replace(/^\[|\]$/g, ''), port, 16);
}

/** @returns the socket as ipvsadm prints it. */
export function formatSocket({ address, port }: ListedSocket): string {
  return socketText(address, port);
}

function ofHex(digits: string): Address {
  return { family: 'ipv4', value: BigInt(`0x${digits}`) };
}

function socketOf(text: string, port: string, radix: 10 | 16): ListedSocket | null {
  const address = parseAddress(text);
  const number = radix === 10 && !/^\d+$/.test(port) ? Number.NaN : Number.parseInt(port, radix);
  return address === null || !(number <= 0xffff) ? null : { address, port: number };
}
