import { completeListings } from '../question/complete-listing.js';
import { rulesOfFamily } from '../question/other-family.js';
import { podNetworks, thisNodeName } from '../question/this-node.js';
import { Namer } from '../trace/namer.js';
/** By what is known, and whether flows count: names are put together once, however many questions are asked. */
const MADE = new WeakMap();
/** @param withFlows whether captured flows count: a first packet of a new connection is of none */
export function tracedNode(known, withFlows) {
    const made = MADE.get(known) ?? new Map();
    MADE.set(known, made);
    const node = made.get(withFlows) ?? makeNode(known, withFlows);
    made.set(withFlows, node);
    return node;
}
function makeNode(known, withFlows) {
    const namer = new Namer(known);
    const lists = new Map();
    const completed = (family) => {
        const list = lists.get(family) ?? completeListings(rulesOfFamily(known, family), namer.naming);
        lists.set(family, list);
        return list;
    };
    const worlds = new Map();
    const world = (family) => {
        const made = worlds.get(family) ?? worldOf(known, namer, completed(family).rulesets, family, withFlows);
        worlds.set(family, made);
        return made;
    };
    return {
        known,
        namer,
        completed,
        view: {
            name: thisNodeName(known),
            host: known.host,
            cluster: known.cluster,
            book: known.book,
            sockets: known.sockets ?? null,
            world,
            podNetworks: (family) => podNetworks(known, family),
        },
    };
}
/** @returns what a packet of a family is traced through on a node. */
function worldOf(known, namer, rulesets, family, withFlows) {
    return {
        rulesets,
        nft: known.nft ?? null,
        nftHooks: known.nftHooks?.[family] ?? null,
        host: known.host,
        flows: withFlows ? known.flows : null,
        ipvs: known.ipvs ?? null,
        recoverDestination: (rule, jump) => namer.recoverDestination(rule, jump),
    };
}
