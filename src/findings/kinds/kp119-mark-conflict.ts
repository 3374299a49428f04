import { otherChains } from '../../explain/services/other-chains.ts';
import type { Rule, Ruleset } from '../../iptables/ruleset.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import { deleteRule } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { rulesOf, wholeRulesets } from '../rule-list.ts';
import { isKubeProxy } from '../survey/cause.ts';
import { byStep } from './deviations.ts';

/** Another program writes the mark bit by which kube-proxy asks for masquerading. */
export const markConflict: FindingKind<CheckContext> = {
  code: 'KP119',
  title: 'another rule writes kube-proxy’s mark bit',
  find(context): Finding[] {
    return [...erasers(context), ...context.known.rulesets.flatMap((ruleset) => setters(ruleset))];
  },
};

function erasers(context: CheckContext): Finding[] {
  return byStep(context.deviationsBy('mark-lost'), context).map(({ step, deviations, place, evidence }) => {
    const ports = deviations.map(({ port }) => port);
    const names = serviceNames(ports);
    const [first] = deviations;
    const masqueradeRule = markRule(context, ports[0]?.family ?? 'ipv4');
    return {
      code: 'KP119',
      severity: 'error',
      message: `${place} takes away the mark that asks for masquerading: answers of endpoints for ${listed(names, 3)} go past this node, and clients refuse them`,
      service: onlyService(ports),
      objects: [`chain ${step.chain}`, 'all Services that need masquerading', ...names],
      hits: hitsOf(deviations),
      evidence: [
        evidence,
        ...(masqueradeRule === null ? [] : [ruleEvidence(masqueradeRule)]),
        ...(first === undefined ? [] : [factEvidence(`example: ${exampleOf(first)}`)]),
      ],
      advice: 'have the rule write only its own bits (--set-xmark VALUE/MASK with the bits it owns as mask)',
      command:
        step.rule === null
          ? null
          : deleteRule(
              context.tool({ family: ports[0]?.family ?? 'ipv4', backend: step.backend }),
              step.table,
              step.chain,
              step.rule.number,
            ),
      certainty: 'certain',
    };
  });
}

function markRule({ known }: CheckContext, family: 'ipv4' | 'ipv6'): Rule | null {
  for (const ruleset of known.rulesets) {
    if (ruleset.family !== family) continue;
    for (const rule of rulesOf(ruleset.tables.get('nat'), CHAINS.markMasquerade)) return rule;
  }
  return null;
}

/** Rules of others that set kube-proxy's bit: what they mark is masqueraded as well. */
function setters(ruleset: Ruleset): Finding[] {
  if (wholeRulesets([ruleset]).length === 0) return [];
  const bit = bitOf(ruleset);
  if (bit === null) return [];
  const found: Rule[] = [];
  for (const table of ruleset.tables.values()) {
    for (const chain of otherChains(table)) {
      if (isKubeProxy(chain.name) || chain.rules.length > MANY) continue;
      for (let index = 0; index < chain.rules.length; index++) {
        if (chain.rules.targetName(index) !== 'MARK') continue;
        const rule = chain.rules.at(index);
        // A MARK that writes all 32 bits is known by its value; one with a mask says which bits it means.
        if (rule.target?.kind === 'mark' && (rule.target.value & bit) !== 0 && (rule.target.mask & bit) !== 0)
          found.push(rule);
      }
    }
  }
  const [first] = found;
  if (first === undefined) return [];
  return [
    {
      code: 'KP119',
      severity: 'warning',
      message: `${first.chain} rule ${first.number} sets mark bit 0x${bit.toString(16)}, which is kube-proxy's: what it marks is masqueraded, and accepted in ${CHAINS.forward}`,
      service: null,
      objects: [`chain ${first.chain}`],
      hits: 'whatever the rule matches',
      evidence: found.slice(0, 5).map(ruleEvidence),
      advice:
        'give one of the two another bit: kube-proxy’s is set by iptables.masqueradeBit (14 stands for 0x4000)',
      command: null,
      certainty: 'probable',
    },
  ];
}

function bitOf({ tables }: Ruleset): number | null {
  for (const { target } of rulesOf(tables.get('nat'), CHAINS.markMasquerade))
    if (target?.kind === 'mark' && target.value !== 0) return target.value;
  return null;
}

const MANY = 2_000;
