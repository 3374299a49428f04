import type { DocumentHead, ProxyMode } from './explanation.ts';

/** Answer of `capture`: what was written where. */
export interface CaptureReport extends DocumentHead<'CaptureManifest'> {
  /** As the user named it. */
  readonly path: string;
  readonly items: readonly CapturedNode[];
}

/** One node of a capture. */
export interface CapturedNode {
  readonly node: string;
  /** What `-f` takes to read it; null where nothing was written of it, and for one node among several in an archive. */
  readonly path: string | null;
  readonly takenAt: string | null;
  readonly backend: string | null;
  readonly kubeProxy: string | null;
  readonly proxyMode: ProxyMode;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly origin: string }[];
  /** Why nothing was written of it; null where it was. */
  readonly error: { readonly code: string; readonly message: string } | null;
}
