import { nodeAddress } from '../../explain/question/this-node.js';
import { behaviourMode, behavioursOf } from '../expected/behaviour.js';
import { expect } from '../expected/expectation.js';
import { sourceRangesOf, waysInto } from '../expected/ways.js';
import { alternativesOf } from './alternatives.js';
import { compareWith } from './compare.js';
import { culpritOf } from './culprit.js';
import { clientsOf, splitByRanges } from './senders.js';
/** Compares each port, way in and client with what the API says. */
export class Surveyor {
    #setting;
    #clients = new Map();
    #behaviours;
    constructor(setting) {
        this.#setting = setting;
        this.#behaviours = behavioursOf(setting.minor, behaviourMode(setting.known.proxyMode));
    }
    /**
     * @returns where the rules differ from what the API says, under the behaviour of kube-proxy that fits best: none where
     *   any supported behaviour fits.
     */
    survey(port) {
        let best = null;
        const followed = new Map();
        for (const node of this.#nodesFor(port)) {
            for (const behaviour of this.#behaviours) {
                const found = this.#under(port, { node, behaviour }, followed);
                if (found.length === 0)
                    return [];
                if (best === null || found.length < best.length)
                    best = found;
            }
        }
        return best ?? [];
    }
    /** Where the node's zone is not known, it may be any that hints name. */
    #nodesFor({ endpoints }) {
        const { node } = this.#setting;
        if (node.zone !== null)
            return [node];
        const zones = new Set(endpoints.flatMap(({ zoneHints }) => zoneHints));
        return [node, ...[...zones].map((zone) => ({ ...node, zone }))];
    }
    #under(port, as, followed) {
        const { known, nodePorts } = this.#setting;
        const address = nodePorts[port.family] ? nodeAddress(known, port.family) : null;
        return waysInto(port, address, as.behaviour).flatMap((way) => this.#clientsOf(port, way).flatMap((client) => this.#compare(port, way, client, as, followed)));
    }
    #compare(port, way, client, { node, behaviour }, followed) {
        const { detection, follower, refusals } = this.#setting;
        const setting = {
            node,
            behaviour,
            detection: detection[port.family],
            podAddress: client.side === 'pod' ? client.sender.address : null,
        };
        const expectation = expect(port, way, client.side, setting);
        if (expectation.kind === 'open')
            return [];
        if (expectation.kind === 'refused' && !refusals[port.family])
            return [];
        const key = `${way.via} ${way.address.value} ${client.from}`;
        let alternatives = followed.get(key);
        if (alternatives === undefined) {
            alternatives = alternativesOf(follower.follow(client, { ...way, protocol: port.protocol, isLocal: way.via === 'nodePort' }));
            followed.set(key, alternatives);
        }
        const affinity = port.service.sessionAffinity === 'ClientIP';
        let fewest = null;
        for (const alternative of alternatives) {
            const differences = compareWith(expectation, alternative, affinity);
            if (differences.length === 0)
                return [];
            fewest ??= differences.map(({ kind, outcomes, missing }) => {
                const [first] = outcomes;
                const culprit = first === undefined ? { kind: 'unclear' } : culpritOf(kind, first, behaviour.mode);
                return { kind, port, way, side: client.side, client, expectation, outcomes, missing, culprit };
            });
        }
        return [...(fewest ?? [])];
    }
    #clientsOf(port, way) {
        let clients = this.#clients.get(port.family);
        if (clients === undefined) {
            clients = clientsOf(this.#setting.known, port.family);
            this.#clients.set(port.family, clients);
        }
        const ranges = way.via === 'loadBalancerIP' ? sourceRangesOf(port) : [];
        if (ranges.length === 0)
            return clients;
        return clients.flatMap((client) => client.side === 'external' ? splitByRanges(client, ranges) : [client]);
    }
}
/** @returns the side in words: `pods of this node`, … */
export function sideText(side) {
    return SIDES[side];
}
const SIDES = {
    pod: 'pods of this node',
    node: 'processes of this node',
    external: 'clients outside the cluster',
    admitted: 'clients in loadBalancerSourceRanges',
    barred: 'clients outside loadBalancerSourceRanges',
};
