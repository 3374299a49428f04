import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { tellingFlags } from './find-pod.js';
/**
 * Asks kube-proxy for its mode and, where the version is wanted too, for its metrics. It need not be there: the rules
 * show its mode as well, so no answer is no problem.
 */
export async function askKubeProxy(place, wantsVersion) {
    const mode = (await place.askKubeProxy('/proxyMode'))?.trim() ?? null;
    const known = mode !== null && /^(?:iptables|nftables|ipvs|userspace)$/.test(mode);
    if (!known)
        return { mode: null, version: null };
    const metrics = wantsVersion ? await place.askKubeProxy('/metrics') : null;
    const version = /^kubernetes_build_info\{[^}]*git_version="(v[^"]+)"/m.exec(metrics ?? '')?.[1];
    return { mode, version: version === undefined ? null : `Kubernetes ${version}` };
}
/** @returns the flags of the kube-proxy process of this machine, as far as they say how rules are written. */
export function localProxyFacts() {
    try {
        for (const entry of readdirSync('/proc')) {
            if (!/^\d+$/.test(entry))
                continue;
            const words = commandLine(entry);
            if (/(?:^|\/)kube-proxy$/.test(words[0] ?? ''))
                return { version: null, flags: tellingFlags(words.slice(1)) };
        }
    }
    catch {
        // Without /proc there is nothing to tell.
    }
    return { version: null, flags: [] };
}
/** @returns this machine's name as the kubelet would register it (`GetHostname`, pkg/util/node: trimmed, in lower case). */
export function localNodeName() {
    return hostname().trim().toLowerCase();
}
function commandLine(pid) {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    }
    catch {
        return [];
    }
}
