import { completeListings } from '../../explain/question/complete-listing.js';
import { rulesOfFamily } from '../../explain/question/other-family.js';
import { SCTP, TCP, UDP } from '../../net/protocol.js';
import { tracePacket } from '../../trace/trace-packet.js';
/** Follows new connections through the rules of one capture. */
export class Follower {
    #known;
    #namer;
    #worlds = new Map();
    constructor(known, namer) {
        this.#known = known;
        this.#namer = namer;
    }
    /** @returns every way that a new connection of this client can take. Flows that live already are left aside. */
    follow(client, target) {
        const { family } = target.address;
        return tracePacket({
            family,
            protocol: target.protocol,
            source: client.sender,
            sourcePort: null,
            destination: target.address,
            destinationIsLocal: target.isLocal ?? false,
            destinationPort: [TCP, UDP, SCTP].includes(target.protocol) ? target.port : null,
            icmp: null,
            entersAt: client.entersAt,
            inInterface: client.entersAt === 'OUTPUT' ? null : client.inInterface,
            mark: 0,
            state: 'NEW',
        }, this.#world(family, client.entersAt));
    }
    #world(family, entersAt) {
        const key = `${family} ${entersAt}`;
        const known = this.#worlds.get(key);
        if (known !== undefined)
            return known;
        const captured = rulesOfFamily(this.#known, family);
        const world = {
            rulesets: completeListings(captured, this.#namer.naming).rulesets,
            nft: this.#known.nft ?? null,
            nftHooks: this.#known.nftHooks?.[family] ?? null,
            host: this.#known.host,
            flows: null,
            ipvs: this.#known.ipvs ?? null,
            recoverDestination: (rule, jump) => this.#namer.recoverDestination(rule, jump),
        };
        this.#worlds.set(key, world);
        return world;
    }
}
