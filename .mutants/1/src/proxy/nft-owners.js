import { isKubeProxyTable } from './nft-roles.js';
/** Tables of programs that people run on nodes, by family and name. */
const OWNERS = [
    [/^(?:inet|ip|ip6) firewalld/, 'firewalld'],
    [/^(?:ip|ip6) docker-bridges$/, 'docker'],
    [/^inet netavark$/, 'netavark'],
    [/^(?:ip|ip6) calico$/, 'calico'],
    [/^(?:inet|ip|ip6) flannel/, 'flannel'],
    [/^(?:inet|ip|ip6) cni_hostport$/, 'cni-portmap'],
    [/^(?:ip|ip6) aws-cni$/, 'aws-vpc-cni'],
];
/** @returns the program that makes a native nft table of this name; null where nobody known does. */
export function ownerOfTable(family, name) {
    if (isKubeProxyTable({ family, name }))
        return 'kube-proxy';
    return OWNERS.find(([pattern]) => pattern.test(`${family} ${name}`))?.[1] ?? null;
}
