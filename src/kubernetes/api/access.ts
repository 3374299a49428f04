import type { Cluster, User } from '@kubernetes/client-node';

/**
 * How to reach an API server, and as whom, in the official client's own types. Nothing in it names a file, and of the ways to
 * log in there is at most one. Holds secrets: never print it.
 */
export interface ApiAccess {
  /** Its `server` is safe to print: `https://10.0.0.1:6443`, perhaps with a path. */
  readonly cluster: Cluster;
  /** `name` is for messages; empty where the context names no user. */
  readonly user: User;
  /** Namespace of the context, or null. */
  readonly namespace: string | null;
  /** What the client does not send of whom to act for: `Impersonate-Group` and its like. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** A command that has kubectl log in as the same user, in print. */
  readonly kubectl: string;
  /** For messages: `context prod of ~/.kube/config`. */
  readonly origin: string;
}

/** @returns the bytes of what the client holds in base64 (`caData`, `certData`, `keyData`), or null. */
export function bytesOf(data: string | undefined): Buffer | null {
  return data === undefined ? null : Buffer.from(data, 'base64');
}
