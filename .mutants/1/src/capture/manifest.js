import { listOf, objectOf, textOf, textsOf } from '../json/fields.js';
import { parseJson } from '../json/read-json.js';
/** A capture without manifest. */
export const NO_MANIFEST = {
    node: null,
    takenAt: null,
    proxyMode: null,
    backend: null,
    kubeProxy: null,
    kernel: null,
    tools: [],
    kubeProxyFlags: [],
    clusterCIDRs: [],
    serviceCIDRs: [],
    problems: [],
};
/** Reads `capture.json`. @returns its fields, those of a wrong type as absent; null where it is not a JSON object. */
export function parseManifest(text) {
    const fields = objectOf(parseJson(text));
    if (fields === null)
        return null;
    const flags = textsOf(fields.kubeProxyFlags);
    return {
        node: textOf(fields.node) ?? flagOf(flags, 'hostname-override'),
        takenAt: textOf(fields.takenAt),
        proxyMode: textOf(fields.proxyMode) ?? flagOf(flags, 'proxy-mode'),
        backend: textOf(fields.backend),
        kubeProxy: textOf(fields.kubeProxy),
        kernel: textOf(fields.kernel),
        tools: textsOf(fields.tools),
        kubeProxyFlags: flags,
        clusterCIDRs: networks(textOf(fields.clusterCIDR) ?? flagOf(flags, 'cluster-cidr')),
        serviceCIDRs: networks(textOf(fields.serviceCIDR)),
        problems: problemsOf(fields.problems),
    };
}
/** As `capture` writes them: `{code, message, file, line}`; plain strings are taken as well. */
function problemsOf(value) {
    return listOf(value).flatMap((item) => {
        const fields = objectOf(item);
        if (fields === null)
            return textOf(item) ?? [];
        const message = textOf(fields.message) ?? textOf(fields.code);
        const file = textOf(fields.file);
        return message === null ? [] : file === null ? message : `${file}: ${message}`;
    });
}
function flagOf(flags, name) {
    const prefix = `--${name}=`;
    return flags.find((flag) => flag.startsWith(prefix))?.slice(prefix.length) ?? null;
}
function networks(list) {
    return list === null
        ? []
        : list
            .split(',')
            .map((item) => item.trim())
            .filter((item) => item !== '');
}
