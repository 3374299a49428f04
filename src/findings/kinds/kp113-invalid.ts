import { sysctlNumber } from '../../host/sysctl.ts';
import type { Rule } from '../../iptables/ruleset.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { listChain, setSysctl } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { chainEvidence, factEvidence, ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { rulesOf, wholeRulesets } from '../rule-list.ts';

/** Packets in state INVALID: dropped by kube-proxy's rule, or let through untranslated, which resets connections. */
export const invalidPackets: FindingKind<CheckContext> = {
  code: 'KP113',
  title: 'packets in conntrack state INVALID',
  find(context): Finding[] {
    const { known } = context;
    if (known.proxyMode !== 'iptables') return [];
    const whole = wholeRulesets(known.rulesets);
    return whole.flatMap((ruleset): Finding[] => {
      // A remainder in the other backend is KP109's business.
      const elsewhere = whole.some(
        (other) =>
          other !== ruleset &&
          other.family === ruleset.family &&
          [...rulesOf(other.tables.get('filter'), CHAINS.forward)].some(dropsInvalid),
      );
      const filter = ruleset.tables.get('filter');
      const chain = filter?.chains.get(CHAINS.forward);
      if (chain === undefined) return [];
      const empty = chain.rules.length === 0;
      // Of a kube-proxy that was here once, chains may be left; one that runs never leaves this one empty.
      if (empty && (context.flushed(ruleset.family) || !context.hasRules(ruleset.family))) return [];
      const rule = [...rulesOf(filter, CHAINS.forward)].find(dropsInvalid);
      const liberal = sysctlNumber(known.host, 'net.netfilter.nf_conntrack_tcp_be_liberal');
      if (rule === undefined) {
        if (liberal !== 0 || elsewhere) return [];
        return [
          {
            code: 'KP113',
            severity: 'warning',
            message: `${ruleset.family} ${CHAINS.forward} ${empty ? 'is empty, so it does not drop INVALID packets,' : 'does not drop INVALID packets'} and nf_conntrack_tcp_be_liberal is 0: answers that conntrack cannot place leave untranslated, and reset connections`,
            service: null,
            objects: [`chain ${CHAINS.forward}`],
            hits: 'long transfers through Services, whose clients see "connection reset by peer"',
            evidence: [chainEvidence(chain), factEvidence('net.netfilter.nf_conntrack_tcp_be_liberal = 0')],
            advice:
              'restart kube-proxy so that it writes the rule again, or set nf_conntrack_tcp_be_liberal=1',
            command: setSysctl('net.netfilter.nf_conntrack_tcp_be_liberal', 1),
            certainty: 'probable',
          },
        ];
      }
      const packets = rule.counters?.packets ?? 0;
      if (packets === 0) return [];
      const rate = context.rateOfLine(ruleset, rule);
      return [
        {
          code: 'KP113',
          severity: 'info',
          message: `${CHAINS.forward} has dropped ${packets} ${ruleset.family} packets as INVALID since its counters began${rate === null ? '' : `, ${rate}`}`,
          service: null,
          objects: [`chain ${CHAINS.forward}`],
          hits: 'connections whose packets conntrack cannot place: asymmetric routes, or answers that come very late',
          evidence: [ruleEvidence(rule)],
          advice: `${rate === null ? 'see whether the counter still grows; if it does' : 'where it grows'}, look for traffic that comes back by another way than it went`,
          command: listChain(context.tool(ruleset), 'filter', CHAINS.forward),
          certainty: 'certain',
        },
      ];
    });
  },
};

function dropsInvalid({ matches, target }: Rule): boolean {
  return (
    target?.kind === 'drop' &&
    matches.some((match) => match.kind === 'ctstate' && !match.negated && match.states.includes('INVALID'))
  );
}
