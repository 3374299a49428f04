/**
 * The bundles of `calicoctl cluster diags` (a folder `nodes/NAME` for each node, `cluster/kubernetes` for all) and
 * `calicoctl node diags` (one folder `diagnostics`), as calicoctl 3.0 to 3.30 writes them
 * (calicoctl/commands/cluster/diags.go and node/diags.go).
 */
/** Files of a node's folder that only calicoctl calls so. */
const MARKERS = ['iptables-nft-save.txt', 'ipset-list.txt', 'ipv4_tables'];
/** Files in which nothing is that kp-explain reads; to call each unreadable would only hide what matters. */
const NOISE = /^(?:date|hostname|netstat|ipset_container|journalctl_calico_node|ip-link\.txt|ip-neigh\.txt|bpf-[a-z]+\.txt|tc-qdisc\.txt|.*\.log)$/;
const CLUSTER_FILES = [
    'services.yaml',
    'endpointslices.yaml',
    'endpoints.yaml',
    'pods.yaml',
    'nodes.yaml',
];
/** @returns true where files of these names, in one folder, are a node's part of a bundle. */
export function isBundleNode(names) {
    for (const name of names)
        if (MARKERS.includes(name))
            return true;
    return false;
}
/** @returns true for a file of a bundle that there is no use for. */
export function isBundleNoise(name) {
    return NOISE.test(name);
}
/**
 * @param root a node's folder, `BUNDLE/nodes/NAME`.
 * @returns the paths at which the bundle keeps the cluster's objects; empty where the folder is not in a bundle of the cluster.
 */
export function clusterPathsOf(root) {
    const bundle = /^(.*?)(?:^|\/)nodes\/[^/]+\/?$/.exec(root)?.[1];
    if (bundle === undefined)
        return [];
    const head = bundle === '' ? (root.startsWith('/') ? '/' : '') : `${bundle}/`;
    return CLUSTER_FILES.map((file) => `${head}cluster/kubernetes/${file}`);
}
