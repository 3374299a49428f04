import { type Chain, commentOf, type Rule, type Ruleset } from '../../iptables/ruleset.ts';
import { parseServiceComment } from '../../names/comments.ts';
import type { Address } from '../../net/address.ts';
import type { ServiceRef } from '../explanation.ts';

/** Where a rule's packets go: what its matches ask of the destination. */
export interface RuleDestination {
  readonly address: Address;
  readonly port: number;
  readonly protocol: number;
  readonly named: ServiceRef;
}

/**
 * Without API objects kube-proxy's comments tell which rule is whose: `default/web:http cluster IP`.
 * @param text `namespace/service[:port]` or `service[:port]`; the port by name or number
 * @returns the first cluster IP of that name in the rules, or null
 */
export function serviceInComments(
  rulesets: readonly Ruleset[],
  text: string,
  defaultNamespace: string,
  protocol: number | null,
): RuleDestination | null {
  const [, namespace = defaultNamespace, name, wanted] =
    /^(?:([^/:]+)\/)?([^/:]+)(?::([^/:]+))?$/.exec(text) ?? [];
  for (const chain of chainsWithAddresses(rulesets)) {
    for (let index = 0; index < chain.rules.length; index++) {
      const rule = chain.rules.at(index);
      const said = parseServiceComment(commentOf(rule) ?? '');
      if (said === null || said.namespace !== namespace || said.name !== name) continue;
      const found = destinationOf(rule);
      if (found === null || (protocol !== null && found.protocol !== protocol)) continue;
      if (wanted === undefined || said.port === wanted || String(found.port) === wanted)
        return {
          ...found,
          named: { namespace, name, port: said.port, via: 'clusterIP', namedBy: 'comment' },
        };
    }
  }
  return null;
}

/** KUBE-SERVICES first; since 1.22 the masquerade rule of each KUBE-SVC chain tells the cluster IP too. */
function* chainsWithAddresses(rulesets: readonly Ruleset[]): Generator<Chain> {
  const tables = rulesets.flatMap((ruleset) => [ruleset.tables.get('nat'), ruleset.tables.get('filter')]);
  for (const table of tables) {
    const chain = table?.chains.get('KUBE-SERVICES');
    if (chain !== undefined) yield chain;
  }
  for (const table of tables) {
    for (const chain of table?.chains.values() ?? []) if (/^KUBE-SV[CL]-/.test(chain.name)) yield chain;
  }
}

function destinationOf(rule: Rule): Omit<RuleDestination, 'named'> | null {
  let address: Address | null = null;
  let port: number | null = null;
  let protocol: number | null = null;
  for (const match of rule.matches) {
    if (match.negated) continue;
    if (match.kind === 'destination') address = { family: match.prefix.family, value: match.prefix.value };
    if (match.kind === 'destination-port') port = match.ports.from;
    if (match.kind === 'protocol') protocol = match.number;
  }
  return address === null || port === null || protocol === null ? null : { address, port, protocol };
}
