import type { Chain, Table } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import { lowered } from '../rules/lowered-rule.ts';
import type { EndpointChain, Twins } from './twins.ts';

/** By the name of its chain each endpoint, with the number that its twins share; null where it has none. */
export type EndpointKinds = ReadonlyMap<
  string,
  { readonly endpoint: EndpointChain; readonly kind: number | null }
>;

/** Rules of a chain that may lead elsewhere before it is taken for one that does not choose among endpoints. */
const OTHERS = 10;

const KINDS = new WeakMap<Twins, WeakMap<Chain, EndpointKinds | null>>();

/** @returns the endpoints that a chain chooses among; null where it leads to few, or to none. */
export function endpointKinds(
  chain: Chain,
  table: Table,
  family: Family,
  twins: Twins,
): EndpointKinds | null {
  if (chain.rules.length < twins.from) return null;
  const known = KINDS.get(twins) ?? new WeakMap<Chain, EndpointKinds | null>();
  KINDS.set(twins, known);
  let kinds = known.get(chain);
  if (kinds === undefined) {
    const endpoints = endpointsOf(chain, table, family);
    kinds = endpoints.length < twins.from ? null : kindsAmong(endpoints, twins);
    known.set(chain, kinds);
  }
  return kinds;
}

function kindsAmong(endpoints: readonly EndpointChain[], twins: Twins): EndpointKinds {
  const numbers = twins.kindsOf(endpoints);
  return new Map(
    endpoints.map((endpoint, index) => [endpoint.chain, { endpoint, kind: numbers[index] ?? null }]),
  );
}

function endpointsOf({ rules }: Chain, { chains }: Table, family: Family): EndpointChain[] {
  const found = new Map<string, EndpointChain>();
  let others = 0;
  for (let index = 0; index < rules.length; index++) {
    const name = rules.targetName(index);
    if (name === null || found.has(name)) continue;
    const endpoint = endpointAt(chains.get(name), family);
    if (endpoint !== null) found.set(name, endpoint);
    else if (++others > OTHERS) return [];
  }
  return [...found.values()];
}

/** @returns the endpoint of a chain that ends in sending everything to one address; null of another, or of one that is not all seen. */
function endpointAt(chain: Chain | undefined, family: Family): EndpointChain | null {
  if (chain === undefined || chain.rules.length === 0 || !isAllSeen(chain)) return null;
  const { effect } = lowered(chain.rules.at(chain.rules.length - 1));
  if (effect?.kind !== 'dnat' || effect.to?.from == null || effect.to.from !== effect.to.to) return null;
  return { chain: chain.name, address: { family, value: effect.to.from } };
}

/** What the rules of a chain lack, their lines do not tell. */
function isAllSeen({ cut, sift, unseen, interfacesNotListed }: Chain): boolean {
  return [cut, sift, unseen, interfacesNotListed].every((lack) => lack === undefined);
}
