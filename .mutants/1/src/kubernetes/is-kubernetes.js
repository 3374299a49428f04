const KINDS = 'List|Service|Endpoints|EndpointSlice|Pod|Node';
/**
 * @returns true where the text begins like objects of the Kubernetes API in JSON or YAML, as kubectl prints them. Only the
 * beginning is looked at, so that the answer is quick and a truncated file is still recognised.
 */
export function isKubernetes(text) {
    const head = text.slice(0, 65_536).replace(/^\uFEFF/, '');
    const json = /^\s*[{[]/.test(head);
    if (json) {
        if (/"nftables"\s*:/.test(head))
            return false;
        return (/"apiVersion"\s*:\s*"(?:v1|discovery\.k8s\.io\/v1(?:beta1)?)"/.test(head) ||
            new RegExp(`"kind"\\s*:\\s*"(?:${KINDS})(?:List)?"`).test(head));
    }
    return (/^(?:- )?apiVersion: *["']?(?:v1|discovery\.k8s\.io\/v1(?:beta1)?)["']?\s*$/m.test(head) ||
        new RegExp(`^kind: *["']?(?:${KINDS})(?:List)?["']?\\s*$`, 'm').test(head));
}
