import type { ToldProblem } from '../../problems/told-problem.ts';
import type { ProxySync } from '../manifest.ts';
import type { CommandRecord } from './collector.ts';

/** `capture.json`: what was captured, where, when and how. */
export interface ManifestDocument {
  readonly apiVersion: 'kp-explain/v1';
  readonly kind: 'CaptureManifest';
  /** Grows where a reader of older captures would go wrong. */
  readonly schemaVersion: 1;
  /** The program that wrote it: `kp-explain 0.2.0`. */
  readonly writtenBy: string;
  readonly node: string | null;
  /** When the first command ran, UTC. */
  readonly takenAt: string;
  readonly origin: string;
  readonly via: 'local' | 'exec' | 'debug';
  readonly kubeProxy: string | null;
  /** As kube-proxy told; null where it was not asked or did not answer. */
  readonly proxyMode: string | null;
  /** The backend of `iptables-save.txt`. */
  readonly backend: string | null;
  readonly kernel: string | null;
  readonly tools: readonly string[];
  readonly kubeProxyFlags: readonly string[];
  /** Its Pod, with what tells how its container fares; null where it was not read. */
  readonly kubeProxyPod: object | null;
  /** Lines of its log that say that a sync failed; null where the log was not read. */
  readonly kubeProxyErrors: readonly string[] | null;
  readonly kubeProxySync: ProxySync;
  readonly commands: readonly CommandRecord[];
  /** What could not be captured. */
  readonly problems: readonly ToldProblem[];
}

/** @returns the manifest as a file of the capture: JSON, each command on one line. */
export function manifestText(manifest: ManifestDocument): Buffer {
  const commands = manifest.commands.map((record) => `  ${JSON.stringify(record)}`).join(',\n');
  const text = JSON.stringify({ ...manifest, commands: [] }, null, 1);
  return Buffer.from(`${text.replace('"commands": []', () => `"commands": [\n${commands}\n ]`)}\n`);
}
