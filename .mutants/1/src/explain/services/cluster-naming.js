import { confirmChainName, splitChainName } from '../../proxy/chain-name.js';
import { chainsIn, hasRole } from '../../proxy/chains.js';
import { parseServiceComment } from '../../proxy/comments.js';
import { chainHash, endpointText, hashedTexts } from '../../proxy/hash.js';
import { EndpointIndex } from './endpoint-index.js';
import { labelOf } from './service-name.js';
import { SocketIndex } from './socket-index.js';
/** @returns the naming of one capture. Indices are built when they are first asked for. */
export function nameServices(input) {
    return new ClusterNaming(input);
}
class ClusterNaming {
    #input;
    #socketIndex = null;
    #serviceIndex = null;
    #endpointIndex = null;
    constructor(input) {
        this.#input = input;
    }
    byChain(chain, comment = null, socket = null) {
        const found = this.#input.names.lookup(chain, hintOf(comment), textOf(socket));
        if (found === null)
            return null;
        const { namespace, name: service, port, protocol } = found.service;
        return {
            name: { namespace, service, port },
            protocol: protocol.toLowerCase(),
            service: this.#services.get(`${namespace}/${service}`) ?? null,
        };
    }
    bySocket(address, port, protocol) {
        this.#socketIndex ??= new SocketIndex(this.#input.cluster);
        return this.#socketIndex.at(address, port, protocol);
    }
    byName(namespace, service, port, protocol) {
        const found = this.#services.get(`${namespace}/${service}`);
        const has = found?.ports.some((each) => each.name === port && each.protocol.toLowerCase() === protocol);
        return found === undefined || has !== true
            ? null
            : { name: { namespace, service, port }, protocol, service: found };
    }
    nameIn(comment) {
        const said = parseServiceComment(comment);
        return said === null ? null : { namespace: said.namespace, service: said.name, port: said.port };
    }
    suffixesOf(name, protocol) {
        const { namespace, service, port } = name;
        return hashedTexts({ namespace, name: service, port, protocol }).map(chainHash);
    }
    confirms(chain, { namespace, service, port }, socket) {
        return confirmChainName(chain, { namespace, name: service, port }, textOf(socket)) !== null;
    }
    suffixOfRefusal({ address, nodePort, port, protocol, comment }) {
        // CHAINS.proxyFirewall names the chain that did not accept.
        const firewall = chainsIn(comment ?? '').find((chain) => hasRole(chain, 'source-ranges'));
        if (firewall !== undefined)
            return splitChainName(firewall)?.hash ?? null;
        if (protocol === null)
            return null;
        const known = port === null || (address === null && !nodePort) ? null : this.bySocket(address, port, protocol);
        const name = known?.name ?? (comment === null ? null : this.nameIn(comment));
        return name === null ? null : (this.suffixesOf(name, protocol)[0] ?? null);
    }
    recoverEndpoint(chain, comment) {
        const endpoint = this.#input.names.lookup(chain, hintOf(comment))?.endpoint;
        if (endpoint != null)
            return { address: endpoint.address, port: endpoint.port };
        const said = comment === null ? null : parseServiceComment(comment);
        if (said === null || said.endpoint === null)
            return null;
        if (confirmChainName(chain, said, said.endpoint) === null)
            return null;
        const [, address = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(said.endpoint) ?? [];
        return { address, port: Number(port) };
    }
    otherEndpointInName(chain, socket, comment) {
        const here = textOf(socket);
        if (here === null)
            return null;
        const own = this.#input.names.lookup(chain, null, here);
        if (own !== null) {
            const { endpoint } = own;
            const same = endpoint === null || endpointText(endpoint.address, endpoint.port) === here;
            return same ? null : { address: endpoint.address, port: endpoint.port };
        }
        const said = comment === null ? null : parseServiceComment(comment);
        if (said === null || said.endpoint === null || said.endpoint === here)
            return null;
        return this.recoverEndpoint(chain, comment);
    }
    endpointAt(chain, address, port, comment = null) {
        const hashed = this.#input.names.lookup(chain, hintOf(comment), textOf({ address, port }))?.endpoint;
        this.#endpointIndex ??= new EndpointIndex(this.#input.cluster, this.#input.node);
        return this.#endpointIndex.at(hashed ?? null, address, port);
    }
    labelOf(chain, comment) {
        const known = this.byChain(chain, comment);
        if (known !== null)
            return labelOf(known.name);
        const said = comment === null ? null : this.nameIn(comment);
        return said !== null && this.confirms(chain, said, null) ? labelOf(said) : null;
    }
    get #services() {
        this.#serviceIndex ??= new Map((this.#input.cluster.services ?? []).map((service) => [
            `${service.namespace}/${service.name}`,
            service,
        ]));
        return this.#serviceIndex;
    }
}
/** A comment may name the Service: then one Service is hashed first, and the rest only if that was wrong. */
function hintOf(comment) {
    return comment === null ? null : parseServiceComment(comment);
}
function textOf(socket) {
    return socket === null || socket.port === null ? null : endpointText(socket.address, socket.port);
}
