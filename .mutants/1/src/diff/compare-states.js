import { listServices } from '../explain/list-services.js';
import { thisNodeName } from '../explain/question/this-node.js';
import { CARRIERS, readingOf } from '../explain/services/carriers.js';
import { nameChains } from '../proxy/chain-names.js';
import { compareFamily } from './compare-family.js';
import { probeVirtualServers } from './ipvs-probes.js';
import { lackingOf } from './lacking.js';
import { describeRenewal, isRenewed, renewedAddresses, tellsOfRenewal } from './link-local.js';
import { compareNativeTables } from './native.js';
import { notFollowed, proofOf } from './proof.js';
import { statesOf } from './two-sides.js';
import { isBeyond, isOtherMode, listCarried } from './unfollowed.js';
import { concernedRulesets } from './views/concerned-rules.js';
import { compareRules } from './views/rules.js';
import { compareServices } from './views/services.js';
import { compareFacts } from './views/state.js';
import { classesFor, compareWitnesses, describeWitnesses } from './views/witnesses.js';
const FAMILIES = ['ipv4', 'ipv6'];
/** Compares two states of a node, or of two nodes: what would packets do differently, and what was changed. */
export function compareStates(before, after, options) {
    const states = statesOf(before, after, options.strict);
    const hosts = [states[0].host, states[1].host];
    const { senders } = options;
    const asked = FAMILIES.filter((family) => senders === null || senders[family] !== undefined);
    const families = asked.filter((family) => states.some(({ known }) => known.rulesets.some((ruleset) => ruleset.family === family)));
    const compared = families.map((family) => compareFamily(states, family, { budget: options.budget, senders: senders?.[family] ?? null }));
    const isAsked = (one) => options.service === null ||
        (one?.namespace === options.service.namespace && one.name === options.service.name);
    const renewed = renewedAddresses(...hosts);
    const beyond = isBeyond([before, after]);
    const found = compared.map((comparison) => {
        const all = classesFor(options.service, states, comparison);
        const told = all.filter((one) => !beyond(one));
        const classes = options.strict ? told : told.filter((one) => !tellsOfRenewal(one, renewed));
        return { comparison, classes, aside: told.length - classes.length, beyond: all.length - told.length };
    });
    // Of some senders alone nothing is asked of IPVS: they are boxes of packets.
    const probed = compared.flatMap((comparison) => {
        const one = senders === null ? probeVirtualServers(states, comparison, options.budget) : null;
        return one === null ? [] : [{ ...one, comparison }];
    });
    const witnesses = [
        ...found.flatMap(({ comparison, classes }) => describeWitnesses(states, comparison, classes)),
        ...probed.flatMap(({ comparison, classes, states: sides }) => describeWitnesses(sides, comparison, classesFor(options.service, sides, {
            ...comparison,
            exploration: { ...comparison.exploration, classes },
        }))),
    ].sort(compareWitnesses);
    const differing = compared.flatMap((comparison) => comparison.differing);
    const rulesets = [states[0].known.rulesets, states[1].known.rulesets];
    const concerned = concernedRulesets(rulesets, differing);
    const native = compareNativeTables(before, after);
    const listOf = (known, of) => [
        ...(differing.length === 0 ? [] : listServices(listInput(known, of))),
        ...(native?.differing.length ? CARRIERS.nftables.list(readingOf(known)) : []),
    ];
    const carried = isOtherMode(before, after) || after.proxyMode === 'ipvs';
    const all = carried
        ? compareServices(...listCarried([before, after]))
        : compareServices(listOf(before, concerned[0]), listOf(after, concerned[1]));
    const services = all.filter(isAsked);
    const sets = new Set(compared.flatMap(({ survey }) => [...survey.sets]));
    const state = compareFacts(states, sets, services, (address) => !options.strict && isRenewed(address, renewed), native);
    const captured = [
        { ...states[0], known: before, host: before.host },
        { ...states[1], known: after, host: after.host },
    ];
    const lacking = lackingOf(captured, {
        families: families.length === 0 ? asked : families,
        sets,
    });
    const proof = proofOf(compared, states, options.budget, state, lacking, native, found.reduce((sum, each) => sum + each.beyond, 0), probed.length === 0 ? null : probed.reduce((sum, { left }) => sum + left, 0));
    const aside = found.reduce((sum, each) => sum + each.aside, 0);
    return {
        identical: proof.complete && witnesses.length === 0,
        onlyFamily: asked.length > 1 ? onlyFamilyOf(families, hosts) : null,
        proof,
        linkLocal: options.strict || !families.includes('ipv6')
            ? null
            : describeRenewal(renewedAddresses(before.host, after.host), aside),
        services,
        rules: found.flatMap(({ comparison, classes }) => compareRules(comparison, classes, comparison.exploration.unexplored.length === 0 && notFollowed(comparison).length === 0)),
        witnesses,
        state,
    };
}
function listInput(known, rulesets) {
    return {
        rulesets,
        cluster: known.cluster,
        names: nameChains(known.cluster),
        node: thisNodeName(known),
    };
}
/** A node without any address of a family has no packets of it. */
function onlyFamilyOf(families, hosts) {
    const [family, ...more] = families;
    if (family === undefined || more.length > 0)
        return null;
    const isOff = hosts.every(({ links }) => links?.every(({ addresses }) => addresses.every(({ address }) => address.family === family)) ?? false);
    return isOff ? null : family;
}
