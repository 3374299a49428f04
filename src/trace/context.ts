import type { Ending } from './branch.ts';
import type { Budget } from './budget.ts';
import type { Packet } from './packet.ts';
import { flat } from './question.ts';
import type { Questions } from './questions.ts';
import type { Assumption } from './reason.ts';
import type { StepBook } from './steps.ts';
import type { World } from './world.ts';

/** What one trace collects while it runs. */
export interface TraceContext {
  readonly packet: Packet;
  readonly world: World;
  readonly steps: StepBook;
  readonly budget: Budget;
  readonly questions: Questions;
  readonly ended: Ending[];
  readonly assumptions: Map<string, Assumption>;
}

/** Notes something taken for granted because the capture is silent; the same thing once. */
export function assume(context: TraceContext, assumption: Assumption): void {
  context.assumptions.set(flat(assumption), assumption);
}
