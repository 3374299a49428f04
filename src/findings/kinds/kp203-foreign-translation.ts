import { givenNote } from '../../explain/words/question-words.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import { deleteRule } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { arrivals } from '../survey/cause.ts';
import { type ByStep, byStep } from './deviations.ts';

/** A DNAT rule of somebody else takes packets for a Service before kube-proxy's rules do; of the other backend, perhaps. */
export const foreignTranslation: FindingKind<CheckContext> = {
  code: 'KP203',
  title: 'a foreign rule redirects a Service',
  find(context): Finding[] {
    return [
      ...byStep(context.deviationsBy('foreign-translation'), context).map(
        (each): Finding => ({
          ...describe(each, context, "before kube-proxy's rules are asked"),
          advice: `find who wrote the rule, and whether it is meant: it wins because it stands before the jump to ${CHAINS.services}`,
        }),
      ),
      ...byStep(context.perhapsBy('foreign-translation'), context).map((each): Finding => {
        const conditions = each.deviations.flatMap(({ under = [] }) =>
          under.map((given) => givenNote(given)),
        );
        const when = listed([...new Set(conditions.map(({ text }) => text))], 2);
        return {
          ...describe(each, context, `if ${when}`),
          severity: 'warning',
          advice:
            'find who wrote the rule, and whether it is meant; `nft list hooks` tells which of the two is asked first, and the counters of both tell which one acts',
          certainty: 'possible',
        };
      }),
    ];
  },
};

function describe(
  { step, deviations, place, evidence }: ByStep,
  context: CheckContext,
  when: string,
): Omit<Finding, 'advice'> {
  const ports = deviations.map(({ port }) => port);
  const names = serviceNames(ports);
  const [first] = deviations;
  const to = first === undefined ? [] : arrivals(first);
  return {
    code: 'KP203',
    severity: 'error',
    message: `${place} sends packets for ${listed(names)} to ${listed(to)}, which is no endpoint, ${when}`,
    service: onlyService(ports),
    objects: [...names, `chain ${step.chain}`],
    hits: hitsOf(deviations),
    evidence: [evidence, ...(first === undefined ? [] : [factEvidence(`example: ${exampleOf(first)}`)])],
    command:
      step.rule === null
        ? null
        : deleteRule(
            context.tool({ family: ports[0]?.family ?? 'ipv4', backend: step.backend }),
            'nat',
            step.chain,
            step.rule.number,
          ),
    certainty: 'certain',
  };
}
