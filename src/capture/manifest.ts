import { listOf, objectOf, textOf, textsOf } from '../json/fields.ts';
import { parseJson } from '../json/read-json.ts';
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
  /** kube-proxy's Pod as the API has it, with what tells how its container fares; null where it was not read. */
  readonly kubeProxyPod: Readonly<Record<string, unknown>> | null;
  /** Lines of its log that say that a sync failed; null where the log was not read. */
  readonly kubeProxyErrors: readonly string[] | null;
  readonly kubeProxySync: ProxySync;
  /** Pod networks of the cluster. */
  readonly clusterCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  /** What could not be read when the state was taken. */
  readonly problems: readonly ProblemOfThen[];
  /** Files that commands wrote something to: one that is not there was lost since. */
  readonly written: readonly string[];
}

/** A problem that was met when the state was taken. */
export interface ProblemOfThen {
  /** `file: message`. */
  readonly text: string;
  /** See `Problem`. */
  readonly usual: boolean;
}

/** When kube-proxy last wrote its rules, and when it last had something to write (seconds since 1970), by its metrics. */
export interface ProxySync {
  readonly lastSync: number | null;
  readonly lastQueued: number | null;
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
  kubeProxyPod: null,
  kubeProxyErrors: null,
  kubeProxySync: { lastSync: null, lastQueued: null },
  clusterCIDRs: [],
  serviceCIDRs: [],
  problems: [],
  written: [],
};

/** Reads `capture.json`. @returns its fields, those of a wrong type as absent; null where it is not a JSON object. */
export function parseManifest(text: string): Manifest | null {
  const fields = objectOf(parseJson(text));
  if (fields === null) return null;
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
    kubeProxyPod: objectOf(fields.kubeProxyPod),
    kubeProxyErrors: fields.kubeProxyErrors == null ? null : textsOf(fields.kubeProxyErrors),
    kubeProxySync: syncOf(objectOf(fields.kubeProxySync)),
    clusterCIDRs: networks(textOf(fields.clusterCIDR) ?? flagOf(flags, 'cluster-cidr')),
    serviceCIDRs: networks(textOf(fields.serviceCIDR)),
    problems: problemsOf(fields.problems),
    written: listOf(fields.commands).flatMap((command) => writtenBy(objectOf(command))),
  };
}

/** As `capture` writes them: `{code, message, file, line}`; plain strings are taken as well. */
function problemsOf(value: unknown): ProblemOfThen[] {
  return listOf(value).flatMap((item) => {
    const fields = objectOf(item);
    const message = fields === null ? textOf(item) : (textOf(fields.message) ?? textOf(fields.code));
    if (message === null) return [];
    const file = textOf(fields?.file);
    return { text: file === null ? message : `${file}: ${message}`, usual: fields?.usual === true };
  });
}

function syncOf(fields: Readonly<Record<string, unknown>> | null): ProxySync {
  const number = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? value : null);
  return { lastSync: number(fields?.lastSync), lastQueued: number(fields?.lastQueued) };
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

function writtenBy(command: Readonly<Record<string, unknown>> | null): readonly string[] {
  const file = textOf(command?.file);
  return file !== null && typeof command?.bytes === 'number' && command.bytes > 0 ? [file] : [];
}
