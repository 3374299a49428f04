import { marks } from '../../../explain/services/nft/marks.js';
import { parseNftName } from '../../../proxy/nft-names.js';
import { isKubeProxyTable, NFT_OBJECTS } from '../../../proxy/nft-roles.js';
import { isInIptables } from '../../../trace/place.js';
/**
 * @returns what made an outcome differ on a node in nftables mode; null where iptables' rules or routing did, or nothing shows
 */
export function nftCulpritOf(kind, outcome) {
    switch (kind) {
        case 'undelivered':
            return undelivered(outcome);
        case 'untranslated':
            return untranslated(outcome);
        case 'wrong-endpoints':
        case 'uneven':
            return translation(outcome);
        case 'not-masqueraded':
            return unmasqueraded(outcome);
        case 'masqueraded': {
            const step = inNft(outcome).find(({ step: each }) => isOwn(each) && each.action === 'masquerade')?.step;
            return fault('masqueraded', step ?? null);
        }
        case 'not-refused':
            return translation(outcome) ?? fault('no-element', null);
    }
}
/** @returns the native rule or policy that ended a packet, where one did. */
export function nftVerdictOf({ decidedBy }) {
    return decidedBy?.program === 'nft' ? fault('verdict', decidedBy) : null;
}
/** @returns true for a step in a table that kube-proxy writes. */
export function isOwn({ family, table }) {
    return isKubeProxyTable({ family, name: table });
}
function fault(what, at) {
    return { kind: 'nft', what, at };
}
function inNft({ path }) {
    return path.flatMap((entry) => {
        const { step } = entry;
        return step.program === 'nft' ? [{ ...entry, step }] : [];
    });
}
function undelivered(outcome) {
    const { decidedBy } = outcome;
    if (decidedBy?.program !== 'nft')
        return null;
    // What was not translated is refused at a cluster IP: that it was not led to the Services is what went wrong.
    if (isOwn(decidedBy) && !isTranslated(outcome) && !metServices(outcome) && !isBefore(outcome))
        return fault('not-hooked', null);
    return fault('verdict', decidedBy);
}
/** Source ranges are asked before anything is translated. */
function isBefore({ decidedBy }) {
    const prefix = parseNftName(decidedBy?.chain ?? '')?.prefix;
    return prefix === 'firewall';
}
function untranslated(outcome) {
    const untracked = inNft(outcome).find(({ step: { action } }) => action === 'notrack')?.step;
    if (untracked !== undefined)
        return fault('untracked', untracked);
    const byIptables = outcome.path.find(({ step: { action } }) => action === 'notrack')?.step;
    if (byIptables !== undefined && isInIptables(byIptables))
        return { kind: 'untracked', step: byIptables };
    if (!metServices(outcome))
        return fault('not-hooked', null);
    const entered = inNft(outcome).findLast(({ step }) => isOwn(step) && isOfService(step))?.step;
    return fault('no-element', entered ?? null);
}
function isOfService({ target }) {
    return target !== null && parseNftName(target) !== null;
}
function metServices(outcome) {
    return inNft(outcome).some(({ step }) => isOwn(step) && (step.chain === NFT_OBJECTS.services || step.target === NFT_OBJECTS.services));
}
function isTranslated({ path, destination }) {
    const first = path[0]?.state;
    return (first !== undefined &&
        (first.destination.value !== destination.address.value || first.destinationPort !== destination.port));
}
const TRANSLATIONS = new Set(['dnat', 'redirect', 'netmap']);
function translation({ path }) {
    const step = path.findLast(({ step: { action } }) => TRANSLATIONS.has(action))?.step;
    if (step?.program === 'nft')
        return fault('translation', step);
    return step?.program === 'iptables' ? { kind: 'translation', step } : null;
}
function unmasqueraded(outcome) {
    const { path } = outcome;
    const marked = path.findLastIndex(({ step }) => step.program === 'nft' && isOwn(step) && step.action === 'set' && isMarking(step));
    if (marked < 0)
        return fault('not-marked', null);
    // Beside a native rule stands the packet as the rule left it, beside one of iptables as it met it.
    const set = path[marked]?.state.mark ?? null;
    const before = path[marked - 1]?.state.mark ?? 0;
    const bit = set === null || before === null ? 0 : (set & ~before) >>> 0;
    for (let i = marked + 1; bit !== 0 && i < path.length; i++) {
        const mark = path[i]?.state.mark ?? null;
        if (mark === null || (mark & bit) >>> 0 === bit)
            continue;
        const step = path[i]?.step.program === 'nft' ? path[i]?.step : path[i - 1]?.step;
        if (step?.program === 'nft') {
            if (isOwn(step))
                break;
            return fault('mark-lost', step);
        }
        return step?.program === 'iptables' ? { kind: 'mark-lost', step } : { kind: 'unclear' };
    }
    const after = inNft(outcome).filter(({ step }) => step.hook === 'POSTROUTING');
    const own = after.findLast(({ step }) => isOwn(step))?.step;
    return fault('not-masqueraded', own ?? after.at(-1)?.step ?? null);
}
function isMarking({ rule }) {
    return rule !== null && marks(rule);
}
