import type { Command } from '../command/command.ts';
import { compareText } from '../words/compare-text.ts';

/** How bad a finding is: `error` breaks traffic now, `warning` will or may, `info` is by design and worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

/** How sure the finding is: the capture proves it, makes it likely, or leaves it open. */
export type Certainty = 'certain' | 'probable' | 'possible';

/** What proves a finding: a line of the input, quoted, or a fact about an object of the cluster or the node. */
export interface Evidence {
  /** The file as the user named it; null for an object of the API or a fact joined from several lines. */
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: number | null;
  /** The line as the input spells it, or a clause about the object. Untrusted: renderers escape it. */
  readonly text: string;
}

/** Something wrong with the node, or worth knowing: what, the proof, whom it hits and what to do. Plain data. */
export interface Finding {
  /** Stable: `KP101`, … Codes are never given to another meaning. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly message: string;
  /** The Service port it is about; null where it is about several or none: `objects` then names them. */
  readonly service: FindingService | null;
  /** What `--ignore CODE=object` compares: `shop/web`, `pod shop/web-1`, `chain INPUT`. Sorted by importance. */
  readonly objects: readonly string[];
  /** Which clients and which traffic notice. */
  readonly hits: string;
  readonly evidence: readonly Evidence[];
  /** What to do, in words. */
  readonly advice: string;
  /** The command that mends or shows it, to be run by the reader; null where there is none. */
  readonly command: Command | null;
  readonly certainty: Certainty;
}

/** A Service port by name; `port` is null where the finding is about the whole Service, or the port has no name. */
export interface FindingService {
  readonly namespace: string;
  readonly name: string;
  readonly port: string | null;
}

/** What a finding's file says of it: its code, a title for lists and documents, and how it is found. */
export interface FindingKind<Context> {
  readonly code: string;
  /** A few words without full stop: `stale UDP flows`. */
  readonly title: string;
  /** @returns none on a healthy node. Never throws for any capture. */
  readonly find: (context: Context) => readonly Finding[];
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** @returns true where `severity` is at least as bad as `least`. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return RANK[severity] <= RANK[least];
}

const CERTAINTY_RANK: Readonly<Record<Certainty, number>> = { certain: 0, probable: 1, possible: 2 };

/** kube-proxy's own health: what else is found may follow from it. */
export const FIRST_CODE = 'KP132';

/** Orders findings: worst first, of these kube-proxy's own health, then the surest, then by code and object. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    Number(b.code === FIRST_CODE) - Number(a.code === FIRST_CODE) ||
    CERTAINTY_RANK[a.certainty] - CERTAINTY_RANK[b.certainty] ||
    compareText(a.code, b.code) ||
    compareText(a.objects[0] ?? '', b.objects[0] ?? '')
  );
}
