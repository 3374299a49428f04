import { join } from 'node:path';
import { generateCapture } from './generate.js';
import { removeOneEndpoint } from './remove-endpoint.js';
/** Endpoints of each Service. */
const ENDPOINTS = 10;
/** Above this many endpoints kube-proxy leaves the comments out (`largeClusterEndpointsThreshold`, pkg/proxy/iptables, 1.36). */
const LARGE_CLUSTER = 1000;
/** Makes captures below one folder, each when it is first asked for: `--only` needs few of them. */
export class Captures {
    #folder;
    #made = new Map();
    constructor(folder) {
        this.#folder = folder;
    }
    /** @returns a node of a cluster with this many endpoints. @param named with API objects. */
    ofEndpoints(endpoints, named = false) {
        const services = endpoints / ENDPOINTS;
        const large = endpoints > LARGE_CLUSTER;
        return this.#make(`${formatCount(endpoints)} endpoints${named ? ', named' : ''}`, {
            services,
            endpoints: ENDPOINTS,
            large,
            named,
        });
    }
    /** @returns a node whose only Service has this many endpoints. @param affinity with session affinity. */
    ofOneService(endpoints, affinity) {
        const shape = { services: 1, endpoints, secondPort: 0, affinity: affinity ? 1 : 0 };
        return this.#make(`one Service of ${formatCount(endpoints)}${affinity ? ', affinity' : ''}`, shape);
    }
    /** @returns a node of 200 Services with this many flows. */
    ofFlows(flows) {
        const shape = { services: 200, endpoints: ENDPOINTS, named: true, flows };
        return this.#make(`${formatCount(flows)} flows`, shape);
    }
    /** @returns the folder of the same node with one endpoint fewer. */
    withOneEndpointFewer(of) {
        return removeOneEndpoint(of, `${of.folder}-fewer`);
    }
    #make(name, options) {
        const known = this.#made.get(name);
        if (known !== undefined)
            return known;
        const made = generateCapture(join(this.#folder, name.replaceAll(/[ ,]+/g, '-')), options);
        const size = (made.bytes / 2 ** 20).toFixed(1);
        console.log(`${name}: ${formatCount(made.rules)} rules, ${size} MiB`);
        this.#made.set(name, made);
        return made;
    }
}
/** @returns a number as people write it: 100,000. */
export function formatCount(count) {
    return count.toLocaleString('en');
}
