import type { Rule, Ruleset } from '../../../iptables/ruleset.ts';
import { formatAddress } from '../../../net/address.ts';
import { formatProtocol } from '../../../net/protocol.ts';
import type { Outcome, Step } from '../../../trace/outcome.ts';
import { REFUSAL_CHAINS } from '../../services/refusal-rules.ts';
import { factsOf } from '../../services/rule-facts.ts';
import type { RemarkContext } from './context.ts';
import { leadsTo, placeOf, stepsAt } from './path-facts.ts';

/**
 * A Service without endpoints has no DNAT: kube-proxy writes a rule into the filter table that refuses it, and that
 * rule only counts where the packet comes to it.
 * @returns where the refusal stands and why the packet did not meet it; null where there is none
 */
export function unreachedRefusal(outcome: Outcome, context: RemarkContext): string | null {
  for (const ruleset of context.rulesets) {
    const rule = findRefusal(ruleset, context);
    if (rule === null) continue;
    const verb = rule.target?.kind === 'drop' ? 'drop' : 'reject';
    const none = verb === 'drop' ? 'no endpoint on this node' : 'no endpoints';
    return `${context.target.label} has ${none}, and the rule that would ${verb} the packet, filter ${rule.chain} rule ${rule.number}, is not reached: ${whyUnreached(outcome, rule.chain)}`;
  }
  return null;
}

function findRefusal(ruleset: Ruleset, { trace, target }: RemarkContext): Rule | null {
  const filter = ruleset.tables.get('filter');
  const { destination, destinationPort, protocol } = trace.packet;
  const wanted = formatAddress(destination);
  for (const name of REFUSAL_CHAINS) {
    const rules = filter?.chains.get(name)?.rules;
    if (rules === undefined) continue;
    for (const index of rules.towards(destination)) {
      const verb = rules.targetName(index);
      if (verb !== 'REJECT' && verb !== 'DROP') continue;
      const rule = rules.at(index);
      const facts = factsOf(rule);
      if (facts.port !== destinationPort || facts.protocol !== formatProtocol(protocol)) continue;
      const address = facts.destination === null ? null : formatAddress(facts.destination);
      if (address === wanted || (address === null && target.via === 'nodePort')) return rule;
    }
  }
  return null;
}

function whyUnreached(outcome: Outcome, chain: string): string {
  const hook = outcome.path.findLast(({ step }) => step.table === 'filter')?.step.hook;
  if (hook === undefined) return 'the packet meets no rule of the filter table';
  const steps = stepsAt(outcome, 'filter', hook);
  if (steps.some((step) => leadsTo(step, chain))) return `it does not match this packet at ${hook}`;
  const end = steps.findLast(({ action, rule }: Step) => action === 'accept' && rule !== null);
  if (end !== undefined) return `${placeOf(end)} accepts the packet first`;
  return `nothing at ${hook} leads this packet to ${chain}`;
}
