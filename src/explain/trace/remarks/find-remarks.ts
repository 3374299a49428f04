import type { Outcome } from '../../../trace/outcome.ts';
import type { Remark } from '../../trace-list.ts';
import { bridgeBypass } from './bridge-bypass.ts';
import type { RemarkContext, RemarkFinder } from './context.ts';
import { endpointTarget } from './endpoint-target.ts';
import { fewerEndpoints } from './fewer-endpoints.ts';
import { hostPort } from './host-port.ts';
import { inIpvs } from './in-ipvs.ts';
import { noCarrier } from './no-carrier.ts';
import { notMasqueraded } from './not-masqueraded.ts';
import { notTranslated } from './not-translated.ts';
import { otherNode } from './other-node.ts';
import { outsidePodNetwork } from './pod-network.ts';
import { reversePath } from './reverse-path.ts';
import { rulesMissing } from './rules-missing.ts';
import { seenElsewhere } from './seen-endpoints.ts';
import { unevenShares } from './uneven-shares.ts';

const FINDERS: readonly RemarkFinder[] = [
  rulesMissing,
  inIpvs,
  notTranslated,
  endpointTarget,
  seenElsewhere,
  hostPort,
  noCarrier,
  notMasqueraded,
  bridgeBypass,
  reversePath,
  outsidePodNetwork,
  unevenShares,
  fewerEndpoints,
  otherNode,
];

const ORDER = { breaks: 0, 'may-break': 1, none: 2 } as const;

/** @returns what the capture tells about an outcome besides its verdict, the worst first. */
export function findRemarks(outcome: Outcome, context: RemarkContext): Remark[] {
  return FINDERS.flatMap((find) => find(outcome, context)).sort((a, b) => ORDER[a.effect] - ORDER[b.effect]);
}
