import type { Edit } from './altered-capture.ts';

/** A fault made in the capture of a healthy node, and a near miss that must stay silent. */
export interface Case {
  /** Whose capture it is; absent: the demo's. */
  readonly fixture?: string;
  readonly code: string;
  readonly fault: string;
  readonly edits: readonly Edit[];
  readonly severity: 'error' | 'warning' | 'info';
  /** One of the finding's objects. */
  readonly object: string;
  /** What the message must hold. */
  readonly says: RegExp;
  readonly nearMiss: string;
  readonly nearEdits: readonly Edit[];
}
