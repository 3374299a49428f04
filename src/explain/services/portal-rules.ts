import type { Ruleset, Table } from '../../iptables/ruleset.ts';
import { formatAddress } from '../../net/address.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { translationOf } from './endpoint-chain.ts';
import type { Entry } from './entry-rules.ts';
import { factsOf } from './rule-facts.ts';

/** A rule of userspace mode (kube-proxy up to 1.25): an address or node port, and the port on which kube-proxy itself answers. */
export interface Portal extends Omit<Entry, 'suffix' | 'port'> {
  readonly port: number;
  /** Where the rule sends packets; null where it keeps the node's own address and `proxyPort` alone is known. */
  readonly proxyAddress: string | null;
  readonly proxyPort: number | null;
}

const ADDRESS_CHAINS = [CHAINS.portalsHost, CHAINS.portalsContainer];
const NODE_PORT_CHAINS: readonly string[] = [CHAINS.nodePortHost, CHAINS.nodePortContainer];

/**
 * Reads what userspace mode programs. The HOST chains name the node's address (DNAT), the CONTAINER chains only the port
 * (REDIRECT), so HOST comes first. The endpoint is not in any rule: kube-proxy picks it when it dials.
 */
export function readPortals(ruleset: Ruleset): Portal[] {
  const nat = ruleset.tables.get('nat');
  if (nat === undefined) return [];
  return [...ADDRESS_CHAINS, ...NODE_PORT_CHAINS].flatMap((chain) => readChain(nat, chain, ruleset.family));
}

function readChain(nat: Table, chain: string, family: 'ipv4' | 'ipv6'): Portal[] {
  const rules = nat.chains.get(chain)?.rules;
  const portals: Portal[] = [];
  const nodePort = NODE_PORT_CHAINS.includes(chain);
  for (let index = 0; rules !== undefined && index < rules.length; index++) {
    const rule = rules.at(index);
    const { destination, port, protocol, comment, physdev, destinationLocal } = factsOf(rule);
    const { target } = rule;
    if (port === null || protocol === null || (destination === null && !nodePort)) continue;
    const translated = translationOf(target, family);
    const redirected = target?.kind === 'redirect' ? target.ports : null;
    if (translated === null && redirected === null) continue;
    portals.push({
      chain,
      address: destination === null ? null : formatAddress(destination),
      kind: nodePort ? 'nodePort' : physdev || destinationLocal ? 'external' : 'clusterIP',
      port,
      protocol,
      comment,
      printed: null,
      proxyAddress: translated?.address ?? null,
      proxyPort: translated?.port ?? redirected?.from ?? null,
    });
  }
  return portals;
}
