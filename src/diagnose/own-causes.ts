import type { OutcomeItem, Remark, StepItem, TraceItem } from '../explain/trace-list.ts';
import { findingService } from '../findings/affected.ts';
import type { Evidence, Severity } from '../findings/finding.ts';
import { ownerOf } from '../proxy/owners.ts';
import type { Cause } from './cause.ts';

/** @returns true for an outcome in which a rule of Kubernetes refuses, as it should where there is no endpoint. */
export function isRefusal({ verdict, decidedBy }: OutcomeItem, { steps }: TraceItem): boolean {
  const step = steps.find(({ id }) => id === decidedBy);
  if (step === undefined || (verdict !== 'reject' && verdict !== 'drop')) return false;
  const owner = ownerOf(step.chain);
  return owner === 'kube-proxy' || owner === 'kubelet';
}

/** @returns the cause that the trace alone knows for an outcome that does not work; null where it knows none. */
export function causeOfOutcome(outcome: OutcomeItem, item: TraceItem): Cause | null {
  const { verdict, remarks, reason } = outcome;
  if (verdict === 'accept') {
    const [worst] = remarks;
    if (worst === undefined || worst.effect === 'none') return null;
    return cause(worst.code, SEVERITIES[worst.effect], worst.text, [], worst.settle, item);
  }
  if (reason !== null) {
    const severity = verdict === 'unknown' ? 'warning' : 'error';
    return cause(reason.code, severity, reason.text, [], reason.settle, item);
  }
  const step = item.steps.find(({ id }) => id === outcome.decidedBy);
  if (step === undefined) return null;
  const message = `${placeText(step)} ${VERBS[verdict]} packets from ${item.from}`;
  return cause(verdict === 'drop' ? 'dropped' : 'rejected', 'error', message, evidenceOf(step), null, item);
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

function placeText({ table, chain, rule }: StepItem): string {
  return rule === null ? `the policy of ${table} ${chain}` : `${table} ${chain} rule ${rule}`;
}

function evidenceOf({ file, line, text }: StepItem): Evidence[] {
  return text === null ? [] : [{ file, line, text }];
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
