import { IpvsTable } from '../../ipvs/table.js';
import { nameChains } from '../../proxy/chain-names.js';
import { compareItems, listServices } from '../list-services.js';
import { thisNodeName } from '../question/this-node.js';
import { nameServices } from './cluster-naming.js';
import { noteIpvs } from './ipvs-notes.js';
import { listIpvsServices } from './ipvs-services.js';
import { kubeProxyTables } from './nft/kube-proxy-tables.js';
import { listNftServices } from './nft/nft-services.js';
import { familiesTold } from './unprogrammed-services.js';
/** The readers. Another way to carry Services is one entry here. */
export const CARRIERS = {
    iptables: {
        list: ({ known: { rulesets, cluster }, ...rest }) => listServices({ rulesets, cluster, ...rest }),
        families: ({ rulesets }) => familiesTold(rulesets),
    },
    nftables: {
        list: (reading) => listNftServices(reading.known, namingOf(reading), reading.node),
        families: (known) => kubeProxyTables(known).flatMap(({ family, cut }) => (cut ? [] : [family])),
    },
    ipvs: {
        list: (reading) => listIpvsServices({ known: reading.known, naming: namingOf(reading), node: reading.node }),
        families: ({ ipvs, rulesets }) => (ipvs instanceof IpvsTable ? familiesBalanced(ipvs, rulesets) : []),
        notes: noteIpvs,
    },
};
/** Of a listing that breaks off nothing is missing; a family is told where it has virtual servers, or kube-proxy's rules. */
function familiesBalanced(ipvs, rulesets) {
    if (ipvs.incomplete)
        return [];
    const balanced = ipvs.servers.flatMap(({ takes }) => (takes.by === 'socket' ? [takes.address.family] : []));
    return [...new Set([...balanced, ...familiesTold(rulesets)])];
}
/** Which carrier kube-proxy writes in each mode; null where none is known, or where the rules do not choose endpoints. */
export const CARRIER_OF = {
    iptables: 'iptables',
    nftables: 'nftables',
    ipvs: 'ipvs',
    userspace: null,
    none: null,
};
const OF_BACKEND = {
    'iptables-nft': 'iptables',
    'iptables-legacy': 'iptables',
    nft: 'nftables',
    ipvs: 'ipvs',
};
/** @returns what programs the item. */
export function carrierOf({ backend }) {
    return OF_BACKEND[backend];
}
/** @returns true where another carrier programs the item than the one that kube-proxy writes in this mode: it was left behind. */
export function isLeftOver({ backend }, mode) {
    return mode !== 'none' && OF_BACKEND[backend] !== CARRIER_OF[mode];
}
/** @returns what carriers are read from. */
export function readingOf(known) {
    return { known, names: nameChains(known.cluster), node: thisNodeName(known) };
}
/** @returns the naming of what is read. */
export function namingOf({ known: { cluster }, names, node }) {
    return nameServices({ cluster, names, node });
}
/** @returns what iptables' rules program and, last, what kube-proxy's table does where it works in nftables mode. */
export function programmedBy(known, isWanted = () => true) {
    const reading = { ...readingOf(known), isWanted };
    const native = known.proxyMode === 'nftables' ? CARRIERS.nftables.list(reading) : [];
    return [...CARRIERS.iptables.list(reading), ...native];
}
/** @returns every Service port that any carrier programs, in the order of `compareItems`. */
export function listProgrammed(known) {
    const reading = readingOf(known);
    return Object.values(CARRIERS)
        .flatMap(({ list }) => list(reading))
        .sort(compareItems);
}
/** @returns what no row of {@link listProgrammed} says. */
export function noteProgrammed(items, known) {
    return Object.values(CARRIERS).flatMap(({ notes }) => notes?.(items, known) ?? []);
}
