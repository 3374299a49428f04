import { CARRIERS, readingOf } from '../services/carriers.js';
import { listPortalServices } from '../services/portal-services.js';
import { readService } from '../services/read-service.js';
import { draftServices } from '../services/service-draft.js';
import { EndpointReader } from '../services/service-endpoints.js';
/**
 * Service ports by the addresses that rules give them. The entry chains are read once, when first asked; a Service's own
 * chains only when one of its addresses is asked for.
 */
export class RuleServices {
    #known;
    #naming;
    #places = null;
    #drafts = [];
    /** What is read as a whole: userspace mode, and the carriers beside iptables. */
    #whole = new Map();
    #items = new Map();
    constructor(known, naming) {
        this.#known = known;
        this.#naming = naming;
    }
    /**
     * @param protocol by its name, in lower case
     * @param address null for a node port
     * @returns one for each backend whose rules speak of the place
     */
    at(family, protocol, address, port) {
        const key = placeKey(family, protocol, address, port);
        const places = this.#index().get(key) ?? [];
        return [
            ...places.map((place) => ({ item: this.#itemOf(place), entered: place.entered })),
            ...(this.#whole.get(key) ?? []),
        ];
    }
    /** @returns every address that some rule speaks of, by its family and usual spelling. */
    addresses() {
        const keys = [...this.#index().keys(), ...this.#whole.keys()];
        return new Set(keys.map((key) => key.split(' ')[2] ?? ''));
    }
    /** @returns every port of a Service of this name, as the rules or their comments name it. */
    named(namespace, name) {
        this.#index();
        const whole = new Set([...this.#whole.values()].flat().map(({ item }) => item));
        const near = this.#drafts.filter(({ draft }) => this.#mayBe(draft, namespace, name));
        return [...near.map((place) => this.#itemOf(place)), ...whole].filter((item) => item.namespace === namespace && item.name === name);
    }
    /** Names are hashed for those drafts alone whose comments, or chains, do not rule them out. */
    #mayBe(draft, namespace, name) {
        const comments = [...draft.entries, ...draft.refusals].flatMap(({ comment }) => comment ?? []);
        const said = comments.flatMap((comment) => this.#naming.nameIn(comment) ?? []);
        return said.length === 0 || said.some((one) => one.namespace === namespace && one.service === name);
    }
    #itemOf({ draft, reading }) {
        const known = this.#items.get(draft);
        if (known !== undefined)
            return known;
        const item = readService(draft, reading);
        this.#items.set(draft, item);
        return item;
    }
    #index() {
        if (this.#places !== null)
            return this.#places;
        this.#places = new Map();
        for (const ruleset of this.#known.rulesets) {
            const endpoints = new EndpointReader(ruleset.tables.get('nat'), ruleset.family);
            const reading = { ruleset, naming: this.#naming, endpoints };
            for (const draft of draftServices(ruleset, this.#naming))
                this.#addDraft(draft, reading);
            for (const item of listPortalServices(ruleset, this.#naming))
                this.#addWhole(item);
        }
        const reading = readingOf(this.#known);
        for (const carrier of BESIDE_IPTABLES)
            for (const item of CARRIERS[carrier].list(reading))
                this.#addWhole(item);
        return this.#places;
    }
    #addDraft(draft, reading) {
        const { family } = reading.ruleset;
        this.#drafts.push({ draft, reading, entered: true });
        const keys = new Set();
        for (const { protocol, address, port, printed } of draft.entries) {
            // A host name in a listing is no place that a flow can be compared with.
            if (port === null || printed !== null)
                continue;
            keys.add(placeKey(family, protocol, address, port));
        }
        for (const key of keys)
            this.#addPlace(key, { draft, reading, entered: true });
        for (const { protocol, address, port, nodePort } of draft.refusals) {
            if (protocol === null || port === null || (address === null && !nodePort))
                continue;
            const key = placeKey(family, protocol, address, port);
            if (keys.has(key))
                continue;
            keys.add(key);
            this.#addPlace(key, { draft, reading, entered: false });
        }
    }
    #addPlace(key, place) {
        const known = this.#places?.get(key);
        if (known === undefined)
            this.#places?.set(key, [place]);
        else
            known.push(place);
    }
    #addWhole(item) {
        const { family, protocol, nodePort } = item;
        const sockets = [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs];
        const keys = sockets.map(({ address, port }) => placeKey(family, protocol, address, port));
        if (nodePort !== null)
            keys.push(placeKey(family, protocol, null, nodePort));
        const refused = new Set(item.refusals.flatMap(({ address, port, nodePort: forNodePort }) => port === null ? [] : [placeKey(family, protocol, forNodePort ? null : address, port)]));
        for (const key of new Set(keys))
            this.#whole.set(key, [...(this.#whole.get(key) ?? []), { item, entered: !refused.has(key) }]);
    }
}
/** Iptables' Services are read one by one. */
const BESIDE_IPTABLES = ['nftables', 'ipvs'];
function placeKey(family, protocol, address, port) {
    return `${family} ${protocol} ${address ?? 'node'} ${port}`;
}
