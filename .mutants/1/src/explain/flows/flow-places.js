import { isLocalAddress } from '../../host/local-addresses.js';
import { formatAddress, parseAddress } from '../../net/address.js';
import { formatProtocol, parseProtocol } from '../../net/protocol.js';
import { serviceAddresses } from '../../proxy/service-index.js';
import { thisNodeName } from '../question/this-node.js';
/** Finds out what addresses and ports stand for. Each is looked up once. */
export class FlowPlaces {
    #known;
    #services;
    #places = new Map();
    #node;
    #owners = null;
    #endpoints = null;
    #namespaces = new Set();
    #hostPods = null;
    #ruleAddresses = null;
    constructor(known, services) {
        this.#known = known;
        this.#services = services;
        this.#node = thisNodeName(known);
    }
    /** @returns what is at this address and port. */
    at(protocol, address, port) {
        const key = `${protocol} ${formatAddress(address)} ${port}`;
        const known = this.#places.get(key);
        if (known !== undefined)
            return known;
        const place = this.#look(protocol, address, port);
        this.#places.set(key, place);
        return place;
    }
    /** @returns true where a Service, a node port or a host port may be at this address: looking closer may be worth it. */
    mayBe(address) {
        if (this.isLocal(address) !== false || this.#ownerOf(address) !== null)
            return true;
        this.#ruleAddresses ??= this.#services.addresses();
        return this.#ruleAddresses.has(formatAddress(address)) || this.#known.book.nodeAt(address) !== null;
    }
    /** @returns true where the node itself has the address; null where nothing tells. */
    isLocal(address) {
        const told = isLocalAddress(this.#known.host, address);
        if (told !== null)
            return told;
        const owner = this.#known.book.nodeAt(address);
        return owner === null || this.#node === null ? null : owner.name === this.#node;
    }
    #look(protocol, address, port) {
        const local = this.isLocal(address);
        const nothing = { protocol, address, port, local, hostPods: [], portless: null };
        const none = { ...nothing, service: null, via: null, api: null, programmed: [], endpoints: null };
        if (port === null)
            return none;
        const programmed = this.#services.at(address.family, formatProtocol(protocol), formatAddress(address), port);
        const match = this.#known.book.serviceAt(protocol, address, port);
        if (match !== null)
            return { ...nothing, ...this.#ofApi(match.service, match.port, match.via, programmed) };
        const owner = this.#ownerOf(address);
        if (owner !== null && local !== true && programmed.length === 0)
            return { ...none, portless: owner };
        // Another node's node port is translated there; what this node sees of it still is the Service's.
        const isNode = local !== false || this.#known.book.nodeAt(address) !== null;
        const nodePort = isNode ? this.#nodePort(protocol, address, port) : null;
        if (nodePort !== null)
            return { ...nothing, ...nodePort };
        const [first] = programmed;
        if (first !== undefined) {
            const via = viaIn(first.item, formatAddress(address));
            return { ...nothing, ...this.#ofRules(first.item, via, programmed) };
        }
        const hostPods = local === false ? [] : this.#podsWithHostPort(protocol, address, port);
        if (hostPods.length > 0)
            return { ...none, via: 'hostPort', hostPods };
        return owner === null ? none : { ...none, portless: owner };
    }
    #nodePort(protocol, address, port) {
        const programmed = this.#services.at(address.family, formatProtocol(protocol), null, port);
        const match = this.#known.book.serviceAtNodePort(protocol, port);
        if (match !== null && servesFamily(match.service, address))
            return this.#ofApi(match.service, match.port, 'nodePort', programmed);
        const [first] = programmed;
        return first === undefined ? null : this.#ofRules(first.item, 'nodePort', programmed);
    }
    #ofApi(service, port, via, programmed) {
        const { namespace, name } = service;
        const ref = { namespace, name, port: port.name, via, namedBy: 'api' };
        return {
            service: ref,
            via,
            api: { service, port },
            programmed,
            endpoints: this.#endpointsOf(service, port, programmed),
        };
    }
    #ofRules(item, via, programmed) {
        const { namespace, name, port, namedBy } = item;
        const ref = namespace === null || name === null || namedBy === 'none'
            ? null
            : { namespace, name, port: port ?? '', via, namedBy };
        return { service: ref, via, api: null, programmed, endpoints: null };
    }
    /** Null too where a capture of single namespaces holds none of this one, though the rules know endpoints. */
    #endpointsOf(service, port, programmed) {
        const all = this.#known.cluster.endpoints;
        if (all === null)
            return null;
        if (this.#endpoints === null) {
            const byPort = new Map();
            for (const endpoint of all) {
                const key = endpointKey(endpoint.namespace, endpoint.service, endpoint.portName, endpoint.protocol);
                const list = byPort.get(key);
                if (list === undefined)
                    byPort.set(key, [endpoint]);
                else
                    list.push(endpoint);
            }
            this.#endpoints = byPort;
            this.#namespaces = new Set(all.map(({ namespace }) => namespace));
        }
        const found = this.#endpoints.get(endpointKey(service.namespace, service.name, port.name, port.protocol));
        if (found !== undefined)
            return found;
        const inRules = programmed.some(({ item }) => item.endpoints.length > 0);
        return inRules && !this.#namespaces.has(service.namespace) ? null : [];
    }
    #ownerOf(address) {
        if (this.#owners === null) {
            const owners = new Map();
            for (const service of this.#known.cluster.services ?? []) {
                for (const own of serviceAddresses(service)) {
                    const text = formatAddress(own.address);
                    if (!owners.has(text))
                        owners.set(text, service);
                }
            }
            this.#owners = owners;
        }
        return this.#owners.get(formatAddress(address)) ?? null;
    }
    #podsWithHostPort(protocol, address, port) {
        this.#hostPods ??= (this.#known.cluster.pods ?? []).filter((pod) => !pod.hostNetwork && pod.hostPorts.length > 0 && (this.#node === null || pod.node === this.#node));
        return this.#hostPods.filter((pod) => pod.hostPorts.some((one) => one.hostPort === port && parseProtocol(one.protocol) === protocol && isHostIp(one.hostIP, address)));
    }
}
function isHostIp(hostIP, address) {
    const own = hostIP === null || hostIP === '' ? null : parseAddress(hostIP);
    return own === null || own.value === 0n || formatAddress(own) === formatAddress(address);
}
/** The API gives a node port out once for both families; a Service without an address of the family has none of it there. */
function servesFamily(service, address) {
    const own = service.clusterIPs.flatMap((text) => parseAddress(text) ?? []);
    return own.length === 0 || own.some(({ family }) => family === address.family);
}
function viaIn(item, address) {
    if (item.externalIPs.some((one) => one.address === address))
        return 'externalIP';
    return item.loadBalancerIPs.some((one) => one.address === address) ? 'loadBalancerIP' : 'clusterIP';
}
function endpointKey(namespace, service, port, protocol) {
    return `${namespace}/${service}/${port}/${protocol.toUpperCase()}`;
}
