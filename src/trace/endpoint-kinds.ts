import type { Chain, Table } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import type { EndpointChain, Twins } from './twins.ts';

/** An endpoint that a chain chooses. */
export interface EndpointKind {
  readonly endpoint: EndpointChain;
  /** The chain that sends to it. */
  readonly chain: Chain;
  /** The number that its twins share; null where it has none. */
  readonly kind: number | null;
}

/** By the name of its chain each endpoint. */
export type EndpointKinds = ReadonlyMap<string, EndpointKind>;

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

function kindsAmong(endpoints: readonly Found[], twins: Twins): EndpointKinds {
  const numbers = twins.kindsOf(endpoints.map(({ endpoint }) => endpoint));
  return new Map(
    endpoints.map(({ endpoint, chain }, index) => {
      return [chain.name, { endpoint, chain, kind: numbers[index] ?? null }];
    }),
  );
}

type Found = Omit<EndpointKind, 'kind'>;

function endpointsOf({ rules }: Chain, { chains }: Table, family: Family): Found[] {
  const found = new Map<string, Found>();
  let others = 0;
  for (let index = 0; index < rules.length; index++) {
    const name = rules.targetName(index);
    if (name === null || found.has(name)) continue;
    const chain = chains.get(name);
    const address = chain === undefined ? null : addressBehind(chain);
    if (chain !== undefined && address !== null)
      found.set(name, { chain, endpoint: { chain: name, address: { family, value: address } } });
    else if (++others > OTHERS) return [];
  }
  return [...found.values()];
}

/** @returns the one address to which a chain sends everything that comes to its end; null where it does not, or where it is not all seen. */
function addressBehind(chain: Chain): bigint | null {
  if (chain.rules.length === 0 || !isAllSeen(chain)) return null;
  const { target } = chain.rules.at(chain.rules.length - 1);
  if (target?.kind !== 'dnat' || target.to?.from == null || target.to.from !== target.to.to) return null;
  return target.to.from;
}

/** What the rules of a chain lack, their lines do not tell. */
function isAllSeen({ cut, sift, unseen, interfacesNotListed }: Chain): boolean {
  return [cut, sift, unseen, interfacesNotListed].every((lack) => lack === undefined);
}
