import type { Host } from '../../host/facts.ts';
import type { Backend, HookName, TableName } from '../../iptables/ruleset.ts';
import type { Field, TestOf } from '../../rules/test.ts';
import type { Answer } from '../answer.ts';
import type { QuotedRule } from '../reason.ts';
import type { PacketState } from '../state.ts';

/** What a test is judged by: the packet, the node, where in the kernel they meet, and whose test it is. */
export interface TestContext {
  readonly state: PacketState;
  readonly host: Host;
  readonly hook: HookName;
  readonly backend: Backend;
  readonly table: TableName;
  readonly rule: QuotedRule;
}

/** Answers whether what a field holds is allowed; negation, and what absence means, are left to the caller. */
export type Evaluator<F extends Field> = (test: TestOf<F>, context: TestContext) => Answer;
