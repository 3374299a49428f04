import { givenNote } from '../../explain/words/question-words.ts';
import { flat } from '../../trace/question.ts';
import { listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import { showChain } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { byStep } from './deviations.ts';

/** A rule that is not kube-proxy's drops packets for Services at certain hours, of certain link addresses, or by what is in them. */
export const perhapsDropped: FindingKind<CheckContext> = {
  code: 'KP134',
  title: 'Service traffic may be dropped, under a condition that no capture answers',
  find(context): Finding[] {
    return byStep(context.perhapsBy('early-drop', 'foreign-drop'), context).map(
      ({ step, deviations, place, evidence }) => {
        const ports = deviations.map(({ port }) => port);
        const names = serviceNames(ports);
        const [first] = deviations;
        const conditions = new Map(
          deviations.flatMap(({ under = [] }) => under.map((given) => [flat(given), givenNote(given).text])),
        );
        const does = step.action === 'reject' ? 'rejects' : 'drops';
        return {
          code: 'KP134',
          severity: 'info',
          message: `${place} ${does} packets for ${listed(names, 3)} where ${listed([...conditions.values()], 2)}, which no capture tells`,
          service: onlyService(ports),
          objects: [...names, `chain ${step.chain}`],
          hits: hitsOf(deviations),
          evidence: [
            evidence,
            ...(first === undefined ? [] : [factEvidence(`example: ${exampleOf(first)}`)]),
          ],
          advice:
            'where clients time out now and then, look whether this is when, and whether the rule is meant',
          command: showChain(
            context.tool({ family: ports[0]?.family ?? 'ipv4', backend: step.backend }),
            step.table,
            step.chain,
          ),
          certainty: 'possible',
        };
      },
    );
  },
};
