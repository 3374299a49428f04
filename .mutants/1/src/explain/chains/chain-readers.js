import { describeAbsence, describeChain, suggestChains } from '../describe-chain.js';
import { readingOf } from '../services/carriers.js';
import { nearest } from '../words/nearest.js';
import { describeSets, suggestSets } from './ipset-members.js';
import { describeServers, suggestServers } from './ipvs-servers.js';
import { describeNft } from './nft/describe-nft.js';
import { suggestNft } from './nft/find-nft.js';
/** The readers. Another carrier is one entry here. */
const CHAIN_READERS = {
    iptables: {
        describe: (name, known) => describeChain(name, inputOf(known)),
        suggest: (name, { rulesets }) => suggestChains(name, rulesets),
    },
    nftables: { describe: (name, known) => describeNft(name, readingOf(known)), suggest: suggestNft },
    ipvs: {
        describe: (name, known) => [...describeServers(name, known), ...describeSets(name, known)],
        suggest: (name, known) => [...suggestServers(name, known), ...suggestSets(name, known)],
    },
};
/** @returns what the name stands for, wherever it stands. */
export function describeName(name, known) {
    return Object.values(CHAIN_READERS).flatMap(({ describe }) => describe(name, known));
}
/** @returns names that are like one for which {@link describeName} found nothing. */
export function suggestNames(name, known) {
    const services = name.includes('/')
        ? (known.cluster.services ?? []).map((service) => `${service.namespace}/${service.name}`)
        : [];
    const carried = Object.values(CHAIN_READERS).flatMap(({ suggest }) => suggest(name, known));
    return [...new Set([...carried, ...nearest(name, services)])];
}
/** @returns what is known of a name for which {@link describeName} found nothing; null for nothing. */
export function describeMissing(name, known) {
    return describeAbsence(name, inputOf(known));
}
function inputOf(known) {
    const { names, node } = readingOf(known);
    return { rulesets: known.rulesets, cluster: known.cluster, names, node };
}
