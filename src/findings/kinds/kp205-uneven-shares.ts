import { formatAddress } from '../../net/address.ts';
import { hasRole } from '../../proxy/chains.ts';
import type { IptablesStep, Outcome } from '../../trace/outcome.ts';
import { isInIptables } from '../../trace/place.ts';
import { hitsOf, onlyService, serviceNames } from '../affected.ts';
import { showChain } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import { labelOfPort, socketText } from '../expected/expected-port.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { listed } from '../words.ts';

/** The probabilities in a Service's chain do not give its endpoints equal shares. */
export const unevenShares: FindingKind<CheckContext> = {
  code: 'KP205',
  title: 'endpoints get unequal shares',
  find(context): Finding[] {
    const groups = groupBy(
      context.deviationsBy('uneven'),
      ({ port }) => `${labelOfPort(port)} ${port.family}`,
    );
    return [...groups.values()].flatMap((deviations): Finding[] => {
      const [first] = deviations;
      if (first === undefined) return [];
      const shares = first.outcomes.map((outcome) => `${placeOf(outcome)} ${percent(outcome.probability)}`);
      const steps = chancesOf(first.outcomes);
      const rules = steps.flatMap(({ rule }) => (rule === null ? [] : ruleEvidence(rule)));
      const chain = steps[0]?.chain ?? null;
      const count = first.expectation.kind === 'served' ? first.expectation.endpoints.length : 1;
      return [
        {
          code: 'KP205',
          severity: 'error',
          message: `${labelOfPort(first.port)}: its endpoints get unequal shares, ${listed(shares, 3)}, where each should get ${percent(1 / count)}`,
          service: onlyService([first.port]),
          objects: [...serviceNames([first.port]), ...(chain === null ? [] : [`chain ${chain}`])],
          hits: hitsOf(deviations),
          evidence: [...rules, factEvidence(`${labelOfPort(first.port)} has ${count} endpoints in the API`)],
          advice:
            'restart kube-proxy on this node, which writes the chain anew; then find who changed the rule',
          command:
            steps[0] === undefined
              ? null
              : showChain(
                  context.tool({ family: first.port.family, backend: steps[0].backend }),
                  'nat',
                  steps[0].chain,
                ),
          certainty: 'certain',
        },
      ];
    });
  },
};

function placeOf({ destination: { address, port } }: Outcome): string {
  return socketText(formatAddress(address), port);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1).replace(/\.0$/, '')} %`;
}

/** The rules by which an endpoint was chosen. */
function chancesOf(outcomes: readonly Outcome[]): IptablesStep[] {
  const found = new Map<string, IptablesStep>();
  for (const { path } of outcomes) {
    for (const { step } of path) {
      if (!isInIptables(step) || step.rule === null || hasRole(step.target, 'endpoint') !== true) continue;
      found.set(`${step.rule.file}:${step.rule.line}`, step);
    }
  }
  return [...found.values()].sort((a, b) => (a.rule?.line ?? 0) - (b.rule?.line ?? 0)).slice(0, 10);
}
