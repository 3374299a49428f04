import { fieldsOf, isFields, listOf, textOf, wordOf } from '../json/fields.ts';
import { renameObject } from './objects.ts';
import { plainLogLines, plainSync } from './proxy-state.ts';
import type { Renamer } from './renamer.ts';

/** Without what a vendor or a company hangs behind it. */
const VERSION = /^(?:Kubernetes )?v?\d+(?:\.\d+){0,3}/;
const TOOL = /^(?:ip6?tables|nftables|conntrack|ipset|iproute2|ipvsadm)[ ,]+v[\d.]+/;
/** Flags whose values are numbers, times or words that kube-proxy defines. */
const PLAIN_FLAGS =
  /^--(?:proxy-mode|v|masquerade-all|iptables-[a-z-]+|conntrack-[a-z-]+|ipvs-(?!exclude)[a-z-]+|detect-local-mode)=(?:-?\d+|(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+|true|false|iptables|nftables|ipvs|userspace|ClusterCIDR|NodeCIDR|BridgeInterface|InterfaceNamePrefix|rr|wrr|lc|wlc|lblc|lblcr|sh|dh|sed|nq|mh)$/;
const MODES = /^(?:iptables|nftables|ipvs|userspace|none)$/;
const BACKENDS = /^(?:iptables-nft|iptables-legacy|both|none)$/;
const NETWORK_FLAGS = /^--(cluster-cidr|nodeport-addresses)=(.*)$/;

/** @returns `capture.json` with only the fields that are read, in the new names. */
export function renameManifest(value: unknown, renamer: Renamer): object {
  const fields = fieldsOf(value);
  const plain = (key: string, pattern: RegExp): string | null => {
    return pattern.exec(textOf(fields[key]) ?? '')?.[0] ?? null;
  };
  const node = textOf(fields.node);
  const kernel = /^\d+(?:\.\d+)+/.exec(textOf(fields.kernel) ?? '')?.[0] ?? null;
  const tools = listOf(fields.tools).map((tool) => TOOL.exec(wordOf(tool))?.[0] ?? null);
  const renamed = {
    apiVersion: 'kp-explain/v1',
    kind: 'CaptureManifest',
    redacted: true,
    node: node === null ? null : renamer.name('node', node),
    takenAt: plain('takenAt', /^\d[\dT:.+Z-]+$/),
    kubeProxy: plain('kubeProxy', VERSION),
    proxyMode: plain('proxyMode', MODES),
    backend: plain('backend', BACKENDS),
    kernel,
    tools: tools.filter((tool) => tool !== null),
    kubeProxyFlags: listOf(fields.kubeProxyFlags).flatMap((flag) => renameFlag(wordOf(flag), renamer)),
    kubeProxyPod: isFields(fields.kubeProxyPod) ? renameObject('Pod', fields.kubeProxyPod, renamer) : null,
    kubeProxyErrors: Array.isArray(fields.kubeProxyErrors) ? plainLogLines(fields.kubeProxyErrors) : null,
    kubeProxySync: plainSync(fields.kubeProxySync),
    clusterCIDR: networks(textOf(fields.clusterCIDR), renamer),
    serviceCIDR: networks(textOf(fields.serviceCIDR), renamer),
  };
  return Object.fromEntries(Object.entries(renamed).filter(([, item]) => item !== null));
}

/** @returns the networks that a manifest names, for keeping their ends. */
export function networksOfManifest(value: unknown): string[] {
  const fields = fieldsOf(value);
  const flags = listOf(fields.kubeProxyFlags).map((flag) => NETWORK_FLAGS.exec(wordOf(flag))?.[2] ?? '');
  return [textOf(fields.clusterCIDR) ?? '', textOf(fields.serviceCIDR) ?? '', ...flags].flatMap((list) =>
    list.split(','),
  );
}

function renameFlag(flag: string, renamer: Renamer): string[] {
  if (PLAIN_FLAGS.test(flag)) return [flag];
  const [, name, list] = NETWORK_FLAGS.exec(flag) ?? [];
  if (name !== undefined && list !== undefined) {
    const renamed = list === 'primary' ? list : networks(list, renamer);
    return renamed === null ? [] : [`--${name}=${renamed}`];
  }
  const node = /^--hostname-override=(.+)$/.exec(flag)?.[1];
  return node === undefined ? [] : [`--hostname-override=${renamer.name('node', node)}`];
}

function networks(list: string | null, renamer: Renamer): string | null {
  if (list === null) return null;
  const renamed = list.split(',').map((item) => renamer.prefix(item.trim()));
  return renamed.includes(null) ? null : renamed.join(',');
}
