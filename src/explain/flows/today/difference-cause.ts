import { STALE_CODES } from '../../flow-list.ts';
import { type FlowFacts, isOver, isStale } from '../diagnose-flow.ts';
import type { FlowStanding } from '../flow-verdict.ts';
import type { DifferenceCause } from './agreement.ts';

/** @returns why a flow goes another way than its first packet would today, by what is known of where it goes. */
export function causeOf(
  flow: Pick<FlowFacts, 'protocol' | 'state'>,
  { verdict, foreignNat }: FlowStanding,
): DifferenceCause {
  if (foreignNat !== null) return 'foreign-nat';
  if (verdict === null) return 'unknown';
  // What goes on where it went is not stuck, nor is what is over.
  if (STALE_CODES.has(verdict.code))
    return !isOver(flow) && isStale(flow, verdict) ? 'stale' : 'rules-changed';
  switch (verdict.code) {
    case 'foreign-nat':
      return 'foreign-nat';
    case 'endpoint-not-serving':
    case 'endpoint-draining':
    case 'not-chosen':
    case 'not-programmed':
    case 'no-endpoints':
    case 'no-such-port':
      return 'rules-changed';
    default:
      return 'unknown';
  }
}
