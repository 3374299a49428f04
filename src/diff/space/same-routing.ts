import { isDeepStrictEqual } from 'node:util';
import type { Host } from '../../host/facts.ts';
import type { Family } from '../../net/address.ts';

/** Everything of a host that routes and addresses are told from; what else it holds is asked of packets alone. */
const FACTS = ['links', 'someLinks', 'routes', 'listedTables', 'policyRules', 'sysctls'] as const;

/** @returns true where both hosts have the same addresses and surely route alike. */
export function sameRouting(before: Host, after: Host, family: Family): boolean {
  const isSame = (fact: keyof Host) => isDeepStrictEqual(before[fact], after[fact]);
  return FACTS.every(isSame) && (family === 'ipv4' || isSame('labels'));
}
