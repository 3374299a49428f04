import { CHOOSING, hasRole } from '../../proxy/chains.js';
import { readEndpointChain } from './endpoint-chain.js';
import { pickEndpoints } from './pick-endpoints.js';
/** Reads each SEP chain of a nat table once: SVC and SVL share them. */
export class EndpointReader {
    #table;
    #family;
    #read = new Map();
    constructor(table, family) {
        this.#table = table;
        this.#family = family;
    }
    /** @returns what the chain says. */
    at(chain) {
        const known = this.#read.get(chain);
        if (known !== undefined)
            return known;
        const table = this.#table ?? { name: 'nat', chains: new Map() };
        const read = readEndpointChain(table, chain, this.#family);
        this.#read.set(chain, read);
        return read;
    }
}
/**
 * Reads the endpoints that a Service port's chains choose: SVC for the whole cluster, SVL and XLB for this
 * node. An endpoint that both choose stands there twice, once for each scope.
 * @param chains the port's chains
 */
export function readEndpoints(chains, reading) {
    const nat = reading.ruleset.tables.get('nat');
    const endpoints = [];
    const endpointChains = new Set();
    const misdirected = new Map();
    let affinitySeconds = null;
    let protocol = null;
    for (const chain of chains) {
        if (nat === undefined || !hasRole(chain, ...CHOOSING))
            continue;
        const picks = pickEndpoints(nat, chain, (name) => reading.endpoints.at(name).passes);
        affinitySeconds ??= picks.affinitySeconds;
        for (const pick of picks.picks) {
            const read = reading.endpoints.at(pick.chain);
            protocol ??= read.protocol;
            endpointChains.add(pick.chain);
            const socket = read.target ?? reading.naming.recoverEndpoint(pick.chain, pick.comment);
            const address = socket?.address ?? read.hairpin ?? 'unknown';
            const port = socket?.port ?? null;
            const endpoint = reading.naming.endpointAt(pick.chain, address, port);
            // Whether it is ready is known of the endpoint in the chain's name alone: then name and rule agree.
            const named = read.target === null || (endpoint !== null && endpoint.ready !== null)
                ? null
                : reading.naming.otherEndpointInName(pick.chain, read.target, pick.comment);
            if (named !== null)
                misdirected.set(pick.chain, { chain: pick.chain, to: { address, port }, named });
            endpoints.push({
                address,
                port,
                share: pick.share,
                scope: hasRole(chain, 'service') ? 'cluster' : 'local',
                chain: pick.chain,
                endpoint,
                comment: pick.comment,
            });
        }
    }
    return {
        endpoints,
        affinitySeconds,
        endpointChains: [...endpointChains],
        misdirected: [...misdirected.values()],
        protocol,
    };
}
