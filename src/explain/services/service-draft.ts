import { namesBeginning, type Ruleset, type Table } from '../../iptables/ruleset.ts';
import { splitChainName } from '../../proxy/chain-name.ts';
import { beginningsOf, chainName, OF_SERVICE } from '../../proxy/chains.ts';
import { SERVICE_PREFIXES } from '../../proxy/hash.ts';
import { type Entry, readNodePortEntries, readServiceEntries } from './entry-rules.ts';
import { type RefusalRule, readRefusals } from './refusal-rules.ts';
import type { ServiceNaming } from './service-naming.ts';

/** Everything in one ruleset that belongs to one Service port, before it has a name. */
export interface ServiceDraft {
  /** The 16 characters in which its chains end; null for a port that exists as refusals alone and whose hash is not known. */
  readonly suffix: string | null;
  readonly entries: Entry[];
  readonly refusals: RefusalRule[];
  /** SVC, SVL, EXT, FW and XLB chains: those that exist and those that an entry jumps to. */
  readonly chains: Set<string>;
}

/**
 * Collects what belongs together: by the hash in chain names, for refusals by the address, the name of the Service port or,
 * where nothing else is left, the address alone. One pass over the rules of the entry chains and over the chain names.
 * @param isWanted asked with what the names of a port's chains end in, null for one that has none. Absent: all are wanted
 */
export function draftServices(
  ruleset: Ruleset,
  naming: ServiceNaming,
  isWanted: (hash: string | null) => boolean = () => true,
): ServiceDraft[] {
  const drafts = new Map<string, ServiceDraft>();
  const bySocket = new Map<string, string>();
  const nat = ruleset.tables.get('nat');
  if (nat !== undefined) {
    for (const entry of [...readServiceEntries(nat, isWanted), ...readNodePortEntries(nat, isWanted)]) {
      const draft = draftOf(drafts, entry.suffix, entry.suffix);
      draft.entries.push(entry);
      draft.chains.add(entry.chain);
      if (entry.printed === null) bySocket.set(socketKey(entry), entry.suffix);
    }
    addChains(drafts, nat);
  }
  const filter = ruleset.tables.get('filter');
  for (const refusal of filter === undefined ? [] : readRefusals(filter)) {
    const socket = refusal.printed === null ? bySocket.get(socketKey(refusal)) : undefined;
    const suffix = socket ?? naming.suffixOfRefusal(refusal);
    draftOf(drafts, suffix ?? `socket ${socketKey(refusal)}`, suffix).refusals.push(refusal);
  }
  return [...drafts.values()].filter(({ suffix }) => isWanted(suffix));
}

/** Chains that no entry leads to are listed too: after `-F CHAINS.services` they are all that is left of a Service. */
function addChains(drafts: Map<string, ServiceDraft>, nat: Table): void {
  for (const chain of namesBeginning(nat, beginningsOf(...OF_SERVICE))) {
    const name = splitChainName(chain);
    if (name === null) continue;
    draftOf(drafts, name.hash, name.hash).chains.add(chain);
  }
}

function draftOf(drafts: Map<string, ServiceDraft>, key: string, suffix: string | null): ServiceDraft {
  const known = drafts.get(key);
  if (known !== undefined) return known;
  const draft: ServiceDraft = { suffix, entries: [], refusals: [], chains: new Set() };
  drafts.set(key, draft);
  return draft;
}

/** @returns the draft's chains, SVC first, then SVL, EXT, FW and XLB. */
export function chainsInOrder(draft: ServiceDraft): string[] {
  return SERVICE_PREFIXES.map((prefix) => chainName(prefix, draft.suffix ?? '')).filter((chain) =>
    draft.chains.has(chain),
  );
}

function socketKey(rule: {
  readonly address: string | null;
  readonly port: number | null;
  readonly protocol: string | null;
  readonly printed: string | null;
}): string {
  return `${rule.printed ?? rule.address ?? 'node'} ${rule.port ?? ''} ${rule.protocol ?? ''}`;
}
