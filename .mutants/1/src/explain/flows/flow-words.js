import { formatProtocol } from '../../net/protocol.js';
import { socketText } from '../../net/socket.js';
/** @returns `shop/web:http`, or the address and port where no Service has a name. */
export function serviceText({ service, address, port, protocol }) {
    if (service === null)
        return `${socketText(address, port)}/${formatProtocol(protocol)}`;
    const { namespace, name, port: portName } = service;
    return portName === '' ? `${namespace}/${name}` : `${namespace}/${name}:${portName}`;
}
