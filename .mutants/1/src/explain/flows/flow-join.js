import { formatAddress, sameAddress } from '../../net/address.js';
import { shareOf } from './choosing-rules.js';
import { FlowClients } from './flow-clients.js';
import { FlowPlaces } from './flow-places.js';
import { SOUND } from './flow-verdict.js';
import { ForeignRules } from './foreign-nat.js';
import { balancedAt, judgeBalanced } from './ipvs-memory.js';
import { RuleServices } from './rule-services.js';
import { isGoneService, judgeHostPort, judgeUnknown } from './stand-placeless.js';
import { isChosen, judgeEndpoint } from './stand-translated.js';
import { judgeUntranslated } from './stand-untranslated.js';
import { FreshStarts } from './would-translate.js';
/**
 * Joins flows to what API and rules know: the Service that the client asked for, the endpoint that answers, the client, and
 * whether that is as it should be. `conntrack`, `trace` and `check` share it.
 */
export class FlowJoin {
    services;
    clients;
    known;
    #names;
    #places;
    #foreign;
    #starts;
    constructor(known, names) {
        this.known = known;
        this.#names = names;
        this.services = new RuleServices(known, names.naming);
        this.#places = new FlowPlaces(known, this.services);
        this.clients = new FlowClients(known, (address) => this.#places.isLocal(address));
        this.#foreign = new ForeignRules(known.rulesets);
        this.#starts = new FreshStarts(known, (rule, jump) => names.recoverDestination(rule, jump));
    }
    /** @returns what a flow's original destination stands for. @param protocol IP protocol number */
    place(protocol, address, port) {
        return this.#places.at(protocol, address, port);
    }
    /** @returns false where nothing that is known can be at this address. */
    mayBe(address) {
        return this.#places.mayBe(address);
    }
    /** @returns who began a flow, by its original source. */
    client(source) {
        return this.clients.at(source);
    }
    /** @returns who has the address that answers. */
    endpoint(address, port) {
        return this.#names.endpointAt(formatAddress(address), port);
    }
    /**
     * Judges where a flow goes. The same for every flow of a client, destination and answering place; for translated flows
     * the same for every client.
     * @param source of the original direction
     * @param to where answers come from, with its port
     */
    stand(place, source, to, toPort) {
        if (sameAddress(place.address, to) && place.port === toPort) {
            const verdict = judgeUntranslated(place, source, this.known, this.#starts);
            return verdict === null ? SOUND : { ...SOUND, verdict };
        }
        const isService = place.service !== null || place.programmed.length > 0;
        const standing = isService ? this.#serviceFlow(place, to, toPort) : this.#otherFlow(place, to, toPort);
        const balanced = balancedAt(place.protocol, place.address, place.port, to, toPort, this.known);
        if (balanced === null)
            return standing;
        const { verdict } = standing;
        return { ...standing, balanced, verdict: verdict === null ? null : judgeBalanced(verdict, balanced) };
    }
    #serviceFlow(place, to, toPort) {
        // kube-proxy itself answers, and dials the endpoint on its own.
        if (this.known.proxyMode === 'userspace' && this.#places.isLocal(to) !== false)
            return SOUND;
        const share = shareOf(place, formatAddress(to), toPort);
        const verdict = judgeEndpoint(place, to, toPort, share, this.known);
        const standing = { ...SOUND, share, verdict };
        if (verdict?.code !== 'endpoint-gone' || isChosen(place, to, toPort))
            return standing;
        const foreignNat = this.#foreign.explaining(this.#rewrite(place, to, toPort));
        if (foreignNat === null)
            return standing;
        const { rule, file, line, owner } = foreignNat;
        const whose = owner === null ? 'a rule that is not kube-proxy’s' : `a rule of ${owner}`;
        const message = `${whose} translates it to an address that is no endpoint`;
        const evidence = [{ kind: 'rule', text: rule, file, line }];
        return {
            ...standing,
            foreignNat,
            verdict: { code: 'foreign-nat', message, evidence, certain: true, alive: false },
        };
    }
    #otherFlow(place, to, toPort) {
        const foreignNat = this.#foreign.explaining(this.#rewrite(place, to, toPort));
        const hostPort = place.via === 'hostPort' || isHostPortOwner(foreignNat?.owner ?? null);
        if (hostPort) {
            const verdict = judgeHostPort(place, to, toPort, foreignNat, this.known);
            return { verdict, share: null, foreignNat, hostPort: true };
        }
        if (foreignNat !== null)
            return { ...SOUND, foreignNat };
        const toPods = this.clients.isPods(to) || this.known.book.endpointsAt(to, toPort ?? 0).length > 0;
        if (!toPods || !isGoneService(place, this.known))
            return SOUND;
        return { ...SOUND, verdict: judgeUnknown(place, to, toPort, this.known) };
    }
    #rewrite(place, to, toPort) {
        const { protocol, address, port } = place;
        return {
            family: address.family,
            protocol,
            destination: address,
            destinationPort: port,
            to,
            toPort,
            toThisNode: this.#places.isLocal(to) === true,
        };
    }
}
function isHostPortOwner(owner) {
    return owner === 'cni-portmap';
}
