import { ownerOfTable } from '../../proxy/nft-owners.ts';
import { listed } from '../../words/numbers.ts';
import type { FailedConnection } from '../across/across-nodes.ts';
import { onlyService, serviceNames } from '../affected.ts';
import { losesAnswers } from '../answers/of-context.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { isPolicyChain } from '../survey/cause.ts';

/** Connections to endpoints on another node fail there, or on the way back: told of the node whose clients notice. */
export const betweenNodes: FindingKind<CheckContext> = {
  code: 'KP133',
  title: 'connections to another node fail',
  find(context): Finding[] {
    const { input, node } = context;
    const { across = null } = input;
    if (across === null) return [];
    // A rule that loses answers here whoever sends them is told by itself.
    const isToldHere = ({ at, step }: FailedConnection): boolean =>
      at === node.name && step !== null && losesAnswers(context, step);
    const failed = across.failed.filter((one) => !isByPolicy(one.step) && !isToldHere(one));
    const groups = groupBy(failed, ({ at, far, reason, sees, step }) =>
      [at, at === node.name ? far : '', reason.code, sees, placeOf(step)].join('\n'),
    );
    const close = across.apartMinutes !== null && across.apartMinutes <= CLOSE_MINUTES;
    return [...groups.values()].flatMap((group) => findingOf(group, close, node.name));
  },
};

/** Captures this close in time are of one state: pods that began in between are few. */
const CLOSE_MINUTES = 2;

/** That a policy keeps one pod from another is its purpose. */
function isByPolicy(step: FailedConnection['step']): boolean {
  if (step === null) return false;
  return isPolicyChain(step.chain) || ownerOfTable(step.family ?? '', step.table) === 'calico';
}

function placeOf(step: FailedConnection['step']): string {
  return step === null ? '' : [step.table, step.chain, step.rule].join(' ');
}

function findingOf(group: readonly FailedConnection[], close: boolean, own: string | null): Finding[] {
  const [first] = group;
  if (first === undefined) return [];
  const { at, reason, sees, step } = first;
  const names = serviceNames(group.map(({ port }) => port));
  const far = [...new Set(group.map((one) => one.far))];
  const sure = close && group.some((one) => one.sure);
  return [
    {
      code: 'KP133',
      severity: sure ? 'error' : 'warning',
      message: `connections from this node to endpoints of ${listed(names, 3)} on ${listed(far, 3)} ${SEES[sees]}: ${reason.text}`,
      service: onlyService(group.map(({ port }) => port)),
      objects: [`node ${at}`, ...names],
      hits: listed([...new Set(group.map(({ sender }) => SENDERS[sender]))]),
      evidence: [...evidenceOf(step), factEvidence(exampleOf(first))],
      advice:
        reason.settle ??
        (at === own
          ? 'mend it on this node: `trace` over both captures shows the way there and back'
          : `mend it on ${at}: see what \`check\` says of that node; \`trace\` over both captures shows the way there and back`),
      command: null,
      certainty: sure ? 'certain' : 'probable',
    },
  ];
}

const SEES: Readonly<Record<FailedConnection['sees'], string>> = {
  unknown: 'may be lost',
  refused: 'are refused',
  'times-out': 'time out',
  'wrong-source': 'get their answer from an address that they never asked',
};

const SENDERS: Readonly<Record<FailedConnection['sender'], string>> = {
  pod: 'pods of this node',
  node: 'processes of this node',
  external: 'clients outside that come by a node port of this node',
};

function evidenceOf(step: FailedConnection['step']): Evidence[] {
  if (step === null || step.text === null) return [];
  return [{ file: step.file, line: step.line, text: step.text }];
}

function exampleOf({ from, asked, port, endpoint, far }: FailedConnection): string {
  const { service, port: own } = port;
  const name = `${service.namespace}/${service.name}`;
  return `example: ${from} → ${asked}/${own.protocol.toLowerCase()} (${name}) → ${endpoint} on ${far}`;
}
