import { jumpsOf, type RuleAt } from '../../iptables/jumps.ts';
import type { Chain, Table, TableName } from '../../iptables/ruleset.ts';

/** Who calls whom in one table. Built from the words behind `-j` and `-g`: no rule is parsed. */
export interface ChainGraph {
  /** Callers of a chain, in the order of the dump. */
  callersOf(chain: string): readonly RuleAt[];
  /** Chains that a built-in chain leads to, built-in ones included. */
  readonly reached: ReadonlySet<string>;
  /** False where the dump lacks chains that could lead to others: then `reached` may lack some too. */
  readonly complete: boolean;
}

/** Built-in chains that a dump of the table always shows; nat got INPUT with Linux 2.6.36, so it may be absent. */
const BUILT_IN: Readonly<Record<TableName, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** Words behind `-j` that are no chains. Any other word without a chain of that name is a jump out of the dump. */
const TARGETS =
  'ACCEPT DROP RETURN REJECT QUEUE NFQUEUE DNAT SNAT MASQUERADE REDIRECT NETMAP DNPT SNPT TPROXY SYNPROXY MARK CONNMARK ' +
  'HMARK NOTRACK CT DSCP TOS TTL HL AUDIT CHECKSUM CLASSIFY CONNSECMARK ECN IDLETIMER LED LOG NFLOG RATEEST SECMARK SET ' +
  'TCPMSS TCPOPTSTRIP TEE TRACE ULOG ACCOUNT CLUSTERIP MIRROR SAME';

/** @returns the graph of a table. One pass over all its rules. */
export function graphOf(table: Table): ChainGraph {
  const jumps = jumpsOf(table);
  const targets = new Set(TARGETS.split(' '));
  const missing = jumps.others.filter((name) => !targets.has(name));
  const starts = [...table.chains.values()].filter(isBuiltIn).map(({ name }) => name);
  const reached = jumps.reachedFrom(starts);
  const whole = BUILT_IN[table.name].every((name) => table.chains.has(name));
  const complete =
    whole && table.cut === undefined && !jumps.to(missing).some(({ chain }) => reached.has(chain.name));
  return {
    callersOf: (chain) => (table.chains.has(chain) ? jumps.to([chain]) : []),
    reached,
    complete,
  };
}

/** @returns true for the chains that the kernel itself calls. Only they have a policy; a listing may leave it out. */
export function isBuiltIn(chain: Chain): boolean {
  return chain.policy !== null || /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/.test(chain.name);
}
