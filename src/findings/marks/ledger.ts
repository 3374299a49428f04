import type { Known } from '../../explain/question/question.ts';
import { otherChains } from '../../explain/services/other-chains.ts';
import type { Match } from '../../iptables/match.ts';
import { commentOf, type Rule, type Ruleset } from '../../iptables/ruleset.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { ownerOf, ownerOfComment } from '../../proxy/owners.ts';
import { groupBy } from '../group.ts';

/** What a program does with bits of the packet's mark, in one family. */
export interface MarkUse {
  /** `calico`; null: rules whose chain and comment tell nobody. */
  readonly owner: string | null;
  /** Bits that its rules set, test, and clear without setting others in the same place. */
  readonly sets: number;
  readonly tests: number;
  readonly clears: number;
  /** Rules that write all 32 bits. */
  readonly unmasked: readonly Rule[];
  /** Rules that set a bit, those that test one. */
  readonly setters: readonly Rule[];
  readonly testers: readonly Rule[];
}

/** Chains longer than this are lists, not somebody's marking. */
const MANY = 5_000;
const ALL = 0xffff_ffff;

/** @returns who uses which bits of the packet's mark: one entry for each program, kube-proxy and kubelet as one. */
export function readMarkLedger({ rulesets }: Known, family: Ruleset['family']): MarkUse[] {
  const rules = rulesets
    .filter((ruleset) => ruleset.family === family)
    .flatMap((ruleset) => [...markRules(ruleset)]);
  return [...groupBy(rules, ownerOfRule)].map(([owner, own]) => useOf(owner, own));
}

function useOf(owner: string | null, rules: readonly Rule[]): MarkUse {
  const setters = rules.filter((rule) => setBits(rule) !== 0);
  const testers = rules.filter((rule) => testBits(rule) !== 0);
  return {
    owner,
    sets: union(setters.map(setBits)),
    tests: union(testers.map(testBits)),
    clears: union(rules.map(clearedBits)),
    unmasked: rules.filter(({ target }) => target?.kind === 'mark' && target.mask >>> 0 === ALL),
    setters,
    testers,
  };
}

/** @returns bits that a rule may set: of a value written whole, the value's. */
export function setBits({ target }: Rule): number {
  return target?.kind === 'mark' ? target.value >>> 0 : 0;
}

/** @returns bits that a rule tests; of a rule that tests all 32, the value's. */
export function testBits({ matches }: Rule): number {
  return union(matches.map(bitsOfMatch));
}

function bitsOfMatch(match: Match): number {
  if (match.kind !== 'mark') return 0;
  return match.mask >>> 0 === ALL ? match.value >>> 0 : match.mask >>> 0;
}

/** Bits that a rule takes away and does not set: with no mask given, every other. */
function clearedBits({ target }: Rule): number {
  return target?.kind === 'mark' ? (target.mask & ~target.value) >>> 0 : 0;
}

function union(bits: readonly number[]): number {
  return bits.reduce((all, one) => (all | one) >>> 0, 0);
}

const ENTRIES: ReadonlySet<string> = new Set([CHAINS.services, CHAINS.nodePorts]);

function* markRules({ tables }: Ruleset): Generator<Rule> {
  for (const table of tables.values()) {
    // Of kube-proxy's chains only a few touch marks, and those of Services may be many thousands.
    for (const { name, rules } of otherChains(table)) {
      if (rules.length > MANY || ENTRIES.has(name)) continue;
      for (let index = 0; index < rules.length; index++) {
        const rule = rules.at(index);
        if (rule.target?.kind === 'mark' || rule.matches.some(({ kind }) => kind === 'mark')) yield rule;
      }
    }
  }
}

function ownerOfRule(rule: Rule): string | null {
  const comment = commentOf(rule);
  const owner = ownerOf(rule.chain) ?? (comment === null ? null : ownerOfComment(comment));
  // kubelet wrote the chains that kube-proxy uses (CHAINS.markMasquerade, until 1.27): they share the bit by design.
  return owner === 'kubelet' ? 'kube-proxy' : owner;
}
