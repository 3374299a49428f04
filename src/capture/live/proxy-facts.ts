import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProxySync } from '../manifest.ts';
import { NO_FACTS, type ProxyFacts } from './find-pod.ts';
import type { Place } from './place.ts';
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
  const mode = (await place.askKubeProxy('/proxyMode'))?.trim() ?? null;
  const known = mode !== null && /^(?:iptables|nftables|ipvs|userspace)$/.test(mode);
  if (!known) return NO_ANSWERS;
  const metrics = wantsVersion ? await place.askKubeProxy('/metrics') : null;
  const version = /^kubernetes_build_info\{[^}]*git_version="(v[^"]+)"/m.exec(metrics ?? '')?.[1];
  return {
    mode,
    version: version === undefined ? null : `Kubernetes ${version}`,
    sync: {
      lastSync: metric(metrics ?? '', 'kubeproxy_sync_proxy_rules_last_timestamp_seconds'),
      lastQueued: metric(metrics ?? '', 'kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds'),
    },
  };
}

/** @returns a number of a text of metrics: of several families of addresses the oldest; null where there is none, or none yet. */
function metric(text: string, name: string): number | null {
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))]
    .map(([, value]) => Number(value))
    .filter((value) => value > 0);
  return values.length === 0 ? null : Math.min(...values);
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
