import { splitChainName } from './chain-name.js';
import { chainHash, endpointText, hashedTexts } from './hash.js';
/** @returns the names of one cluster. Nothing is hashed before it is asked for. */
export function nameChains(cluster) {
    return new HashedNames(cluster);
}
class HashedNames {
    #cluster;
    #ports = null;
    #endpoints = null;
    #portsByHash = null;
    #endpointsByHash = null;
    #endpointsByPlace = null;
    constructor(cluster) {
        this.#cluster = cluster;
    }
    lookup(chainName, hint = null, endpoint = null) {
        const parts = splitChainName(chainName);
        if (parts === null)
            return null;
        const { prefix, hash } = parts;
        if (hint !== null) {
            const near = this.#portsOf(`${hint.namespace}/${hint.name}`);
            const found = this.#search(prefix, hash, near, endpoint);
            if (found !== null)
                return found;
        }
        if (prefix === 'SEP') {
            return (this.#searchPlace(hash, endpoint) ??
                this.#hashEndpoints().get(hash) ??
                this.#searchGone(hash, this.#allPorts(), endpoint));
        }
        const service = this.#hashPorts().get(hash);
        return service === undefined ? null : { prefix, service, endpoint: null };
    }
    #search(prefix, hash, ports, endpoint) {
        for (const service of ports) {
            if (prefix === 'SEP') {
                const endpoints = this.#endpointsOf(`${service.namespace}/${service.name}`);
                for (const [found, name] of this.#hashes(service, endpoints))
                    if (found === hash)
                        return name;
            }
            else if (hashedTexts(service).some((text) => chainHash(text) === hash)) {
                return { prefix, service, endpoint: null };
            }
        }
        return prefix === 'SEP' ? this.#searchGone(hash, ports, endpoint) : null;
    }
    /** Hashes the few endpoints with this address and port, where they are known, instead of 100,000. */
    #searchPlace(hash, place) {
        if (place === null || this.#endpointsByHash !== null)
            return null;
        this.#endpointsByPlace ??= groupBy(this.#cluster.endpoints ?? [], placeOf);
        for (const endpoint of this.#endpointsByPlace.get(place) ?? []) {
            for (const service of this.#portsOf(`${endpoint.namespace}/${endpoint.service}`)) {
                for (const [found, name] of this.#hashes(service, [endpoint]))
                    if (found === hash)
                        return name;
            }
        }
        return null;
    }
    #searchGone(hash, ports, endpoint) {
        if (endpoint === null)
            return null;
        const isHash = (text) => chainHash(text + endpoint) === hash;
        const service = ports.find((port) => hashedTexts(port).some(isHash));
        return service === undefined ? null : { prefix: 'SEP', service, endpoint: null };
    }
    *#hashes(service, endpoints) {
        for (const endpoint of endpoints) {
            if (endpoint.portName !== service.port)
                continue;
            if (endpoint.protocol.toUpperCase() !== service.protocol.toUpperCase())
                continue;
            const place = placeOf(endpoint);
            for (const text of hashedTexts(service)) {
                yield [chainHash(text + place), { prefix: 'SEP', service, endpoint }];
            }
        }
    }
    #hashPorts() {
        if (this.#portsByHash !== null)
            return this.#portsByHash;
        const ports = new Map();
        for (const port of this.#allPorts()) {
            for (const text of hashedTexts(port))
                ports.set(chainHash(text), port);
        }
        this.#portsByHash = ports;
        return ports;
    }
    #hashEndpoints() {
        if (this.#endpointsByHash !== null)
            return this.#endpointsByHash;
        const endpoints = new Map();
        for (const port of this.#allPorts()) {
            const known = this.#endpointsOf(`${port.namespace}/${port.name}`);
            for (const [hash, name] of this.#hashes(port, known))
                endpoints.set(hash, name);
        }
        this.#endpointsByHash = endpoints;
        return endpoints;
    }
    #allPorts() {
        return [...this.#portsByService().values()].flat();
    }
    #portsOf(key) {
        return this.#portsByService().get(key) ?? [];
    }
    #endpointsOf(key) {
        this.#endpoints ??= groupBy(this.#cluster.endpoints ?? [], ({ namespace, service }) => `${namespace}/${service}`);
        return this.#endpoints.get(key) ?? [];
    }
    #portsByService() {
        this.#ports ??= groupBy(knownPorts(this.#cluster), ({ namespace, name }) => `${namespace}/${name}`);
        return this.#ports;
    }
}
function placeOf({ address, port }) {
    return endpointText(address, port);
}
/** The ports of all Services, and of Services that only their endpoints tell of. */
function knownPorts(cluster) {
    const ports = new Map();
    const add = (name, portNumber) => {
        const key = `${name.namespace}/${name.name}:${name.port}/${name.protocol.toUpperCase()}`;
        if (!ports.has(key))
            ports.set(key, { ...name, portNumber });
    };
    for (const service of cluster.services ?? [])
        addPorts(service, add);
    for (const { namespace, service, portName, protocol } of cluster.endpoints ?? []) {
        add({ namespace, name: service, port: portName, protocol }, null);
    }
    return [...ports.values()];
}
function addPorts(service, add) {
    for (const { name, protocol, port } of service.ports) {
        add({ namespace: service.namespace, name: service.name, port: name, protocol }, port);
    }
}
function groupBy(items, keyOf) {
    const groups = new Map();
    for (const item of items) {
        const key = keyOf(item);
        const group = groups.get(key);
        if (group === undefined)
            groups.set(key, [item]);
        else
            group.push(item);
    }
    return groups;
}
