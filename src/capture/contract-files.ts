import { dictionary } from '../lookup/dictionary.ts';
import { isBundleNode } from './calico-bundle.ts';
import type { SourceKind } from './source-kind.ts';

/**
 * What the name of a capture folder's file tells, where its content cannot: an empty dump has no family, a legacy dump
 * looks like an nft one, a list of xt_recent does not hold its own name. Content wins where the two disagree.
 */
export interface FileHints {
  readonly kind: SourceKind;
  readonly family?: 'ipv4' | 'ipv6';
  readonly backend?: 'iptables-nft' | 'iptables-legacy';
}

/** The files of a capture folder. `iptables-save.txt` says nothing of the backend: its header does. */
const FILES = dictionary<FileHints>({
  'iptables-save.txt': { kind: 'iptables-save', family: 'ipv4' },
  'ip6tables-save.txt': { kind: 'iptables-save', family: 'ipv6' },
  'iptables-legacy-save.txt': { kind: 'iptables-save', family: 'ipv4', backend: 'iptables-legacy' },
  'ip6tables-legacy-save.txt': { kind: 'iptables-save', family: 'ipv6', backend: 'iptables-legacy' },
  'ebtables-save.txt': { kind: 'ebtables' },
  'nft.json': { kind: 'nft' },
  'nft-hooks.txt': { kind: 'nft-hooks' },
  'ipset.txt': { kind: 'ipset' },
  'ipvsadm.txt': { kind: 'ipvs' },
  'ipvsadm-connections.txt': { kind: 'ipvs-connections' },
  'conntrack.txt': { kind: 'conntrack' },
  'conntrack6.txt': { kind: 'conntrack', family: 'ipv6' },
  'conntrack-stats.txt': { kind: 'conntrack-stats' },
  'conntrack-expect.txt': { kind: 'conntrack-expect' },
  'ip-addr.json': { kind: 'ip-addr' },
  'ip-route.json': { kind: 'ip-route', family: 'ipv4' },
  'ip6-route.json': { kind: 'ip-route', family: 'ipv6' },
  'ip-rule.json': { kind: 'ip-rule', family: 'ipv4' },
  'ip6-rule.json': { kind: 'ip-rule', family: 'ipv6' },
  'ip-addrlabel.json': { kind: 'ip-addrlabel', family: 'ipv6' },
  'ip-xfrm-policy.txt': { kind: 'ip-xfrm-policy' },
  'sysctl.txt': { kind: 'sysctl' },
  'sockets.txt': { kind: 'sockets' },
  'cilium-services.txt': { kind: 'cilium-services' },
  'services.json': { kind: 'kubernetes' },
  'endpointslices.json': { kind: 'kubernetes' },
  'endpoints.json': { kind: 'kubernetes' },
  'pods.json': { kind: 'kubernetes' },
  'nodes.json': { kind: 'kubernetes' },
  'capture.json': { kind: 'manifest' },
  'counters.json': { kind: 'counter-sample' },
  'expect.yaml': { kind: 'expectations' },
});

/** What calicoctl calls the same in its bundles of diagnostics: there the name tells the family, too. */
const BUNDLE_FILES = dictionary<FileHints>({
  'iptables-nft-save.txt': { kind: 'iptables-save', family: 'ipv4', backend: 'iptables-nft' },
  'ip-route.txt': { kind: 'ip-route', family: 'ipv4' },
  'ip-route-v6.txt': { kind: 'ip-route', family: 'ipv6' },
  'ip-rule.txt': { kind: 'ip-rule', family: 'ipv4' },
  'ipset-list.txt': { kind: 'ipset' },
  ipsets: { kind: 'ipset' },
  ipv4_tables: { kind: 'iptables-save', family: 'ipv4' },
  ipv6_tables: { kind: 'iptables-save', family: 'ipv6' },
  ipv4_route: { kind: 'ip-route', family: 'ipv4' },
  ipv6_route: { kind: 'ip-route', family: 'ipv6' },
});

/** Files whose presence makes a folder a capture folder, so that its other files are none of our business. */
const MARKERS: ReadonlySet<string> = new Set([
  'capture.json',
  'iptables-save.txt',
  'ip6tables-save.txt',
  'iptables-legacy-save.txt',
  'ip6tables-legacy-save.txt',
]);

/** The folder of a capture that holds one file for each list of /proc/net/xt_recent. */
export const RECENT_FOLDER = 'xt_recent';

/**
 * @param path as named by the user or by an archive; only its last two parts count. A trailing `.gz` is ignored, and
 * Kubernetes objects may be YAML.
 * @returns the hints of a file of that name, or null where the contract does not know the name.
 */
export function hintsOfName(path: string): FileHints | null {
  const parts = path.split('/');
  const last = (parts.at(-1) ?? '').replace(/\.gz$/, '');
  if (parts.at(-2) === RECENT_FOLDER) return { kind: 'recent' };
  const known = FILES[last];
  if (known !== undefined) return known;
  const asJson = FILES[last.replace(/\.ya?ml$/, '.json')];
  if (asJson?.kind === 'kubernetes') return asJson;
  return last === 'expect.yml' ? { kind: 'expectations' } : null;
}

/** @returns the hints of a file of a foreign bundle, or those of the contract. */
export function hintsInBundle(path: string): FileHints | null {
  return BUNDLE_FILES[path.split('/').at(-1) ?? ''] ?? hintsOfName(path);
}

/** @returns true where files of these names, in one folder, make it a capture folder. */
export function isCaptureFolder(names: Iterable<string>): boolean {
  if (isBundleNode(names)) return false;
  for (const name of names) if (MARKERS.has(name.replace(/\.gz$/, ''))) return true;
  return false;
}
