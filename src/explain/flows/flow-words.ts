import { type Address, formatAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import type { FlowPlace } from './flow-places.ts';

/** @returns `10.0.0.1:80`, `[fd00::1]:80`, or the address alone. */
export function placeText(address: Address, port: number | null): string {
  const text = formatAddress(address);
  if (port === null) return text;
  return address.family === 'ipv6' ? `[${text}]:${port}` : `${text}:${port}`;
}

/** @returns `shop/web:http`, or the address and port where no Service has a name. */
export function serviceText({ service, address, port, protocol }: FlowPlace): string {
  if (service === null) return `${placeText(address, port)}/${formatProtocol(protocol)}`;
  const { namespace, name, port: portName } = service;
  return portName === '' ? `${namespace}/${name}` : `${namespace}/${name}:${portName}`;
}

/** @returns `1 flow`, `2 flows`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
