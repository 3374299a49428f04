import type { DocumentHead } from '../explanation.ts';
import type { KernelPacket, KernelPlace } from './kernel-packet.ts';

/** The answer of `trace` about a trace that a kernel made, as types: plain data that survives JSON. */
export interface KernelTraceList extends DocumentHead<'KernelTraceList'> {
  readonly items: readonly KernelTraceItem[];
}

/** One packet, and where what became of it parts from what the rules of the capture say. */
export interface KernelTraceItem {
  readonly tool: KernelPacket['tool'];
  readonly packet: KernelPlace['packet'];
  readonly places: readonly NamedPlace[];
  /** The last verdict that the kernel told: `ACCEPT`, `DROP`, …; null where it told none. */
  readonly verdict: string | null;
  /** Null: it goes as `trace` says. */
  readonly parts: Parting | null;
  /** Why it could not be compared; null where it was. */
  readonly notCompared: string | null;
}

/** A place with the rule of the capture that it is. */
export interface NamedPlace extends KernelPlace {
  /** The rule as the capture has it; null where it has none such. */
  readonly rule: { readonly text: string; readonly file: string | null; readonly line: number | null } | null;
  /** What the rule does, in words. */
  readonly note: string | null;
  /** What was rewritten before this place: `destination 10.96.0.1:443 → 10.244.0.2:6443`. */
  readonly rewritten: string | null;
}

/** Where two ways part. */
export interface Parting {
  /** Index in `places`; their number where the kernel's trace ends first. */
  readonly at: number;
  /** What the kernel did there, and what `trace` says; null where one of them does nothing more. */
  readonly kernel: string | null;
  readonly traced: string | null;
  readonly why: string;
}
