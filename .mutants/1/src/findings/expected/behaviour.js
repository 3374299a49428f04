const NEWEST = 36;
/**
 * @param minor of kube-proxy 1.x; null: not known
 * @param mode in which it works
 * @returns the behaviours that this release may show, the likeliest first: several where a feature gate, which no capture
 *   holds for sure, decides. An unknown release may show any.
 */
export function behavioursOf(minor, mode = 'iptables') {
    const key = `${mode} ${minor}`;
    const known = made.get(key);
    if (known !== undefined)
        return known;
    const behaviours = makeBehaviours(minor, mode);
    made.set(key, behaviours);
    return behaviours;
}
/** @returns the mode whose behaviours are expected of a node in this mode of kube-proxy. */
export function behaviourMode(mode) {
    return mode === 'ipvs' || mode === 'nftables' ? mode : 'iptables';
}
/** They are asked for each of ten thousand ports. */
const made = new Map();
function makeBehaviours(minor, mode) {
    const newest = [NEWEST, 33, 30];
    const minors = minor !== null ? [minor] : mode === 'nftables' ? newest : [...newest, 28, 25, 23, 20];
    const found = new Map();
    for (const one of minors)
        for (const behaviour of variants(one, mode))
            found.set(JSON.stringify(behaviour), behaviour);
    return [...found.values()];
}
function variants(minor, mode) {
    const base = {
        mode,
        localFallsBack: minor >= 22,
        dropsBeforeShortcut: mode === 'nftables' && minor < 33,
        internalPolicy: minor >= 22,
        ipMode: minor >= 30,
        externalIpFromInside: minor >= 25,
        dropsItself: minor >= 25,
    };
    const terminating = minor >= 26 ? [true] : minor >= 22 ? [false, true] : [false];
    const hints = zoneHints(minor);
    const nodeHints = minor >= 34 ? [true] : minor === 33 ? [false, true] : [false];
    const policies = minor >= 36 ? [true] : minor >= 29 ? [true, false] : [false];
    const modes = minor === 29
        ? [{ ...base, ipMode: true }, base]
        : // Later patches of 1.33 have it as 1.34 does.
            mode === 'nftables' && minor === 33
                ? [base, { ...base, dropsBeforeShortcut: true }]
                : [base];
    return modes.flatMap((mode) => terminating.flatMap((terminatingFallback) => hints.flatMap((zone) => nodeHints.flatMap((node) => policies.map((policyForExternalIps) => ({
        ...mode,
        terminatingFallback,
        zoneHints: zone,
        nodeHints: node,
        policyForExternalIps,
    }))))));
}
/** TopologyAwareHints: alpha in 1.21, beta in 1.23, on since 1.24; ServiceTrafficDistribution: alpha in 1.30, on since 1.31. */
function zoneHints(minor) {
    if (minor >= 31)
        return ['always'];
    if (minor === 30)
        return ['annotation', 'always'];
    if (minor >= 27)
        return ['annotation'];
    if (minor >= 24)
        return ['old-annotation'];
    return minor >= 21 ? ['never', 'old-annotation'] : ['never'];
}
/**
 * @param text as `kube-proxy --version` prints it (`Kubernetes v1.36.3`), or an image tag
 * @returns the minor version of 1.x, or null where the text tells none
 */
export function parseMinorVersion(text) {
    const found = /\bv?1\.(\d{1,3})(?:\.|\b)/.exec(text ?? '')?.[1];
    return found === undefined ? null : Number(found);
}
