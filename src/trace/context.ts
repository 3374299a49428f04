import type { Ending } from './branch.ts';
import type { Budget } from './budget.ts';
import type { Condition } from './outcome.ts';
import type { Packet } from './packet.ts';
import type { Questions } from './questions.ts';
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
  readonly assumptions: Map<string, Condition>;
}

/** Notes something taken for granted because the capture is silent; the same thing once. */
export function assume(context: TraceContext, code: string, text: string, settle: string | null): void {
  context.assumptions.set(`${code} ${text}`, { code, text, settle });
}
