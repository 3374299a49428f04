import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProxySync } from '../manifest.ts';
import { NO_FACTS, type ProxyFacts } from './find-pod.ts';
import type { Place } from './place.ts';
import { OTHER_MODE } from './probes.ts';
import { tellingFlags } from './proxy-flags.ts';

/** What kube-proxy itself says on its loopback port. */
export interface ProxyAnswers {
  /** `iptables`, `nftables`, `ipvs`, or null where it did not answer. */
  readonly mode: string | null;
  /** `Kubernetes v1.36.3`, or null. */
  readonly version: string | null;
  readonly sync: ProxySync;
}

/** It did not answer, or was not asked. */
export const NO_ANSWERS: ProxyAnswers = {
  mode: null,
  version: null,
  sync: { lastSync: null, lastQueued: null },
};

/**
 * Asks kube-proxy for its mode and, where the version is wanted too, for its metrics. It need not be there: the rules
 * show its mode as well, so no answer is no problem.
 */
export async function askKubeProxy(place: Place, wantsVersion: boolean): Promise<ProxyAnswers> {
  const mode = (await place.askKubeProxy('/proxyMode', OTHER_MODE))?.trim() ?? null;
  const known = mode !== null && /^(?:iptables|nftables|ipvs|userspace)$/.test(mode);
  if (!known) return NO_ANSWERS;
  const metrics = wantsVersion ? await place.askKubeProxy('/metrics', 'where it says its mode') : null;
  const version = /^kubernetes_build_info\{[^}]*git_version="(v[^"]+)"/m.exec(metrics ?? '')?.[1];
  return {
    mode,
    version: version === undefined ? null : `Kubernetes ${version}`,
    sync: syncOf(metrics ?? ''),
  };
}

/** @returns both times of one family of addresses, where labels tell families apart: of the one that has waited longest. */
export function syncOf(metrics: string): ProxySync {
  const synced = valuesOf(metrics, 'kubeproxy_sync_proxy_rules_last_timestamp_seconds');
  const queued = valuesOf(metrics, 'kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds');
  const labels = [...new Set([...synced.keys(), ...queued.keys()])];
  const pairs = labels.map((each) => ({
    lastSync: synced.get(each) ?? null,
    lastQueued: queued.get(each) ?? null,
  }));
  const waited = ({ lastSync, lastQueued }: ProxySync): number =>
    lastSync === null || lastQueued === null ? Number.NEGATIVE_INFINITY : lastQueued - lastSync;
  const [first = NO_ANSWERS.sync, ...others] = pairs;
  return others.reduce((found, pair) => (waited(pair) > waited(found) ? pair : found), first);
}

/** @returns the numbers that a text of metrics has under a name, by their labels; 0 stands for none yet. */
function valuesOf(text: string, name: string): Map<string, number> {
  return new Map(
    [...text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, 'gm'))]
      .map(([, labels = '', value]): [string, number] => [labels, Number(value)])
      .filter(([, value]) => value > 0),
  );
}

/** @returns the flags of the kube-proxy process of this machine, as far as they say how rules are written. */
export function localProxyFacts(): ProxyFacts {
  try {
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const words = commandLine(entry);
      if (/(?:^|\/)kube-proxy$/.test(words[0] ?? ''))
        return { ...NO_FACTS, flags: tellingFlags(words.slice(1)) };
    }
  } catch {
    // Without /proc there is nothing to tell.
  }
  return NO_FACTS;
}

/** @returns this machine's name as the kubelet would register it (`GetHostname`, pkg/util/node: trimmed, in lower case). */
export function localNodeName(): string {
  return hostname().trim().toLowerCase();
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
