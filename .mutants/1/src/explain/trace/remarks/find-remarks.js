import { bridgeBypass } from './bridge-bypass.js';
import { endpointTarget } from './endpoint-target.js';
import { fewerEndpoints } from './fewer-endpoints.js';
import { hostPort } from './host-port.js';
import { inIpvs } from './in-ipvs.js';
import { notMasqueraded } from './not-masqueraded.js';
import { notTranslated } from './not-translated.js';
import { otherNode } from './other-node.js';
import { outsidePodNetwork } from './pod-network.js';
import { reversePath } from './reverse-path.js';
import { rulesMissing } from './rules-missing.js';
import { unevenShares } from './uneven-shares.js';
const FINDERS = [
    rulesMissing,
    inIpvs,
    notTranslated,
    endpointTarget,
    hostPort,
    notMasqueraded,
    bridgeBypass,
    reversePath,
    outsidePodNetwork,
    unevenShares,
    fewerEndpoints,
    otherNode,
];
const ORDER = { breaks: 0, 'may-break': 1, none: 2 };
/** @returns what the capture tells about an outcome besides its verdict, the worst first. */
export function findRemarks(outcome, context) {
    return FINDERS.flatMap((find) => find(outcome, context)).sort((a, b) => ORDER[a.effect] - ORDER[b.effect]);
}
