import type { Family } from '../net/address.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { FrameChain } from './facts.ts';

interface Rule {
  readonly words: readonly string[];
  readonly text: string;
  readonly line: number;
}

interface Chain {
  readonly table: FrameChain['table'];
  readonly name: string;
  policy: string;
  readonly line: number;
  readonly rules: Rule[];
}

const BUILT_IN: ReadonlySet<string> = new Set([
  ...['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING', 'BROUTING'],
]);

/**
 * Reads `ebtables-save` and `ebtables -L` of the legacy program, as far as it takes to say which chains can drop frames of IP: what a
 * rule asks is not followed, but for the protocol of its frames (ebt_basic_match, net/bridge/netfilter/ebtables.c).
 * @returns one entry for each built-in chain and thing that drops. Lines that cannot be read become problems. Never throws.
 */
export function parseEbtables(text: string, file: string, problems: ProblemList): FrameChain[] {
  const chains = readChains(text, file, problems);
  return [...chains.values()].flatMap((chain) => (BUILT_IN.has(chain.name) ? told(chain, chains, file) : []));
}

function readChains(text: string, file: string, problems: ProblemList): Map<string, Chain> {
  const chains = new Map<string, Chain>();
  let table: FrameChain['table'] = 'filter';
  let listed: Chain | null = null;
  const open = (name: string, policy: string, line: number): Chain => {
    const chain: Chain = chains.get(`${table} ${name}`) ?? { table, name, policy, line, rules: [] };
    chain.policy = policy;
    chains.set(`${table} ${name}`, chain);
    return chain;
  };
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const at = index + 1;
    if (line === '' || line.startsWith('#')) continue;
    const named = /^(?:\*|Bridge table: )(filter|nat|broute)$/.exec(line)?.[1];
    const [, saved, savedPolicy] = /^:(\S+) (ACCEPT|DROP|RETURN|CONTINUE)$/.exec(line) ?? [];
    const [, shown, shownPolicy] =
      /^Bridge chain: (\S+), entries: \d+, policy: (ACCEPT|DROP|RETURN|CONTINUE)$/.exec(line) ?? [];
    if (isTable(named)) table = named;
    else if (saved !== undefined && savedPolicy !== undefined) open(saved, savedPolicy, at);
    else if (shown !== undefined && shownPolicy !== undefined) listed = open(shown, shownPolicy, at);
    else {
      const words = line.replace(/^\d+\. /, '').split(/\s+/);
      const chain = words[0] === '-A' ? chains.get(`${table} ${words[1]}`) : listed;
      if (chain === undefined || chain === null)
        problems.add('unreadable-line', { of: 'ebtables' }, file, at);
      else chain.rules.push({ words, text: line, line: at });
    }
  }
  return chains;
}

function isTable(name: string | undefined): name is FrameChain['table'] {
  return name === 'filter' || name === 'nat' || name === 'broute';
}

function told(chain: Chain, chains: ReadonlyMap<string, Chain>, file: string): FrameChain[] {
  const { table, name, policy, line } = chain;
  const place = { table, chain: name, file };
  const may = mayDrop(chain, chains, new Set()).map(
    ({ rule, family }): FrameChain => ({
      ...{ ...place, does: 'may-drop', family },
      ...{ text: rule.text, line: rule.line },
    }),
  );
  if (policy !== 'DROP') return may;
  // An empty chain has its policy alone.
  const does = chain.rules.length === 0 ? 'drops' : 'may-drop';
  return [...may, { ...place, does, family: null, text: `policy ${policy}`, line }];
}

/** Rules with target DROP here, or in a chain of its own that rules lead to. In table broute DROP means: routed, not bridged. */
function mayDrop(
  chain: Chain,
  chains: ReadonlyMap<string, Chain>,
  met: Set<Chain>,
): { readonly rule: Rule; readonly family: Family | null }[] {
  if (met.has(chain)) return [];
  met.add(chain);
  return chain.rules.flatMap((rule) => {
    const about = familyOf(rule);
    if (about === 'other') return [];
    const target = wordBehind(rule, '-j', '--jump') ?? 'CONTINUE';
    if (target === 'DROP' || dropsAfter(rule)) return [{ rule, family: about }];
    const other = chains.get(`${chain.table} ${target}`);
    if (other === undefined) return [];
    const inside = mayDrop(other, chains, met);
    return other.policy === 'DROP' ? [...inside, { rule, family: about }] : inside;
  });
}

/** `-j mark --mark-set 0x1 --mark-target DROP`: what becomes of the frame when the target has done its work. */
function dropsAfter({ words }: Rule): boolean {
  return words.some((word, at) => /^--[a-z]+-target$/.test(word) && words[at + 1] === 'DROP');
}

/** Frames of IP have one of two types; a rule that asks for another, as for ARP, is about none of them. */
function familyOf(rule: Rule): Family | null | 'other' {
  const at = rule.words.findIndex((word) => word === '-p' || word === '--protocol');
  if (at < 0) return null;
  // A negated type may be any other.
  if (rule.words[at - 1] === '!' || rule.words[at + 1] === '!') return null;
  const type = (rule.words[at + 1] ?? '').toLowerCase();
  if (type === 'ipv4' || /^(?:0x)?0*800$/.test(type)) return 'ipv4';
  if (type === 'ipv6' || /^(?:0x)?86dd$/.test(type)) return 'ipv6';
  return 'other';
}

function wordBehind({ words }: Rule, ...names: readonly string[]): string | null {
  const at = words.findIndex((word) => names.includes(word));
  return at < 0 ? null : (words[at + 1] ?? null);
}
