import { ownerOfTable } from '../../proxy/nft-owners.ts';
import { listed } from '../../words/numbers.ts';
import { onlyService, serviceNames } from '../affected.ts';
import type { LostAnswer } from '../answers/lost-answers.ts';
import { answersLostOn } from '../answers/of-context.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { isPolicyChain } from '../survey/cause.ts';

/** A rule lets requests to Services pass, and not what is answered, or what is sent then. */
export const lostAnswersHere: FindingKind<CheckContext> = {
  code: 'KP135',
  title: 'answers are lost on this node',
  find(context): Finding[] {
    // That a policy keeps one pod from another is its purpose.
    const lost = answersLostOn(context).filter(
      ({ step }) => !isPolicyChain(step.chain) && ownerOfTable(step.family ?? '', step.table) !== 'calico',
    );
    const groups = groupBy(lost, ({ step, how, port }) =>
      [how, port.family, step.backend, step.table, step.chain, step.rule].join('\n'),
    );
    return [...groups.values()].flatMap(findingOf);
  },
};

function findingOf(group: readonly LostAnswer[]): Finding[] {
  const [first] = group;
  if (first === undefined) return [];
  const { step, how } = first;
  const ports = group.map(({ port }) => port);
  const names = serviceNames(ports);
  const does = DOES[how](listed(names, 3), step.action === 'reject');
  return [
    {
      code: 'KP135',
      severity: group.some(({ sender }) => sender !== 'external') ? 'error' : 'warning',
      message: `${placeText(step)} ${does}`,
      service: onlyService(ports),
      objects: [...names, `chain ${step.chain}`],
      hits: listed([...new Set(group.map(({ sender }) => SENDERS[sender]))]),
      evidence: [...evidenceOf(step), factEvidence(exampleOf(first))],
      advice: 'let answers pass: find who wrote the rule, and whether it is meant for what comes back',
      command: null,
      certainty: 'certain',
    },
  ];
}

const DOES: Readonly<Record<LostAnswer['how'], (services: string, refuses: boolean) => string>> = {
  lost: (services) => `drops answers of ${services}: requests pass, and connections time out`,
  'not-tracked': (services) =>
    `keeps answers of ${services} from being tracked: nothing undoes the translation, and clients take none of them`,
  later: (services, refuses) =>
    `${refuses ? 'refuses' : 'drops'} what clients of ${services} send when they have an answer: connections open, and ${refuses ? 'end' : 'time out'}`,
};

function placeText({ table, chain, rule }: LostAnswer['step']): string {
  return rule === null ? `the policy of ${table} ${chain}` : `${table} ${chain} rule ${rule}`;
}

const SENDERS: Readonly<Record<LostAnswer['sender'], string>> = {
  pod: 'pods of this node',
  node: 'processes of this node',
  external: 'clients outside that come by a node port of this node',
};

function evidenceOf({ file, line, text }: LostAnswer['step']): Evidence[] {
  return text === null ? [] : [{ file, line, text }];
}

function exampleOf({ from, asked, endpoint, port, how }: LostAnswer): string {
  const example = `${from}, who asked ${asked}/${port.port.protocol.toLowerCase()}`;
  return how === 'later'
    ? `example: what is sent to ${endpoint}, behind its answer, by ${example}`
    : `example: the answer of ${endpoint} to ${example}`;
}
