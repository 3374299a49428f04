import { command } from '../../command/command.ts';
import { givenNote } from '../../explain/words/question-words.ts';
import { dictionary } from '../../lookup/dictionary.ts';
import { ownerOfTable } from '../../proxy/nft-owners.ts';
import type { NftStep } from '../../trace/outcome.ts';
import { listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, placeOf, stepEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import type { Deviation } from '../survey/deviation.ts';

/** A native nft rule or policy that is not kube-proxy's ends or rewrites packets for Services. */
export const nftForeign: FindingKind<CheckContext> = {
  code: 'KP401',
  title: 'a foreign nft chain ends Service traffic',
  find(context): Finding[] {
    return [
      ...byRule(context.deviationsBy('nft-foreign'), context),
      ...byRule(context.perhapsBy('nft-foreign'), context).map(
        (finding): Finding => ({
          ...finding,
          severity: 'warning',
          advice:
            'find who wrote the rule, and whether it is meant; `nft list hooks` tells which of the two is asked first, and the counters of both tell which one acts',
          certainty: 'possible',
        }),
      ),
    ];
  },
};

function byRule(all: readonly Deviation[], context: CheckContext): Finding[] {
  const groups = groupBy(all, (deviation) => {
    const step = stepOf(deviation);
    return step === null ? null : placeOf(step);
  });
  return [...groups.values()].flatMap((deviations) => {
    const [first] = deviations;
    const step = first === undefined ? null : stepOf(first);
    return first === undefined || step === null ? [] : [findingOf(step, first, deviations, context)];
  });
}

/** Which conditions that no capture answers it hangs on: ` if …`; empty for none. */
function conditionText(deviations: readonly Deviation[]): string {
  const conditions = deviations.flatMap(({ under = [] }) => under.map((given) => givenNote(given).text));
  return conditions.length === 0 ? '' : ` if ${listed([...new Set(conditions)], 2)}`;
}

function stepOf({ culprit }: Deviation): NftStep | null {
  return culprit.kind === 'nft' ? culprit.at : null;
}

const DOES = dictionary<string>({
  drop: 'drops',
  reject: 'rejects',
  notrack: 'keeps conntrack, and so kube-proxy, from',
  dnat: 'sends elsewhere',
  redirect: 'sends elsewhere',
});

function findingOf(
  step: NftStep,
  first: Deviation,
  deviations: readonly Deviation[],
  { known }: CheckContext,
): Finding {
  const ports = deviations.map(({ port }) => port);
  const names = serviceNames(ports);
  const inside = deviations.some(({ side }) => side === 'pod' || side === 'node');
  const owner = ownerOfTable(step.family, step.table);
  const whose = owner === null ? '' : ` of ${owner}`;
  return {
    code: 'KP401',
    // Closing node ports to the outside is what firewalls are for: worth a look, not proof of a fault.
    severity: inside ? 'error' : 'warning',
    message: `${placeOf(step)}${whose} ${DOES[step.action] ?? 'ends'} packets for ${listed(names)}${conditionText(deviations)}`,
    service: onlyService(ports),
    objects: [...names, `chain ${step.chain}`, `table ${step.family} ${step.table}`],
    hits: hitsOf(deviations),
    evidence: [stepEvidence(step, known.rulesets), factEvidence(`example: ${exampleOf(first)}`)],
    advice:
      'an accept in kube-proxy’s table, or in another, does not undo this: each base chain of a hook is asked. Find who wrote it, and accept there the pod network and what was translated (`ct status dnat accept`)',
    command: command('nft', '-a', 'list', 'chain', step.family, step.table, step.chain),
    certainty: 'certain',
  };
}
