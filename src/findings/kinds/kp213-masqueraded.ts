import { CHAINS } from '../../proxy/chains.ts';
import { iptablesRule, type Outcome } from '../../trace/outcome.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { listed } from '../words.ts';

/** Packets that should keep the client's address are masqueraded. */
export const wronglyMasqueraded: FindingKind<CheckContext> = {
  code: 'KP213',
  title: 'the client address is hidden where it should be kept',
  find(context): Finding[] {
    const groups = groupBy(context.deviationsBy('masqueraded'), ({ port }) => port.family);
    return [...groups.values()].flatMap((deviations): Finding[] => {
      const [first] = deviations;
      if (first === undefined) return [];
      const ports = deviations.map(({ port }) => port);
      const names = serviceNames(ports);
      const jump = first.outcomes[0] === undefined ? null : jumpToMark(first.outcomes[0]);
      return [
        {
          code: 'KP213',
          severity: 'warning',
          message: `endpoints of ${listed(names, 3)} see this node instead of the client: the rules masquerade what should keep its address`,
          service: onlyService(ports),
          objects: names,
          hits: `${hitsOf(deviations)}; connections work, logs and network policies see the wrong address`,
          evidence: [
            ...(jump === null ? [] : [ruleEvidence(jump)]),
            factEvidence(`example: ${exampleOf(first)}`),
          ],
          advice:
            'compare the Service’s traffic policy with the rule; restart kube-proxy to have its rules written anew',
          command: null,
          certainty: 'certain',
        },
      ];
    });
  },
};

function jumpToMark({ path }: Outcome) {
  const step = path.find((entry) => entry.step.target === CHAINS.markMasquerade)?.step;
  return step === undefined ? null : iptablesRule(step);
}
