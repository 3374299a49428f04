import { findRoute, type RouteAnswer, sentTo } from '../../host/find-route.ts';
import type { Address } from '../../net/address.ts';
import type { Known } from './question.ts';

/** @returns the node's route to an address, for a packet of which nothing else is known. */
export function routeTowards(
  { host }: Pick<Known, 'host'>,
  address: Address,
  source: Address | null = null,
): RouteAnswer {
  return findRoute(host, sentTo(address, { source }));
}
