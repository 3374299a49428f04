import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import type { FlowPlace } from './flow-places.ts';

/** @returns `shop/web:http`, or the address and port where no Service has a name. */
export function serviceText({ service, address, port, protocol }: FlowPlace): string {
  if (service === null) return `${socketText(address, port)}/${formatProtocol(protocol)}`;
  const { namespace, name, port: portName } = service;
  return portName === '' ? `${namespace}/${name}` : `${namespace}/${name}:${portName}`;
}
