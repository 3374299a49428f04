/** What `capture.json` tells of the node, all optional. */
export interface Manifest {
  readonly node: string | null;
  readonly takenAt: string | null;
  /** As kube-proxy was told to run: `iptables`, `nftables`, `ipvs`, `userspace`. */
  readonly proxyMode: string | null;
  readonly backend: string | null;
  readonly kubeProxy: string | null;
  readonly kernel: string | null;
  readonly tools: readonly string[];
  readonly kubeProxyFlags: readonly string[];
  /** Pod networks of the cluster. */
  readonly clusterCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  /** What could not be read when the state was taken, as `file: message`. */
  readonly problems: readonly string[];
}

/** A capture without manifest. */
export const NO_MANIFEST: Manifest = {
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
export function parseManifest(text: string): Manifest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = new Map<string, unknown>(Object.entries(value));
  const flags = strings(fields.get('kubeProxyFlags'));
  return {
    node: string(fields.get('node')) ?? flagOf(flags, 'hostname-override'),
    takenAt: string(fields.get('takenAt')),
    proxyMode: string(fields.get('proxyMode')) ?? flagOf(flags, 'proxy-mode'),
    backend: string(fields.get('backend')),
    kubeProxy: string(fields.get('kubeProxy')),
    kernel: string(fields.get('kernel')),
    tools: strings(fields.get('tools')),
    kubeProxyFlags: flags,
    clusterCIDRs: networks(string(fields.get('clusterCIDR')) ?? flagOf(flags, 'cluster-cidr')),
    serviceCIDRs: networks(string(fields.get('serviceCIDR'))),
    problems: problemsOf(fields.get('problems')),
  };
}

function string(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** As `capture` writes them: `{code, message, file, line}`; plain strings are taken as well. */
function problemsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return string(item) ?? [];
    const fields = new Map<string, unknown>(Object.entries(item));
    const message = string(fields.get('message')) ?? string(fields.get('code'));
    const file = string(fields.get('file'));
    return message === null ? [] : file === null ? message : `${file}: ${message}`;
  });
}

function flagOf(flags: readonly string[], name: string): string | null {
  const prefix = `--${name}=`;
  return flags.find((flag) => flag.startsWith(prefix))?.slice(prefix.length) ?? null;
}

function networks(list: string | null): string[] {
  return list === null
    ? []
    : list
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
}
