import type { Host } from '../../host/facts.ts';
import type { HookName } from '../../iptables/ruleset.ts';
import type { Field, TestOf } from '../../rules/test.ts';
import type { Answer } from '../answer.ts';
import type { PlacedRule } from '../reason.ts';
import type { PacketState } from '../state.ts';

/** What a test is judged by: the packet, the node, where in the kernel they meet, and whose test it is. */
export interface TestContext {
  readonly state: PacketState;
  readonly host: Host;
  readonly hook: HookName;
  readonly rule: PlacedRule;
}

/** Answers whether what a field holds is allowed; negation, and what absence means, are left to the caller. */
export type Evaluator<F extends Field> = (test: TestOf<F>, context: TestContext) => Answer;
