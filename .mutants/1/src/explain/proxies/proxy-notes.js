import { hasRole } from '../../proxy/chains.js';
import { entersServices } from './enters-services.js';
import { findProxies, proxyText, settleText } from './find-proxies.js';
import { silentAbout } from './not-captured.js';
/** @returns what is to be known of a list of Services read from the rules: who else may serve what it lacks. */
export function proxyNotes(known) {
    const found = findProxies(known).filter(({ proxy }) => proxy.serves !== 'addresses');
    if (known.proxyMode === 'ipvs' || known.proxyMode === 'nftables') {
        if (known.rulesets.some(entersServices))
            return [];
        const text = `kube-proxy runs in ${known.proxyMode} mode here: chains of its iptables mode are left over, and nothing leads to them`;
        const left = known.rulesets.some(({ tables }) => [...(tables.get('nat')?.chains.keys() ?? [])].some((name) => hasRole(name, 'service')));
        return left ? [{ code: 'left-over', text, settle: null }] : [];
    }
    if (found.length > 0)
        return found.map((each) => ({
            code: 'other-proxy',
            text: `${proxyText(each)}: what it serves is not in this list, and kp-explain does not follow it`,
            settle: settleText(each),
        }));
    const silent = silentAbout(known, 'ipv4');
    if (silent === null)
        return [];
    const text = `the rules hold nothing of kube-proxy, and what else may carry Services was not captured: ${silent.text}`;
    return [{ code: 'proxy-not-captured', text, settle: silent.settle }];
}
