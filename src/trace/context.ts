import type { Flow } from '../conntrack/flow.ts';
import type { BalancedFlow } from '../ipvs/model.ts';
import type { Budget } from './budget.ts';
import type { Observer } from './observer.ts';
import type { Packet } from './packet.ts';
import { flat } from './question.ts';
import type { Questions } from './questions.ts';
import type { Assumption } from './reason.ts';
import type { StepBook } from './steps.ts';
import type { TwinBook } from './twin-jumps.ts';
import type { World } from './world.ts';

/** What one trace rests on, and what it collects while it runs. */
export interface TraceContext {
  readonly packet: Packet;
  readonly world: World;
  /** What earlier packets of the same connection left in conntrack's table. */
  readonly opened: readonly Flow[];
  /** What they left in IPVS. */
  readonly balanced: readonly BalancedFlow[];
  /** All that registered programs: who came later is one question for each two of them. */
  readonly registrants: readonly string[];
  readonly steps: StepBook;
  readonly budget: Budget;
  readonly questions: Questions;
  readonly assumptions: Map<string, Assumption>;
  /** Notes jumps to endpoints that are twins; null: every jump is followed. */
  readonly twins: TwinBook | null;
  /** Is told every question that the walk asks of the packet. */
  readonly observer?: Observer;
}

/** Notes something taken for granted because the capture is silent; the same thing once. */
export function assume(context: TraceContext, assumption: Assumption): void {
  context.assumptions.set(flat(assumption), assumption);
}
