import type { HookName, TableName } from '../../../iptables/ruleset.ts';
import { sameAddress } from '../../../net/address.ts';
import { CHOOSING, hasRole } from '../../../proxy/chains.ts';
import type { IptablesStep, Outcome, Passing, Step, Trace } from '../../../trace/outcome.ts';
import { isInIptables, placeText, stepText } from '../../../trace/place.ts';

/** @returns true where NAT changed where the packet goes. */
export function isTranslated({ destination }: Outcome, { packet }: Trace): boolean {
  return !sameAddress(destination.address, packet.destination) || destination.port !== packet.destinationPort;
}

/** @returns the rule that rewrote the destination; null where none did, or where a known flow did. */
export function translatedBy({ path }: Passing): Step | null {
  const entry = path.findLast(({ step }) => ['dnat', 'redirect', 'netmap'].includes(step.action));
  return entry?.step ?? null;
}

/** @returns the step of iptables that chose the endpoint; null where none did. */
export function choosingStep({ path }: Passing): IptablesStep | null {
  for (const { step } of path)
    if (
      isInIptables(step) &&
      step.table === 'nat' &&
      hasRole(step.target, 'endpoint') &&
      hasRole(step.chain, ...CHOOSING)
    )
      return step;
  return null;
}

/** @returns the steps of one table at one hook, in the order in which the packet met them. */
export function stepsAt(outcome: Outcome, table: TableName, hook: HookName): Step[] {
  return outcome.path.flatMap(({ step }) => (step.table === table && step.hook === hook ? [step] : []));
}

/** @returns `nat PREROUTING rule 3`, `the policy of filter FORWARD`. */
export function placeOf(step: Step): string {
  if (step.event === 'balanced') return placeText(step);
  return step.rule === null ? `the policy of ${placeText(step)}` : stepText(step);
}

/** @returns true for a step that goes on in the chain. */
export function leadsTo(step: Step, chain: string): boolean {
  return (step.action === 'jump' || step.action === 'goto') && step.target === chain;
}
