import { decidedStep } from '../explain/trace/decided-step.ts';
import type { OutcomeItem, Remark, StepItem, TraceItem } from '../explain/trace-list.ts';
import { findingService } from '../findings/affected.ts';
import type { Evidence, Severity } from '../findings/finding.ts';
import { isKubeProxyTable } from '../proxy/nft-roles.ts';
import { ownerOf } from '../proxy/owners.ts';
import type { Cause } from './cause.ts';
import { isSure, openWay, seesOf } from './shares.ts';

/** @returns true for an outcome in which a rule of Kubernetes refuses, as it should where there is no endpoint. */
export function isRefusal(outcome: OutcomeItem, { steps }: TraceItem): boolean {
  const { verdict } = outcome;
  const step = decidedStep(outcome, steps);
  if (step === undefined || (verdict !== 'reject' && verdict !== 'drop')) return false;
  if (step.backend === 'nft') return isKubeProxyTable({ family: step.family ?? '', name: step.table });
  const owner = ownerOf(step.chain);
  return owner === 'kube-proxy' || owner === 'kubelet';
}

/**
 * @returns the cause that the trace alone knows for an outcome that does not work; null where it knows none. It is an error
 *   only where the outcome does not hang on what the capture leaves open.
 */
export function causeOfOutcome(outcome: OutcomeItem, item: TraceItem): Cause | null {
  const { verdict, remarks, reason } = outcome;
  const sure = isSure(outcome, item);
  const atWorst = (severity: Severity): Severity => (severity === 'error' && !sure ? 'warning' : severity);
  if (verdict === 'accept') {
    const [worst] = remarks;
    const lost = worst?.effect === 'breaks' ? null : causeOnTheWay(outcome, item);
    if (lost !== null) return lost;
    if (worst === undefined || worst.effect === 'none') return null;
    // What nobody knows the end of is no error, however many connections it is.
    const severity = seesOf(outcome) === 'unknown' ? 'warning' : atWorst(SEVERITIES[worst.effect]);
    return cause(worst.code, severity, worst.text, [], worst.settle, item);
  }
  // What its sender's kernel never sends, no rule drops; of a refusal that gets to nobody the way back tells.
  const aside = neverSent(outcome) || (verdict === 'reject' && seesOf(outcome) !== 'refused');
  const told = aside ? causeOnTheWay(outcome, item) : null;
  if (told !== null) return told;
  if (reason !== null) {
    const severity = atWorst(verdict === 'unknown' ? 'warning' : 'error');
    return cause(reason.code, severity, reason.text, [], reason.settle, item);
  }
  const step = decidedStep(outcome, item.steps);
  if (step === undefined) return null;
  const does = sure ? VERBS[verdict] : MAY[verdict];
  const message = `${placeText(step)} ${does} packets from ${item.from}`;
  const code = verdict === 'drop' ? 'dropped' : 'rejected';
  return cause(code, atWorst('error'), message, evidenceOf(step), null, item);
}

function neverSent({ connection }: OutcomeItem): boolean {
  const ways = connection === null ? [] : [connection, ...connection.others];
  return ways.some(({ reason }) => reason !== null && NEVER_SENT.has(reason.code));
}

const NEVER_SENT: ReadonlySet<string> = new Set(['asks-itself', 'to-many']);

/** What becomes of a connection that its first packet's node let pass: as it was traced there and back, over all nodes. */
function causeOnTheWay(outcome: OutcomeItem, item: TraceItem): Cause | null {
  const ways = outcome.connection === null ? [] : [outcome.connection, ...outcome.connection.others];
  const failed = ways.find(({ sees }) => sees !== 'works' && sees !== 'unknown');
  const way = failed ?? (seesOf(outcome) === 'unknown' ? openWay(outcome) : null);
  if (way === null || way.reason === null) return null;
  const { code, text, settle } = way.reason;
  const last = way.writtenBy ?? way.legs.at(-1)?.path.at(-1);
  const step = last === undefined ? undefined : item.steps.find(({ id }) => id === last);
  const severity = failed !== undefined && isSure(outcome, item) ? 'error' : 'warning';
  const [first, end] = [way.legs[0], way.legs.at(-1)];
  const elsewhere = end !== undefined && end.node !== null && end.node !== first?.node;
  const advice = settle ?? (elsewhere ? `see what \`check\` says of ${end.node}` : null);
  return cause(code, severity, text, step === undefined ? [] : evidenceOf(step), advice, item);
}

const SEVERITIES: Readonly<Record<Remark['effect'], Severity>> = {
  breaks: 'error',
  'may-break': 'warning',
  none: 'info',
};

const VERBS: Readonly<Record<OutcomeItem['verdict'], string>> = {
  accept: 'accepts',
  drop: 'drops',
  reject: 'rejects',
  queue: 'hands to a program',
  unknown: 'decides about',
};

/** Where it hangs on what the capture leaves open. */
const MAY: Readonly<Record<OutcomeItem['verdict'], string>> = {
  accept: 'may accept',
  drop: 'may drop',
  reject: 'may reject',
  queue: 'may hand to a program',
  unknown: 'may decide about',
};

function placeText({ table, chain, rule }: StepItem): string {
  if (table === 'ip_vs') return `IPVS ${chain}`;
  return rule === null ? `the policy of ${table} ${chain}` : `${table} ${chain} rule ${rule}`;
}

function evidenceOf({ file, line, text }: StepItem): Evidence[] {
  // A rule that stands for those that were not captured has no line.
  return text === null || file === '' ? [] : [{ file, line, text }];
}

function cause(
  code: string,
  severity: Severity,
  message: string,
  evidence: readonly Evidence[],
  settle: string | null,
  { service, from, packet }: TraceItem,
): Cause {
  const { address, port } = packet.destination;
  return {
    code,
    title: 'seen by the trace',
    severity,
    message,
    service: service === null ? null : findingService(service),
    objects:
      service === null
        ? [`${address}${port === null ? '' : ` port ${port}`}`]
        : [`${service.namespace}/${service.name}`],
    hits: from,
    evidence,
    advice: settle ?? 'follow the packet rule by rule',
    command: null,
    certainty: severity === 'error' ? 'certain' : 'possible',
    page: null,
    explains: true,
  };
}
