import type { Ruleset } from '../iptables/ruleset.ts';
import type { Cluster } from '../kubernetes/objects.ts';
import type { ChainNames } from '../proxy/chain-names.ts';
import { hasRole } from '../proxy/chains.ts';
import { ownerOf, purposeOf } from '../proxy/owners.ts';
import type { AbsentChain, ChainItem } from './chain-list.ts';
import { explainAbsence } from './chains/absent-chain.ts';
import { type ChainGraph, graphOf, isBuiltIn } from './chains/chain-graph.ts';
import { identifyChain } from './chains/chain-identity.ts';
import { chainsOfService } from './chains/chains-of-service.ts';
import { type FoundChain, findChains, findNamed } from './chains/find-chains.ts';
import { leadsTo } from './chains/leads-to.ts';
import { noteRule } from './chains/rule-note.ts';
import { nameServices } from './services/cluster-naming.ts';
import type { ServiceNaming } from './services/service-naming.ts';

export { suggestChains } from './chains/find-chains.ts';

/** What {@link describeChain} reads. */
export interface ChainInput {
  readonly rulesets: readonly Ruleset[];
  readonly cluster: Cluster;
  readonly names: ChainNames;
  /** The node whose rules these are; null where it is not known. */
  readonly node: string | null;
}

/**
 * Describes a chain wherever it stands: every family, backend and table.
 * @param name a chain's name in any case, its unique beginning, the 16 characters of kube-proxy's hash, or a Service port as
 *   `namespace/service` or `namespace/service:port`, which stands for all its chains
 * @returns one item for each place, IPv4 before IPv6; empty where nothing is found, see `suggestChains`. Throws nothing.
 */
export function describeChain(name: string, input: ChainInput): ChainItem[] {
  const naming = nameServices(input);
  const rulesets = [...input.rulesets].sort((a, b) => rank(a) - rank(b));
  const found = name.includes('/')
    ? findNamed(chainsOfService(name, rulesets, naming), rulesets)
    : findChains(name, rulesets);
  const graphs = new Map<FoundChain['table'], ChainGraph>();
  return found.map((each) => {
    const graph = graphs.get(each.table) ?? graphOf(each.table);
    graphs.set(each.table, graph);
    return describe(each, graph, naming);
  });
}

function rank({ family }: Ruleset): number {
  return family === 'ipv4' ? 0 : 1;
}

/** @returns what is known of a name for which {@link describeChain} found nothing; null for nothing. */
export function describeAbsence(name: string, input: ChainInput): AbsentChain | null {
  return explainAbsence(name, { ...input, naming: nameServices(input) });
}

function describe(found: FoundChain, graph: ChainGraph, naming: ServiceNaming): ChainItem {
  const { ruleset, table, chain } = found;
  const { service, endpoint, misdirected } = identifyChain(found, graph, naming);
  return {
    kind: 'chain',
    family: ruleset.family,
    backend: ruleset.backend,
    table: table.name,
    name: chain.name,
    file: chain.file,
    line: chain.line,
    cut: cutText(found),
    policy: chain.policy,
    owner: ownerOf(chain.name),
    purpose: purposeText(chain.name),
    service,
    endpoint,
    misdirected,
    rules: rulesOf(found, naming),
    jumpedFrom: graph.callersOf(chain.name).map(({ chain: caller, index }) => {
      const rule = caller.rules.at(index);
      return { chain: caller.name, rule: rule.number, line: rule.line, text: rule.text };
    }),
    leadsTo: leadsTo(ruleset, table, chain.name),
    reach: reachOf(found, graph),
  };
}

function rulesOf({ ruleset, table, chain }: FoundChain, naming: ServiceNaming): ChainItem['rules'] {
  const items: ChainItem['rules'][number][] = [];
  for (let index = 0; index < chain.rules.length; index++) {
    const rule = chain.rules.at(index);
    const { number, line, text } = rule;
    const note = noteRule(rule, { ruleset, table, naming });
    items.push({ number, line, text, packets: rule.counters?.packets ?? null, note });
  }
  return items;
}

function cutText({ table, chain }: FoundChain): string | null {
  const { cut } = table;
  const at = chain.cut ?? cut;
  if (at === undefined) return null;
  if (chain.cut?.side === 'among')
    return `the command left lines out of the rules at ${at.file}:${at.line}: rules of this chain may be missing`;
  const what =
    chain.cut === undefined
      ? 'rules that jump here may be missing'
      : chain.cut.side === 'start'
        ? 'rules at the start of this chain may be missing'
        : chain.rules.length === 0
          ? 'whatever rules this chain has are missing'
          : 'rules at the end of this chain may be missing';
  return `the dump breaks off at ${at.file}:${at.line}: ${what}`;
}

function reachOf({ chain }: FoundChain, graph: ChainGraph): ChainItem['reach'] {
  if (isBuiltIn(chain)) return 'built-in';
  if (graph.reached.has(chain.name)) return 'hooked';
  return graph.complete ? 'dead' : 'unknown';
}

/** A chain without a jump looks like a fault; for these it is none. */
function purposeText(name: string): string | null {
  const purpose = purposeOf(name);
  if (purpose === null || !hasRole(name, 'canary')) return purpose;
  return `${purpose} Nothing ever jumps to it, by design.`;
}
