import { routeTables } from '../host/route-tables.js';
import { masqueradeAddress } from '../host/source-address.js';
import { sameAddress } from '../net/address.js';
import { unknown } from './answer.js';
import { answered, decided, turned } from './branch.js';
import { ended, next } from './passage.js';
import { reachableEffects } from './reachable-effects.js';
/**
 * MASQUERADE remembers the interface that the first packet left by. A later one that routing sends out by another is
 * dropped, and its connection forgotten (nf_nat_oif_changed, net/netfilter/nf_nat_core.c). No capture says which flows
 * were masqueraded, nor by which interface; the address that they got often does.
 */
export function whereMasqueradeMoved(branch, context) {
    const { connection, route } = branch.state;
    const out = route?.device;
    if (connection?.fromCapture !== true || connection.direction !== 'ORIGINAL')
        return [next(branch)];
    const address = connection.replyDestination.address;
    if (typeof out !== 'string' || address === null)
        return [next(branch)];
    const others = otherInterfaces(branch, connection, address, out, context.world.host);
    if (others.length === 0)
        return [next(branch)];
    const sources = sourcesOf(context, address);
    if (!sources.masquerade)
        return [next(branch)];
    const reason = { code: 'masquerade-moved', address, by: others, out };
    const elsewhere = sources.snat || wasKept(connection) || isMasqueradeOf(branch, out, address, context.world.host);
    if (!elsewhere)
        return [drop(branch, reason)];
    const question = unknown(reason);
    const known = answered(branch, question);
    if (known !== null)
        return [known ? drop(branch, reason) : next(branch)];
    context.questions.met(question, branch.probability);
    return [drop(decided(branch, question, true), reason), next(decided(branch, question, false))];
}
function drop(branch, reason) {
    return ended({
        branch: turned(branch, 'nat', { fact: 'ended', reason }),
        verdict: 'drop',
        reason,
        rejectWith: null,
        exit: null,
    });
}
/**
 * The interfaces by which the flow may have left before, other than the one it leaves by now: where masquerading out of
 * this one would not give the address, any whose masquerading does; else those that another routing table leads to.
 */
function otherInterfaces(branch, connection, address, out, host) {
    const gives = (name) => name !== out && isMasqueradeOf(branch, name, address, host);
    const { family, destination } = branch.state;
    if (!wasKept(connection) && !isMasqueradeOf(branch, out, address, host))
        return (host.links ?? []).map(({ name }) => name).filter((name) => name !== 'lo' && gives(name));
    const devices = new Set();
    for (const table of routeTables(host, family).named?.values() ?? []) {
        for (const { routes } of table.covering(destination)) {
            for (const { type, nextHops } of routes)
                if (type === 'unicast')
                    for (const { device } of nextHops)
                        if (device !== null)
                            devices.add(device);
            break;
        }
    }
    return [...devices].filter(gives);
}
/** Whether the flow's source is the one it came with: then MASQUERADE may have had nothing to change, or was not asked. */
function wasKept({ originalSource, replyDestination }) {
    const [before, after] = [originalSource.address, replyDestination.address];
    return before !== null && after !== null && sameAddress(before, after);
}
/** The gateway is known of the interface that the packet leaves by now, and decides between several addresses of one only. */
function isMasqueradeOf({ state }, device, address, host) {
    const { family, destination, route } = state;
    if (device === route?.device) {
        const written = masqueradeAddress(host, family, device, route.gateway ?? destination, destination);
        return written !== null && sameAddress(written, address);
    }
    const link = host.links?.find(({ name }) => name === device);
    if (link?.addresses.some((entry) => sameAddress(entry.address, address)) === true)
        return true;
    const written = masqueradeAddress(host, family, device, destination, destination);
    return written !== null && sameAddress(written, address);
}
/** What the rules of today can write to a source: MASQUERADE at all, and another target this address; of native nft rules, either. */
function sourcesOf(context, address) {
    const { nft } = context.world.host;
    let masquerade = nft?.nativeChains.some(({ hook, rules }) => hook === 'postrouting' && rules > 0) === true;
    let snat = masquerade;
    for (const effect of reachableEffects(context.world, 'nat', 'POSTROUTING')) {
        if (effect.kind === 'masquerade')
            masquerade = true;
        else if (effect.kind === 'snat')
            snat ||= effect.to === null || holds(effect.to, address);
        else if (effect.kind === 'netmap')
            snat ||= (address.value & effect.mask) === (effect.value & effect.mask);
        else if (effect.kind === 'unrecognised')
            snat = true;
    }
    return { masquerade, snat };
}
function holds({ from, to }, { value }) {
    return from !== null && value >= from && value <= (to ?? from);
}
