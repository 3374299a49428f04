import { formatAddress, parseAddress } from '../../../net/address.ts';
import type { Element, Expression } from '../../../nftables/expression.ts';
import type { NftChain, NftRule, NftTable } from '../../../nftables/ruleset.ts';
import type { NatStatement, Statement } from '../../../nftables/statement.ts';
import { parseNftName } from '../../../proxy/nft-names.ts';
import { wordOf } from './verdict-maps.ts';

/** An endpoint that a chain of kube-proxy chooses. */
export interface Choice {
  /** Null where its chain, or its address, was not captured. */
  readonly address: string | null;
  readonly port: number | null;
  readonly share: number;
  /** The endpoint's own chain; up to 1.35 always, later where there is session affinity; else the chain that chooses. */
  readonly chain: string;
}

/**
 * @returns the endpoints that a `service-` or `local-` chain spreads new connections over, with their shares; clients that
 *   session affinity keeps at an endpoint aside. (1.29 to 1.35 choose a chain by verdict map, 1.36 an address by map.)
 */
export function readChoices(table: NftTable, chain: NftChain): Choice[] {
  return [...rulesOf(chain)].flatMap((rule) =>
    affinitySetOf(rule) === null ? readChoicesOf(rule, table) : [],
  );
}

/** @returns the endpoints that one rule spreads over, with their shares. */
export function readChoicesOf(rule: NftRule, table: NftTable): Choice[] {
  return rule.statements.flatMap((statement) => choicesIn(statement, table, rule.chain));
}

/** @returns the set that keeps clients at an endpoint, where a rule asks for it. */
export function affinitySetOf({ statements }: NftRule): string | null {
  for (const statement of statements) {
    const set =
      statement.kind === 'match' && statement.right.kind === 'set-name' ? statement.right.name : null;
    if (set !== null && parseNftName(set)?.prefix === 'affinity') return set;
  }
  return null;
}

/** @returns the rules of a chain. */
export function* rulesOf({ rules }: NftChain): Iterable<NftRule> {
  for (let index = 0; index < rules.length; index++) yield rules.at(index);
}

/** @returns the chains that a statement may send packets to. */
export function targetsOf(statement: Statement): string[] {
  if (statement.kind === 'verdict') return statement.chain === null ? [] : [statement.chain];
  if (statement.kind !== 'vmap' || statement.data.kind !== 'set') return [];
  return statement.data.elements.flatMap(({ data }) =>
    data?.kind === 'verdict' && data.chain !== null ? [data.chain] : [],
  );
}

function choicesIn(statement: Statement, table: NftTable, chain: string): Choice[] {
  switch (statement.kind) {
    case 'vmap':
      return shared(statement.key, statement.data, ({ data }, share) =>
        data?.kind !== 'verdict' || data.chain === null ? null : endpointOf(table, data.chain, share),
      );
    case 'verdict':
      return statement.chain !== null && parseNftName(statement.chain)?.prefix === 'endpoint'
        ? [endpointOf(table, statement.chain, 1)]
        : [];
    case 'dnat':
      return translations(statement, chain);
    default:
      return [];
  }
}

function translations({ address, port }: NatStatement, chain: string): Choice[] {
  if (address?.kind === 'map')
    return shared(address.key, address.data, ({ data }, share) => {
      if (data === null || data.kind === 'verdict') return null;
      const [first, second] = data.kind === 'concat' ? data.parts : [data, port];
      return { share, chain, ...socketIn(first ?? null, second ?? null) };
    });
  return address === null ? [] : [{ share: 1, chain, ...socketIn(address, port) }];
}

function socketIn(
  address: Expression | null,
  port: Expression | null,
): { readonly address: string | null; readonly port: number | null } {
  const [first, second] = address?.kind === 'concat' ? address.parts : [address, port];
  const parsed = parseAddress(wordOf(first ?? null) ?? '');
  const number = wordOf(second ?? null);
  return {
    address: parsed === null ? null : formatAddress(parsed),
    port: number === null ? null : Number(number),
  };
}

function endpointOf(table: NftTable, name: string, share: number): Choice {
  const chain = table.chains.get(name);
  const nothing = { address: null, port: null, share, chain: name };
  if (chain === undefined) return nothing;
  for (const { statements } of rulesOf(chain))
    for (const statement of statements)
      if (statement.kind === 'dnat') return { ...nothing, ...socketIn(statement.address, statement.port) };
  return nothing;
}

/** Goes through what `numgen … mod n` may give. */
function shared(
  key: Expression,
  data: Expression,
  read: (element: Element, share: number) => Choice | null,
): Choice[] {
  if (key.kind !== 'numgen' || data.kind !== 'set') return [];
  return data.elements.flatMap((element) => {
    const found = read(element, numbersIn(element.key) / key.modulus);
    return found === null ? [] : [found];
  });
}

function numbersIn(key: Expression | null): number {
  if (key?.kind !== 'range') return 1;
  const [from, to] = [wordOf(key.from), wordOf(key.to)];
  return from === null || to === null ? 1 : Number(to) - Number(from) + 1;
}
