import type { Family } from '../net/address.ts';
import { baseName } from './base-options.ts';
import { baseMatch } from './extensions/base.ts';
import { type Context, textOf, unrecognisedPart } from './extensions/extension.ts';
import { matchModule, targetModule } from './extensions/registry.ts';
import type { Match } from './match.ts';
import { formatPart, type ModuleSyntax, type Part, type TargetSyntax } from './part.ts';
import type { Counters } from './ruleset.ts';
import { parseRuleSyntax, type RuleSyntax } from './syntax.ts';
import type { Target } from './target.ts';

/** What a rule's text means. */
export interface Meaning {
  readonly matches: readonly Match[];
  readonly target: Target | null;
  /** Counters written inside the rule (`-c 1 2`, as `iptables -S -v` prints them), or null. */
  readonly counters: Counters | null;
}

/** @returns the word after `-j` or `-g` of a rule, or null. */
export function targetSyntaxName(text: string): string | null {
  return parseRuleSyntax(text)?.target?.name ?? null;
}

/**
 * Interprets one rule.
 * @param text `-A CHAIN …`, without counters in front.
 * @param isChain says whether the table has a chain of this name. A chain may bear a name that only a target missing
 * on that node would have (`ACCOUNT`); iptables refuses names of targets it can load, so the chain is meant then.
 * @returns the meaning; whatever cannot be read is an `unrecognised` match or target. Never throws.
 */
export function interpretRule(text: string, family: Family, isChain: (name: string) => boolean): Meaning {
  const syntax = text.includes('\0') ? null : parseRuleSyntax(text);
  if (syntax === null || syntax.unclosed || mayLackTarget(syntax, text)) return unreadableRule(text);
  return interpretSyntax(syntax, family, isChain);
}

/**
 * `-j` without a name, or words that nothing accounts for where no target is named: the line was cut, or `...` stands for its rest, and
 * what it does may be what is missing. iptables refuses both.
 */
function mayLackTarget({ base, strays, target }: RuleSyntax, text: string): boolean {
  if (target !== null) return false;
  if (/(?:\.{3}|…)\s*$/.test(text)) return true;
  return (
    strays.length > 0 ||
    base.some(({ flag, values }) => /^-[jg]$/.test(baseName(flag.text)) && values.length === 0)
  );
}

/** @returns the meaning of a rule of which nothing can be told: whether it matches, and what it would do. */
export function unreadableRule(text: string): Meaning {
  return {
    matches: [{ kind: 'unrecognised', negated: false, text }],
    target: { kind: 'unrecognised', name: '', text },
    counters: null,
  };
}

function interpretSyntax(syntax: RuleSyntax, family: Family, isChain: (name: string) => boolean): Meaning {
  const context: Context = { family };
  const matches: Match[] = [];
  let counters: Counters | null = null;
  for (const part of syntax.base) {
    const given = baseName(part.flag.text) === '-c' ? readCounters(part) : null;
    if (given !== null) counters = given;
    else if (baseName(part.flag.text) !== '-t') matches.push(baseMatch(part, context));
  }
  for (const module of syntax.modules) readModule(module, context, matches);
  for (const part of syntax.strays) matches.push(unrecognisedPart(part));
  const target = syntax.target === null ? null : readTarget(syntax.target, context, isChain);
  return { matches, target, counters };
}

function readCounters(part: Part): Counters | null {
  const [packets, bytes] = part.values.map((value) => value.text);
  if (!/^\d+$/.test(packets ?? '') || !/^\d+$/.test(bytes ?? '')) return null;
  return { packets: Number(packets), bytes: Number(bytes) };
}

function readModule(module: ModuleSyntax, context: Context, matches: Match[]): void {
  const read = matchModule(module.name)?.read(module.parts, context) ?? null;
  if (read === null) {
    matches.push({ kind: 'unrecognised', negated: false, text: `-m ${textOf(module.name, module.parts)}` });
  } else for (const match of read) matches.push(match);
}

function readTarget(target: TargetSyntax, context: Context, isChain: (name: string) => boolean): Target {
  const { name } = target;
  const bare = target.parts.length === 0 && target.strays.length === 0;
  if (target.goto && bare) return { kind: 'goto', chain: name };
  const module = target.goto ? null : targetModule(name);
  if (bare && (module === null || isChain(name))) return { kind: 'jump', chain: name };
  // DNAT and SNAT say themselves that they could not be read; of any other target, odd words leave the effect open.
  if (target.strays.length === 0 || name === 'DNAT' || name === 'SNAT') {
    const read = module?.read(target, context) ?? null;
    if (read !== null) return read;
  }
  let text = textOf(name, target.parts);
  for (const part of target.strays) text += formatPart(part);
  return { kind: 'unrecognised', name, text };
}
