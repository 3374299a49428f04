/** `v1.DeprecatedAnnotationTopologyAwareHints` (1.21) and `v1.AnnotationTopologyMode` (1.27). */
const OLD_HINTS = 'service.kubernetes.io/topology-aware-hints';
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
/** @returns true for the annotations that are read; others may hold whatever people write. */
export function isReadAnnotation(key) {
    return key === OLD_HINTS || key === TOPOLOGY_MODE || isProxyProtocolKey(key);
}
/**
 * @param by `old-annotation`: kube-proxy before 1.27, which knows one annotation and its value `Auto`; `annotation`: since then
 *   any value asks for hints but `Disabled`, and the old annotation goes before the new one (canUseTopology,
 *   pkg/proxy/topology.go; newBaseServiceInfo, pkg/proxy/service.go).
 * @returns true where the Service asks for topology hints to be followed.
 */
export function asksForHints(annotations, by) {
    const old = annotations[OLD_HINTS];
    if (by === 'old-annotation')
        return old === 'Auto' || old === 'auto';
    const asked = old ?? annotations[TOPOLOGY_MODE] ?? '';
    return asked !== '' && asked !== 'Disabled' && asked !== 'disabled';
}
/** @returns true where a cloud's load balancer is told to speak PROXY protocol to the endpoints; each cloud has its own key. */
export function asksForProxyProtocol(annotations) {
    return Object.entries(annotations).some(([key, value]) => isProxyProtocolKey(key) && !OFF.test(value));
}
const OFF = /^(?:false|disabled|off|no|none)?$/i;
/** @returns annotations that ask for the same, with no word of whoever wrote them: keys and values come from here. */
export function neutralAnnotations(annotations) {
    const neutral = [];
    for (const key of [OLD_HINTS, TOPOLOGY_MODE]) {
        const value = annotations[key];
        if (value !== undefined)
            neutral.push([key, /^(?:auto|disabled|)$/i.test(value) ? value : 'other']);
    }
    if (Object.keys(annotations).some(isProxyProtocolKey))
        neutral.push(['proxy-protocol', String(asksForProxyProtocol(annotations))]);
    return Object.fromEntries(neutral);
}
function isProxyProtocolKey(key) {
    return /proxy-?protocol/i.test(key);
}
