import type { Manifest } from '../capture/manifest.ts';
import type { KnownChains } from '../iptables/known-chains.ts';
import { mergeRulesets } from '../iptables/merge.ts';
import type { Backend, Ruleset } from '../iptables/ruleset.ts';
import { parseSave } from '../iptables/save/parse-save.ts';
import type { ProblemList } from '../problems/problem.ts';
import { KNOWN_CHAINS } from '../proxy/known-chains.ts';
import { requireOneListing, requireOneState } from './one-node.ts';
import type { SortedSource, SortedSources } from './sort-sources.ts';

/**
 * @returns the rules of every dump given, one Ruleset for each family and backend. Throws InputError where two dumps cannot be
 * of one node at one time.
 */
export async function loadRulesets(
  sources: SortedSources,
  manifest: Manifest,
  problems: ProblemList,
): Promise<Ruleset[]> {
  const rulesets: Ruleset[] = [];
  for (const sorted of sources.get('iptables-save') ?? []) {
    rulesets.push(...parseSave(sorted.source, hintsOf(sorted, manifest), problems));
  }
  const listings = sources.get('iptables-listing') ?? [];
  if (listings.length > 0) {
    const { parseListing } = await import('../iptables/listing/parse-listing.ts');
    for (const sorted of listings) {
      rulesets.push(...parseListing(sorted.source, hintsOf(sorted, manifest), problems));
    }
  }
  requireOneState(rulesets);
  requireOneListing(rulesets);
  return mergeRulesets(rulesets, problems);
}

/** What the parsers may take for granted where the dump itself does not say. */
function hintsOf(
  { source, family }: SortedSource,
  manifest: Manifest,
): { family?: 'ipv4' | 'ipv6'; backend?: Backend; chains: KnownChains; allTables?: true } {
  const backend = source.hints?.backend ?? backendOf(manifest.backend);
  return {
    chains: KNOWN_CHAINS,
    ...(family === null ? {} : { family }),
    ...(backend === null ? {} : { backend }),
    ...(source.hints?.kind === 'iptables-save' ? { allTables: true } : {}),
  };
}

function backendOf(told: string | null): Backend | null {
  return told === 'iptables-nft' || told === 'iptables-legacy' ? told : null;
}
