import { knownOf } from './known.js';
/**
 * @param before what is known of the capture, where that was put together before: its indexes serve twice
 * @returns what findings are found in
 */
export async function inputOf(capture, before = null) {
    const known = before ?? knownOf(capture, await capture.cluster());
    const { kubeProxy, kubeProxyFlags, problems } = capture.manifest;
    return {
        known,
        kubeProxyVersion: kubeProxy,
        kubeProxyFlags,
        conntrackStats: capture.conntrackStats(),
        cutInputs: cutInputs(capture),
        toldProblems: problems,
    };
}
/** Rules and API objects that were not read whole; a flow listing that is cut only shows fewer flows. */
function cutInputs(capture) {
    const codes = new Set([
        'truncated',
        'damaged',
        'too-large',
        'missing-rules',
        'malformed-object',
        'unreadable-json',
    ]);
    const files = capture.problems
        .list()
        .filter(({ code, file }) => codes.has(code) &&
        file !== null &&
        !/conntrack|nft|sysctl|xt_recent|ip6?-/.test(file.replace(/^.*\//, '')))
        .map(({ file }) => file ?? '');
    return [...new Set(files)];
}
