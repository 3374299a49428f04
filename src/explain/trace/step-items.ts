import type { Rule, Ruleset } from '../../iptables/ruleset.ts';
import { type NftRuleset, tableKey } from '../../nftables/ruleset.ts';
import type { IptablesStep, Step, Trace } from '../../trace/outcome.ts';
import { isInIptables } from '../../trace/place.ts';
import { nftStepNote } from '../chains/nft/nft-notes.ts';
import { noteRule } from '../chains/rule-note.ts';
import type { StepItem } from '../trace-list.ts';
import type { Namer } from './namer.ts';

/** @returns the trace's steps as the contract prints them, each with a plain sentence where one is known. */
export function describeSteps(
  trace: Trace,
  rulesets: readonly Ruleset[],
  nft: NftRuleset | null | undefined,
  namer: Namer,
): StepItem[] {
  return trace.steps.map((step) => describeStep(step, rulesets, nft, namer));
}

/** @returns one step as the contract prints it. */
export function describeStep(
  step: Step,
  rulesets: readonly Ruleset[],
  nft: NftRuleset | null | undefined,
  namer: Namer,
): StepItem {
  return {
    id: step.id,
    hook: step.hook,
    backend: isInIptables(step) ? step.backend : step.program,
    table: step.table,
    chain: step.chain,
    rule: step.rule?.number ?? null,
    ...(step.program === 'nft' ? { family: step.family, handle: step.rule?.handle ?? null } : {}),
    file: (step.rule ?? listingOf(step))?.file ?? null,
    line: (step.rule ?? listingOf(step))?.line ?? null,
    text: step.rule?.text ?? null,
    ...countersOf(step),
    action: step.action,
    target: step.target,
    ...(step.program === 'ipvs' ? { scheduler: step.scheduler } : {}),
    note: noteOf(step, rulesets, nft, namer),
  };
}

/** Of a rule of iptables whose listing has counters. */
function countersOf(step: Step): Pick<StepItem, 'counters'> {
  if (!isInIptables(step) || step.rule === null || step.rule.counters === null) return {};
  const { packets, bytes } = step.rule.counters;
  return { counters: { packets, bytes } };
}

function noteOf(
  step: Step,
  rulesets: readonly Ruleset[],
  nft: NftRuleset | null | undefined,
  namer: Namer,
): string | null {
  if (step.rule === null) return endNote(step);
  if (step.program === 'nft') {
    const table = nft?.tables.get(tableKey(step.family, step.table));
    return table === undefined ? null : nftStepNote(step.rule, step.target, table);
  }
  if (!isInIptables(step)) return null;
  const notes = NOTES.get(namer) ?? new WeakMap<Rule, string | null>();
  NOTES.set(namer, notes);
  const known = notes.get(step.rule);
  if (known !== undefined) return known;
  const note = ruleNote(step, step.rule, rulesets, namer);
  notes.set(step.rule, note);
  return note;
}

/** A node has one namer: what a rule is for is the same for each sender. */
const NOTES = new WeakMap<Namer, WeakMap<Rule, string | null>>();

function ruleNote(step: IptablesStep, rule: Rule, rulesets: readonly Ruleset[], namer: Namer): string | null {
  const ruleset = rulesets.find(({ backend }) => backend === step.backend);
  const table = ruleset?.tables.get(step.table);
  if (ruleset === undefined || table === undefined) return null;
  return noteRule(rule, { ruleset, table, naming: namer.naming });
}

/** Where the virtual server is listed. */
function listingOf(step: Step): { readonly file: string; readonly line: number } | null {
  return step.program === 'ipvs' ? step.listed : null;
}

function endNote(step: Step): string | null {
  if (step.event === 'policy') return `No rule of ${step.chain} ended it: the chain's policy does.`;
  return null;
}
