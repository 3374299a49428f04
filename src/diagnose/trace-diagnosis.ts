import { likeOf } from '../explain/trace/twin-item.ts';
import type { OutcomeItem, TraceItem } from '../explain/trace-list.ts';
import type { CheckInput } from '../findings/check-input.ts';
import { CheckContext } from '../findings/context.ts';
import type { Cause, Sees } from './cause.ts';
import { speaksOf } from './explained.ts';
import { findCauses } from './find-causes.ts';
import { focused } from './focused.ts';
import { endsOf, seesOf } from './shares.ts';
import { type Subject, subjectAt } from './ways.ts';

/** What the screen of `trace` tells besides the trace. */
export interface TraceDiagnosis {
  /** What the client sees where a packet goes this way. */
  readonly seesOf: (outcome: OutcomeItem) => Sees;
  /** The same where further nodes send it several ways: each with its part of 1. */
  readonly endsOf: (outcome: OutcomeItem) => readonly { readonly sees: Sees; readonly part: number }[];
  /** Of outcomes that fare alike but for their endpoint one: what holds for it holds for them. */
  readonly likeOf: (outcome: OutcomeItem) => OutcomeItem;
  /** The first one first. */
  readonly causes: readonly Cause[];
  /** Texts of remarks that some cause stands for. */
  readonly told: ReadonlySet<string>;
}

/** @returns what the client sees, and why, for packets that were traced. */
export function diagnoseTrace(items: readonly TraceItem[], input: CheckInput): TraceDiagnosis {
  const outcomes = items.flatMap((item) => item.outcomes);
  const subject = subjectOfTrace(items, input);
  const causes = findCauses(items, subject, new CheckContext(focused(input, subject, items)));
  const told = new Set(
    outcomes
      .flatMap(({ remarks }) => remarks)
      .filter((remark) => causes.some((cause) => cause.code === remark.code || speaksOf(cause, remark)))
      .map(({ text }) => text),
  );
  return { seesOf, endsOf, likeOf, causes, told };
}

function subjectOfTrace(items: readonly TraceItem[], { known }: CheckInput): Subject {
  const [first] = items;
  const service = items.find((item) => item.service !== null)?.service ?? null;
  if (first === undefined) return { service, object: null, pods: [] };
  const { destination, protocol } = first.packet;
  return { ...subjectAt(destination, protocol, known), ...(service === null ? {} : { service }) };
}
