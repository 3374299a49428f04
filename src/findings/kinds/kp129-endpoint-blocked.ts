import { socketText } from '../../net/socket.ts';
import { isKubeChain } from '../../proxy/chains.ts';
import { isInIptables } from '../../trace/place.ts';
import { listed } from '../../words/numbers.ts';
import { onlyService, serviceNames } from '../affected.ts';
import { losesAnswers } from '../answers/of-context.ts';
import { deleteRule } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { placeOf, stepEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { isNetworkPolicy } from '../survey/cause.ts';
import { byStep } from './deviations.ts';
import { directDrops } from './direct.ts';
import { foreignDrop } from './foreign-drops.ts';

/** A rule drops packets for pods before Services and CNI are asked, as Docker 28 does for container addresses in raw. */
export const endpointBlocked: FindingKind<CheckContext> = {
  code: 'KP129',
  title: 'packets for endpoints are dropped early',
  find(context): Finding[] {
    const { known } = context;
    const told = new Set(
      byStep(context.deviationsBy('foreign-drop', 'early-drop'), context).map(({ evidence }) =>
        placeOfLine(evidence),
      ),
    );
    const drops = directDrops(context).filter(
      ({ outcome: { decidedBy } }) =>
        decidedBy !== null &&
        decidedBy.event === 'rule' &&
        !told.has(placeOfLine(stepEvidence(decidedBy, known.rulesets))) &&
        !isNetworkPolicy(decidedBy) &&
        !isKubeChain(decidedBy.chain),
    );
    const groups = groupBy(
      drops,
      ({ outcome, port }) => `${port.family} ${outcome.decidedBy === null ? '' : placeOf(outcome.decidedBy)}`,
    );
    const direct = [...groups.values()].flatMap((group): Finding[] => {
      const step = group[0]?.outcome.decidedBy;
      if (step === null || step === undefined || !isInIptables(step)) return [];
      const ports = group.map(({ port }) => port);
      const pods = [
        ...new Set(
          group.map(({ endpoint: { pod, address, port } }) =>
            pod === null ? socketText(address, port) : `${pod.namespace}/${pod.name}`,
          ),
        ),
      ];
      const names = serviceNames(ports);
      const early = step.table === 'raw' ? ' before any other rule is asked' : '';
      const tool = context.tool({ family: ports[0]?.family ?? 'ipv4', backend: step.backend });
      return [
        {
          code: 'KP129',
          severity: 'error',
          message: `${placeOf(step)} drops what other nodes send to pod ${listed(pods, 3)}${early}: their clients of ${listed(names, 3)} time out whenever this endpoint is chosen`,
          service: onlyService(ports),
          objects: [...pods.map((pod) => `pod ${pod}`), ...names, `chain ${step.chain}`],
          hits: losesAnswers(context, { ...step, rule: step.rule?.number ?? null })
            ? 'pods of other nodes, clients outside that use the pod’s address, and clients of this node that wait for an answer'
            : 'pods of other nodes, and clients outside that use the pod’s address; what this node itself translates passes',
          evidence: [stepEvidence(step, known.rulesets, group[0]?.outcome)],
          advice:
            'find who wrote the rule: Docker 28 and later guard container addresses like this, and DOCKER-USER cannot help since raw is asked first',
          command: step.rule === null ? null : deleteRule(tool, step.table, step.chain, step.rule.number),
          certainty: 'certain',
        },
      ];
    });
    const early = byStep(context.deviationsBy('early-drop'), context).map((group) =>
      foreignDrop('KP129', group, context),
    );
    return [...direct, ...early];
  },
};

/** One rule, one finding: what it drops of Services is told already. */
function placeOfLine({ file, line }: Evidence): string {
  return `${file}:${line}`;
}
