/** So many clients are followed; a node open to the world may have any number. */
const MOST_CLIENTS = 100_000;
/** Sees whether Service ports with session affinity keep each client with one endpoint. */
export class AffinityTally {
    #services = new Map();
    #places = new Map();
    #clients = 0;
    /** @param key tells answering places apart. */
    add(place, client, key, to) {
        if (place.service === null || affinityOf(place) === null)
            return;
        const { namespace, name, port } = place.service;
        // kube-proxy keeps a list for each Service port and family, whichever address is asked for.
        const service = `${namespace}/${name}:${port} ${place.protocol} ${place.address.family}`;
        let clients = this.#services.get(service);
        if (clients === undefined) {
            clients = new Map();
            this.#services.set(service, clients);
            this.#places.set(service, place);
        }
        const known = clients.get(client);
        if (known !== undefined)
            known.set(key, to);
        else if (this.#clients++ < MOST_CLIENTS)
            clients.set(client, new Map([[key, to]]));
    }
    /** Clients that several endpoints serve at once. */
    *broken() {
        for (const [service, clients] of this.#services) {
            const place = this.#places.get(service);
            if (place === undefined)
                continue;
            for (const [client, endpoints] of clients) {
                if (endpoints.size > 1)
                    yield { place, client, endpoints };
            }
        }
    }
}
/** @returns for how many seconds a client stays with its endpoint, by the rules or the API; null without affinity. */
export function affinityOf({ api, programmed }) {
    for (const { item } of programmed)
        if (item.affinitySeconds !== null)
            return item.affinitySeconds;
    if (api?.service.sessionAffinity !== 'ClientIP')
        return null;
    return api.service.affinitySeconds ?? 10_800;
}
