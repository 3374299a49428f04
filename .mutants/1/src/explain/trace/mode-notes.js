import { IpvsTable } from '../../ipvs/table.js';
import { formatAddress } from '../../net/address.js';
import { socketText } from '../../net/socket.js';
import { carrierOf } from './carrier.js';
/** What else on the node acts on packets and is not in iptables: said, because the trace does not walk it. */
export function modeNotes(known, packet) {
    const { nft } = known.host;
    // Native tables that nft listed are walked.
    if (nft === null || (known.nft ?? null) !== null)
        return [];
    const family = nftFamily(packet);
    const tables = new Set();
    for (const chain of nft.nativeChains) {
        // kube-proxy's own table is the reason of the answer, not a thing taken for granted.
        if (chain.table === 'kube-proxy')
            continue;
        if ((chain.family === family || chain.family === 'inet') &&
            (chain.rules > 0 || chain.policy === 'drop')) {
            tables.add(`${chain.family} ${chain.table}`);
        }
    }
    return [...tables].map((table) => ({
        code: 'native-nft-table',
        text: `nft table ${table} has chains of its own at these hooks; they are not walked, and are taken to let the packet pass unchanged`,
        settle: 'read it with `nft list table`',
    }));
}
/**
 * Services may be carried by what is not in iptables: nft table kube-proxy. What iptables drops before that has its
 * turn is dropped in any mode; whatever it lets pass, or judges later, is then not known, also where rules that kube-proxy
 * left behind rewrite the packet. So it is with a Service's packet that no rule of kube-proxy knows where another proxy is.
 * @param outcomes those of the context's trace, in their order
 */
export function outsideIptables(outcomes, context) {
    const { packet, outcomes: traced } = context.trace;
    const other = otherProxy(packet, context.known);
    if (context.rulesets.length === 0 && context.known.ipvs instanceof IpvsTable)
        return outcomes.map((outcome, index) => {
            const balanced = traced[index]?.path.some(({ step }) => step.program === 'ipvs') === true;
            return balanced && outcome.verdict === 'accept' ? unknown(outcome, withoutRules(outcome)) : outcome;
        });
    if (other === null)
        return outcomes.map((item, index) => {
            const outcome = traced[index];
            const reason = outcome === undefined ? null : carrierOf(outcome, context);
            return reason === null ? item : unknown(item, reason);
        });
    const rewritten = outcomes.filter((outcome) => outcome.verdict === 'accept' && isRewritten(outcome, packet));
    const texts = { rewritten: leftOver(other, rewritten), untouched: untouched(other) };
    return outcomes.map((outcome, index) => {
        if (outcome.verdict === 'unknown')
            return outcome;
        if (outcome.verdict !== 'accept') {
            if (!judgedBehind(traced[index], packet))
                return outcome;
            const text = `${other.because}: ${other.name}, ${other.lacking}, may rewrite the packet first; iptables alone would end it (${outcome.verdict.toUpperCase()})`;
            return unknown(outcome, { ...other, text });
        }
        const text = isRewritten(outcome, packet) ? texts.rewritten : texts.untouched;
        return unknown(outcome, { ...other, text });
    });
}
/** IPVS stands between rules: what they do before and behind it decides with it. */
function withoutRules({ destination }) {
    const socket = socketText(destination.address, destination.port);
    const text = `IPVS would send it to ${socket}; the iptables rules, which were not captured, may drop it or masquerade it`;
    return { code: 'rules-not-captured', text, settle: 'capture `iptables-save -c`' };
}
function unknown(outcome, { code, text, settle }) {
    const reason = { code, text, settle };
    return { ...outcome, verdict: 'unknown', reason, rejectWith: null, exit: null, endpoint: null };
}
/**
 * Whether iptables ended the packet behind a place where the other proxy may have rewritten it, so that the rule met another
 * packet than the one traced. kube-proxy's nft chains rewrite at dstnat (−100), the packet's first hook.
 */
function judgedBehind(traced, packet) {
    // Only a connection's first packet is asked about; later ones go where it went.
    if (traced === undefined || packet.state !== 'NEW')
        return false;
    const { decidedBy, path } = traced;
    const early = decidedBy === null ? path.length === 0 : isEarly(decidedBy, packet);
    return !early;
}
/** At the packet's first hook, in a table that comes before nat. */
function isEarly({ hook, table }, packet) {
    return hook === packet.entersAt && (table === 'raw' || table === 'mangle');
}
/** @returns what carries Services here besides the iptables rules, or null. */
export function otherProxy(packet, { proxyMode, host, nft: listed }) {
    const family = nftFamily(packet);
    // Without chains it is a list of tables, or a table whose rules are still to be written.
    const walked = (listed?.tables.get(`${family} kube-proxy`)?.chains.size ?? 0) > 0;
    if (walked && proxyMode !== 'ipvs')
        return null;
    const nft = {
        name: 'nft table kube-proxy',
        lacking: walked ? 'which is not followed beside IPVS' : 'whose rules were not captured',
        settle: walked ? `read it with \`nft list table ${family} kube-proxy\`` : 'capture `nft -j list ruleset`',
    };
    if (proxyMode === 'nftables')
        return { ...nft, code: 'mode-nftables', because: 'kube-proxy runs in nftables mode here' };
    const beside = host.nft?.nativeChains.some((chain) => chain.table === 'kube-proxy' && chain.family === family && chain.rules > 0);
    return beside === true
        ? {
            ...nft,
            code: 'both-proxies',
            because: 'rules of two modes of kube-proxy are here, in iptables and in nft',
        }
        : null;
}
function untouched({ because, name, lacking }) {
    return `${because}: ${name} decides, ${lacking}; iptables alone lets the packet pass unchanged`;
}
const SHOWN = 4;
function leftOver({ because, name, lacking, code }, rewritten) {
    const targets = [
        ...new Set(rewritten.map(({ destination }) => socketText(destination.address, destination.port))),
    ];
    const more = targets.length > SHOWN ? ` or ${targets.length - SHOWN} more` : '';
    const where = `${targets.slice(0, SHOWN).join(targets.length === 2 ? ' or ' : ', ')}${more}`;
    const rules = code === 'both-proxies'
        ? '; those of iptables'
        : ', but rules of kube-proxy are left over in iptables too, which';
    return `${because}${rules} alone would send the packet to ${where}; ${name}, ${lacking}, may rewrite it first: whichever was registered last comes first, and no capture tells`;
}
function isRewritten({ destination }, packet) {
    return (destination.address !== formatAddress(packet.destination) || destination.port !== packet.destinationPort);
}
function nftFamily({ family }) {
    return family === 'ipv4' ? 'ip' : 'ip6';
}
