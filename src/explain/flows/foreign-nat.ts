import { commentOf, type Rule, type Ruleset } from '../../iptables/ruleset.ts';
import type { Address, Family } from '../../net/address.ts';
import { prefixContains } from '../../net/prefix.ts';
import { rangeContains } from '../../net/range.ts';
import { splitChainName } from '../../proxy/chain-name.ts';
import { hasRole } from '../../proxy/chains.ts';
import { ownerOf, ownerOfComment } from '../../proxy/owners.ts';
import type { ForeignNat } from '../flow-list.ts';

/** One end-to-end rewrite of a destination, as a flow shows it. */
export interface Rewrite {
  readonly family: Family;
  readonly protocol: number;
  readonly destination: Address;
  readonly destinationPort: number | null;
  readonly to: Address;
  readonly toPort: number | null;
  /** The new destination is an address of the node itself, as REDIRECT gives it. */
  readonly toThisNode: boolean;
}

interface ForeignRule {
  readonly rule: Rule;
  readonly owner: string | null;
}

const TRANSLATING: ReadonlySet<string> = new Set(['DNAT', 'REDIRECT', 'NETMAP']);

/** Rules that rewrite destinations and are not kube-proxy's: host ports, Docker, firewalls, whoever writes into nat. */
export class ForeignRules {
  readonly #rulesets: readonly Ruleset[];
  readonly #rules = new Map<Family, ForeignRule[]>();

  constructor(rulesets: readonly Ruleset[]) {
    this.#rulesets = rulesets;
  }

  /** @returns the first rule that can have made this rewrite; null for none. */
  explaining(rewrite: Rewrite): ForeignNat | null {
    const found = this.#of(rewrite.family).find(({ rule }) => couldMake(rule, rewrite));
    if (found === undefined) return null;
    const { rule, owner } = found;
    return { owner, rule: rule.text, file: rule.file, line: rule.line };
  }

  #of(family: Family): readonly ForeignRule[] {
    const known = this.#rules.get(family);
    if (known !== undefined) return known;
    const found: ForeignRule[] = [];
    for (const ruleset of this.#rulesets) {
      if (ruleset.family === family) found.push(...foreignRules(ruleset));
    }
    this.#rules.set(family, found);
    return found;
  }
}

function* foreignRules(ruleset: Ruleset): Iterable<ForeignRule> {
  for (const chain of ruleset.tables.get('nat')?.chains.values() ?? []) {
    // kube-proxy's userspace mode translates in its portals; what they do is a Service's.
    if (splitChainName(chain.name) !== null || hasRole(chain.name, 'portal')) continue;
    for (let index = 0; index < chain.rules.length; index++) {
      if (!TRANSLATING.has(chain.rules.targetName(index) ?? '')) continue;
      const rule = chain.rules.at(index);
      const comment = commentOf(rule);
      const owner = ownerOf(chain.name) ?? (comment === null ? null : ownerOfComment(comment));
      yield { rule, owner };
    }
  }
}

function couldMake(rule: Rule, rewrite: Rewrite): boolean {
  for (const match of rule.matches) {
    if (match.negated) continue;
    if (match.kind === 'destination' && !prefixContains(match.prefix, rewrite.destination)) return false;
    if (match.kind === 'protocol' && match.number !== null && match.number !== rewrite.protocol) return false;
    if (match.kind === 'destination-port' && rewrite.destinationPort !== null) {
      if (!rangeContains(match.ports, rewrite.destinationPort)) return false;
    }
  }
  return leadsTo(rule, rewrite);
}

function leadsTo(
  { target }: Rule,
  { destination, destinationPort, to, toPort, toThisNode }: Rewrite,
): boolean {
  if (target === null) return false;
  switch (target.kind) {
    case 'dnat': {
      if (target.to === null) return false;
      const { from, to: last, ports } = target.to;
      if (from === null ? to.value !== destination.value : to.value < from || to.value > (last ?? from))
        return false;
      if (ports !== null && ports.from > 0) return toPort !== null && rangeContains(ports, toPort);
      return toPort === destinationPort;
    }
    case 'redirect':
      if (!toThisNode) return false;
      return target.ports === null
        ? toPort === destinationPort
        : toPort !== null && rangeContains(target.ports, toPort);
    case 'netmap':
      return toPort === destinationPort && (to.value & target.mask) === target.value;
    default:
      return false;
  }
}
