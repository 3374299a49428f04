import { type Fields, objectOf, objectsOf, textOf } from '../json/fields.ts';
import { readJson } from '../json/read-json.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { NativeChain, NftFacts } from './facts.ts';
import { rulesetAsJson } from './nft-text.ts';
import { isTextForm } from './text-forms.ts';

/** The base chains that iptables-nft makes (`xtables_ipv4` in iptables/nft.c, 1.8.9): table, chain, type, priority. */
const IPTABLES_CHAINS: ReadonlySet<string> = new Set([
  'raw PREROUTING filter prerouting -300',
  'raw OUTPUT filter output -300',
  'mangle PREROUTING filter prerouting -150',
  'mangle INPUT filter input -150',
  'mangle FORWARD filter forward -150',
  'mangle OUTPUT route output -150',
  'mangle POSTROUTING filter postrouting -150',
  'nat PREROUTING nat prerouting -100',
  'nat INPUT nat input 100',
  'nat OUTPUT nat output -100',
  'nat POSTROUTING nat postrouting 100',
  'filter INPUT filter input 0',
  'filter FORWARD filter forward 0',
  'filter OUTPUT filter output 0',
  // iptables-nft hangs the security table at 150, though the kernel's own x_tables have it at 50.
  'security INPUT filter input 150',
  'security FORWARD filter forward 150',
  'security OUTPUT filter output 150',
  'security INPUT filter input 50',
  'security FORWARD filter forward 50',
  'security OUTPUT filter output 50',
]);

/**
 * Reads `nft -j list ruleset`, as far as the order of a packet's hooks depends on it.
 * @returns the facts, or null where the text cannot be read as a whole. Never throws.
 */
export function parseNft(text: string, file: string, problems: ProblemList): NftFacts | null {
  const value = readJson(isTextForm(text, 'ruleset') ? rulesetAsJson(text) : text, file, problems);
  if (value === undefined) return null;
  const root = objectOf(value);
  if (root === null || !Array.isArray(root.nftables)) {
    problems.add('unexpected-json', 'no list called nftables', file);
    return null;
  }
  const counts = new Map<string, number>();
  const baseChains: Fields[] = [];
  let kubeProxyTable = false;
  for (const item of objectsOf(root.nftables)) {
    const rule = objectOf(item.rule);
    if (rule !== null) {
      const key = chainKey(rule, 'chain');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const chain = objectOf(item.chain);
    if (chain !== null && typeof chain.hook === 'string') baseChains.push(chain);
    const table = objectOf(item.table);
    if (table !== null && table.name === 'kube-proxy' && (table.family === 'ip' || table.family === 'ip6')) {
      kubeProxyTable = true;
    }
  }
  const iptablesBaseChains = new Set<string>();
  const nativeChains: NativeChain[] = [];
  for (const chain of baseChains) {
    const ours = iptablesChain(chain);
    if (ours === null) nativeChains.push(readNative(chain, counts.get(chainKey(chain, 'name')) ?? 0));
    else iptablesBaseChains.add(ours);
  }
  return { iptablesBaseChains, nativeChains, kubeProxyTable };
}

function chainKey(object: Fields, nameKey: string): string {
  return `${String(object.family)}\0${String(object.table)}\0${String(object[nameKey])}`;
}

function iptablesChain(chain: Fields): string | null {
  const family = chain.family === 'ip' ? 'ipv4' : chain.family === 'ip6' ? 'ipv6' : null;
  if (family === null) return null;
  const spec = [chain.table, chain.name, chain.type, chain.hook, chain.prio].map(String).join(' ');
  return IPTABLES_CHAINS.has(spec) ? `${family} ${String(chain.table)} ${String(chain.name)}` : null;
}

function readNative(chain: Fields, rules: number): NativeChain {
  return {
    family: textOf(chain.family) ?? '',
    table: textOf(chain.table) ?? '',
    chain: textOf(chain.name) ?? '',
    hook: textOf(chain.hook) ?? '',
    priority: typeof chain.prio === 'number' ? chain.prio : 0,
    policy: textOf(chain.policy) ?? 'accept',
    rules,
  };
}
