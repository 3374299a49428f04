import type { TableSign } from '../../problems/of-rules.ts';
import type { KnownChains } from '../known-chains.ts';
import type { Chain, TableName } from '../ruleset.ts';

/** The table of a listing that does not name it, and what that was concluded from. */
export interface InferredTable {
  readonly table: TableName;
  readonly because: TableSign;
}

const TARGET_TABLES: ReadonlyMap<string, TableName> = new Map([
  ['DNAT', 'nat'],
  ['SNAT', 'nat'],
  ['MASQUERADE', 'nat'],
  ['REDIRECT', 'nat'],
  ['NETMAP', 'nat'],
  ['NOTRACK', 'raw'],
  ['CT', 'raw'],
  ['TPROXY', 'mangle'],
  ['TTL', 'mangle'],
  ['HL', 'mangle'],
  ['DSCP', 'mangle'],
  ['TOS', 'mangle'],
  ['ECN', 'mangle'],
  ['CLASSIFY', 'mangle'],
  ['REJECT', 'filter'],
]);

/** Works out the table of an `iptables -S` output: first from its built-in chains, then targets and chain names. */
export function inferTable(chains: ReadonlyMap<string, Chain>, known: KnownChains): InferredTable {
  const policies = [...chains.values()].filter((chain) => chain.policy !== null);
  const builtIn = new Set(policies.map((chain) => chain.name));
  const all = (...names: string[]) => names.every((name) => builtIn.has(name));
  if (all('FORWARD', 'POSTROUTING'))
    return { table: 'mangle', because: { sign: 'chains-of', table: 'mangle' } };
  if (all('PREROUTING', 'POSTROUTING')) return { table: 'nat', because: { sign: 'chains-of', table: 'nat' } };
  if (all('PREROUTING', 'OUTPUT')) return { table: 'raw', because: { sign: 'chains-of', table: 'raw' } };
  if (all('INPUT', 'FORWARD', 'OUTPUT'))
    return { table: 'filter', because: { sign: 'chains-of', table: 'filter' } };
  return (
    fromRules(chains, known) ?? fromNames(chains, known) ?? { table: 'filter', because: { sign: 'default' } }
  );
}

function fromRules(chains: ReadonlyMap<string, Chain>, known: KnownChains): InferredTable | null {
  for (const { rules } of chains.values()) {
    for (let index = 0; index < rules.length; index++) {
      const target = rules.targetName(index) ?? '';
      const table = TARGET_TABLES.get(target) ?? known.tableOf(target);
      if (table !== null) return { table, because: { sign: 'target', target } };
    }
  }
  return null;
}

function fromNames(chains: ReadonlyMap<string, Chain>, known: KnownChains): InferredTable | null {
  for (const name of chains.keys()) {
    const table = known.tableOf(name);
    if (table !== null) return { table, because: { sign: 'chain', chain: name } };
  }
  const forward = chains.has('FORWARD');
  for (const name of ['PREROUTING', 'POSTROUTING']) {
    if (chains.has(name))
      return { table: forward ? 'mangle' : 'nat', because: { sign: 'chain', chain: name } };
  }
  return null;
}
