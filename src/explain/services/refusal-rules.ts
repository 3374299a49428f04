import type { Table } from '../../iptables/ruleset.ts';
import { formatAddress } from '../../net/address.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { printedDestination } from './entry-rules.ts';
import { factsOf } from './rule-facts.ts';

/** A rule of the filter table that refuses a Service port. */
export interface RefusalRule {
  readonly chain: RefusalChain;
  readonly action: 'reject' | 'drop';
  /** Null for a node port. */
  readonly address: string | null;
  readonly port: number | null;
  readonly nodePort: boolean;
  readonly protocol: string | null;
  readonly comment: string | null;
  /** The destination as a listing printed it, where it cannot be read back; else null. */
  readonly printed: string | null;
  readonly file: string;
  readonly line: number;
}

/** Chains of the filter table in which kube-proxy refuses. */
export const REFUSAL_CHAINS = [
  CHAINS.services,
  CHAINS.externalServices,
  CHAINS.nodePorts,
  CHAINS.proxyFirewall,
] as const;

/** One of {@link REFUSAL_CHAINS}. */
export type RefusalChain = (typeof REFUSAL_CHAINS)[number];

/**
 * Reads the rules that refuse: REJECT where a Service port has no endpoints, DROP where only this node has none
 * (`has no local endpoints`), and DROP of what FW did not accept.
 * @param table the filter table
 */
export function readRefusals(table: Table): RefusalRule[] {
  return REFUSAL_CHAINS.flatMap((chain) => readChain(table, chain));
}

function readChain(table: Table, chain: RefusalChain): RefusalRule[] {
  const rules = table.chains.get(chain)?.rules;
  const found: RefusalRule[] = [];
  for (let index = 0; rules !== undefined && index < rules.length; index++) {
    const target = rules.targetName(index);
    if (target !== 'REJECT' && target !== 'DROP') continue;
    const rule = rules.at(index);
    const facts = factsOf(rule);
    const address = facts.destination === null ? null : formatAddress(facts.destination);
    const printed = printedDestination(facts, address);
    if (facts.port === null && printed === null) continue;
    found.push({
      chain,
      action: target === 'DROP' ? 'drop' : 'reject',
      address,
      port: facts.port,
      nodePort:
        address === null &&
        facts.lost.destination === null &&
        (facts.destinationLocal || chain === CHAINS.nodePorts),
      protocol: facts.protocol,
      comment: facts.comment,
      printed,
      file: rule.file,
      line: rule.line,
    });
  }
  return found;
}
