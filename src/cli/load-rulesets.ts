import type { Manifest } from '../capture/manifest.ts';
import type { KnownChains } from '../iptables/known-chains.ts';
import { mergeRulesets } from '../iptables/merge.ts';
import type { Backend, Ruleset } from '../iptables/ruleset.ts';
import { parseSave } from '../iptables/save/parse-save.ts';
import type { Family } from '../net/address.ts';
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
  return mergeRulesets(rulesets, problems).map((ruleset) => besideLegacy(ruleset, manifest));
}

/** iptables-legacy-save prints nothing on a node without legacy tables: where it printed something, they exist. */
const LEGACY_FILES: Readonly<Record<Family, string>> = {
  ipv4: 'iptables-legacy-save.txt',
  ipv6: 'ip6tables-legacy-save.txt',
};

function besideLegacy(ruleset: Ruleset, { written }: Manifest): Ruleset {
  if (ruleset.backend === 'iptables-legacy' || ruleset.besideLegacy !== undefined) return ruleset;
  if (!written.includes(LEGACY_FILES[ruleset.family])) return ruleset;
  return { ...ruleset, besideLegacy: { file: 'capture.json', line: null } };
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
