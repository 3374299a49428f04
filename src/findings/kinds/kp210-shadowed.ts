import { otherChains } from '../../explain/services/other-chains.ts';
import type { Chain, Rule } from '../../iptables/ruleset.ts';
import { isKubeChain } from '../../proxy/chains.ts';
import { iptablesRule } from '../../trace/outcome.ts';
import { counted } from '../../words/numbers.ts';
import { deleteRule } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind, Severity } from '../finding.ts';

/** A rule that takes every packet stands before others of its chain: those never see one. */
export const shadowedRules: FindingKind<CheckContext> = {
  code: 'KP210',
  title: 'rules behind one that takes every packet',
  find(context): Finding[] {
    const { known } = context;
    const told = new Set(
      context.deviations.flatMap(({ culprit }) =>
        'step' in culprit && culprit.step !== null ? lineOf(iptablesRule(culprit.step)) : [],
      ),
    );
    // In lines that were picked the rule stands before those behind it, too.
    return known.rulesets.flatMap((ruleset) =>
      [...ruleset.tables.values()].flatMap((table) =>
        otherChains(table).flatMap((chain): Finding[] => {
          const { rules } = chain;
          if (rules.length < 2 || rules.length > MANY) return [];
          for (let index = 0; index < rules.length - 1; index++) {
            const target = rules.targetName(index);
            if (!isTerminal(target)) continue;
            const rule = rules.at(index);
            if (!takesAll(rule)) continue;
            // What it does to Services is a finding of its own.
            if (lineOf(rule).some((line) => told.has(line))) return [];
            const behind = Array.from(
              { length: rules.length - index - 1 },
              (_, offset) => index + 1 + offset,
            );
            const kube = behind.filter((at) => isKubeChain(rules.targetName(at)));
            const [firstBehind] = kube.length > 0 ? kube : behind;
            if (firstBehind === undefined) return [];
            return [
              {
                code: 'KP210',
                severity: severityOf(chain, target, kube.length > 0),
                message: `${table.name} ${chain.name} rule ${rule.number} takes every packet: ${counted(behind.length, 'rule')} behind it never see one${kube.length > 0 ? ', kube-proxy’s among them' : ''}`,
                service: null,
                objects: [`chain ${chain.name}`],
                hits: 'whatever the rules behind it are for',
                evidence: [ruleEvidence(rule), ruleEvidence(rules.at(firstBehind))],
                advice: 'move the rule to the end of the chain, or let it ask for what it is meant for',
                // A number counts only where all rules of the chain are there.
                command:
                  chain.line === null && ruleset.form !== 'save'
                    ? null
                    : deleteRule(context.tool(ruleset), table.name, chain.name, rule.number),
                certainty: 'certain',
              },
            ];
          }
          return [];
        }),
      ),
    );
  },
};

/** What refuses everything in FORWARD before rules that accept takes the pods' traffic with it. */
function severityOf(
  { table, name, policy, rules }: Chain,
  target: string | null,
  hidesProxy: boolean,
): Severity {
  const refuses = target === 'DROP' || target === 'REJECT';
  const names = Array.from({ length: rules.length }, (_, at) => rules.targetName(at));
  const accepted = names.slice(names.indexOf(target)).includes('ACCEPT');
  if (refuses && accepted && table === 'filter' && name === 'FORWARD') return 'error';
  return hidesProxy && policy !== null ? 'warning' : 'info';
}

const MANY = 20_000;

function isTerminal(target: string | null): boolean {
  return target === 'ACCEPT' || target === 'DROP' || target === 'REJECT' || target === 'RETURN';
}

function takesAll({ matches, target }: Rule): boolean {
  const ends = ['accept', 'drop', 'reject', 'return'].includes(target?.kind ?? '');
  return ends && matches.every(({ kind }) => kind === 'comment' || kind === 'nfacct');
}

function lineOf(rule: Rule | null | undefined): string[] {
  return rule === null || rule === undefined ? [] : [`${rule.file}:${rule.line}`];
}
