/** What stands before and after the name, by phrase. The longest must come before what they begin with. */
const FORMS = [
    // 1.20: KUBE-XLB of a Service with external traffic policy Local.
    { phrase: 'balancing', before: 'Balancing rule \\d+ for ', after: /^$/ },
    {
        phrase: 'masquerade-local',
        before: 'masquerade LOCAL traffic for ',
        after: /^ (?:external destinations|LB IP)$/,
    },
    {
        phrase: 'route-local',
        before: 'route LOCAL traffic for ',
        after: /^ (?:external destinations|LB IP to service chain)$/,
    },
    { phrase: 'masquerade-external', before: 'masquerade traffic for ', after: /^ external destinations$/ },
    { phrase: 'pod-traffic', before: 'pod traffic for ', after: /^ external destinations$/ },
    {
        phrase: 'note-dropped-later',
        before: 'other traffic to ',
        after: /^ will be dropped by KUBE-PROXY-FIREWALL$/,
    },
    { phrase: 'cluster-ip', before: '', after: /^ cluster IP$/ },
    { phrase: 'external-ip', before: '', after: /^ external IP$/ },
    { phrase: 'load-balancer-ip', before: '', after: /^ loadbalancer IP$/ },
    { phrase: 'no-endpoints', before: '', after: /^ has no endpoints$/ },
    { phrase: 'no-local-endpoints', before: '', after: /^ has no local endpoints$/ },
    { phrase: 'health-check-node-port', before: '', after: /^ health check node port$/ },
    { phrase: 'outside-source-ranges', before: '', after: /^ traffic not accepted by KUBE-FW-[A-Z2-7]+$/ },
    { phrase: 'endpoint', before: '', after: /^ -> (\S+:\d{1,5})$/ },
    { phrase: 'service', before: '', after: /^$/ },
];
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** Releases before 1.20 leave the colon where the port has no name. */
const SERVICE_PORT = `(${LABEL})/(${LABEL})(?::(${LABEL})?)?`;
let patterns = null;
/**
 * Reads a comment as kube-proxy 1.20 to 1.36 writes them (pkg/proxy/iptables/proxier.go and pkg/proxy/userspace).
 * @returns null for comments that name no Service port. Never throws.
 */
export function parseServiceComment(comment) {
    patterns ??= new Map(FORMS.map(({ before }) => [before, new RegExp(`^${before}${SERVICE_PORT}(?=$| )`)]));
    for (const { phrase, before, after } of FORMS) {
        const match = patterns.get(before)?.exec(comment);
        if (match === null || match === undefined)
            continue;
        const [whole, namespace, name, port] = match;
        const rest = after.exec(comment.slice(whole.length));
        if (rest === null || namespace === undefined || name === undefined)
            continue;
        return { namespace, name, port: port ?? '', phrase, endpoint: rest[1] ?? null };
    }
    return null;
}
/** The last words of a rule in KUBE-SERVICES, and the kind of address that the rule is for. */
const ADDRESS_WORDS = [
    [' cluster IP', 'clusterIP'],
    [' external IP', 'externalIP'],
    [' loadbalancer IP', 'loadBalancerIP'],
];
/**
 * @returns for which kind of address a comment says that its rule is, also where it names no Service that could be read; null
 *   where it does not say.
 */
export function addressKindIn(comment) {
    return ADDRESS_WORDS.find(([words]) => comment?.endsWith(words) === true)?.[1] ?? null;
}
