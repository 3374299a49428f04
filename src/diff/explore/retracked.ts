import type { NftRule } from '../../nftables/ruleset.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import type { Ending } from '../../trace/branch.ts';
import type { Step } from '../../trace/outcome.ts';
import type { Packet } from '../../trace/packet.ts';
import type { Ways } from '../../trace/trace-packet.ts';
import { findDifference, groupWays, type NameQuestion } from './compare-ways.ts';

/** Packets that conntrack does not treat alike on both sides, whatever becomes of the packets themselves. */
export interface Retracked {
  /** The rule that tells conntrack so, on the side that has it; null where no single rule does. */
  readonly rule: { readonly number: number; readonly chain: string; readonly text: string } | null;
  readonly classes: number;
}

/**
 * A rule may have a packet's connection looked up in another zone, not looked up at all, or followed by a helper. The packet may
 * fare as before, and still the packets that answer it find another connection or none, so that nothing rewrites them back
 * (nf_ct_zone_tmpl and nf_conntrack_in, net/netfilter/nf_conntrack_core.c; net/netfilter/xt_CT.c).
 * @param sides the ways of a packet on each side, and how each side names its questions
 * @returns the rule, and null in it where none is found; null where conntrack is told the same on both sides
 */
export function retrackingOf(
  packet: Packet,
  sides: readonly { readonly ways: Ways; readonly nameQuestion: NameQuestion }[],
): Pick<Retracked, 'rule'> | null {
  // Such a packet has no connection, on whichever side.
  if (packet.state === 'INVALID' || packet.state === 'UNTRACKED') return null;
  const told = sides.map(({ ways }) => new Set(ways.endings.map(trackingOf)));
  if (told.every((texts) => texts.size === 1 && texts.has(PLAIN))) return null;
  const [before, after] = sides.map(({ ways, nameQuestion }) => groupWays(ways, nameQuestion, trackingOf));
  const difference = findDifference(before ?? [], after ?? []);
  if (difference === null) return null;
  const { before: own, after: other } = difference;
  const telling = [...other.ends, ...own.ends].flatMap(([text, ending]) =>
    own.shares.get(text) === other.shares.get(text) ? [] : (tellingSteps(ending)[0] ?? []),
  );
  const [step] = telling;
  const rule = step?.rule ?? null;
  return { rule: rule && { number: rule.number, chain: rule.chain, text: rule.text } };
}

/** Conntrack looks the packet up in zone 0, with no helper but its own. */
const PLAIN = '';

function trackingOf(ending: Ending): string {
  const { untracked, zones } = ending.branch.state;
  if (untracked === 'UNTRACKED') return untracked;
  const zone = zones === null || (zones.original === 0 && zones.reply === 0) ? PLAIN : zoneText(zones);
  return [zone, ...tellingSteps(ending).flatMap(beside)].filter((text) => text !== PLAIN).join(' ');
}

function zoneText({ original, reply }: NonNullable<Ending['branch']['state']['zones']>): string {
  return `${original ?? 'by mark'} ${reply ?? 'by mark'}`;
}

/** What a rule tells conntrack beside the zone: helper and timeout. */
function beside(step: Step): string[] {
  if (step.program === 'nft')
    return (step.rule?.statements ?? []).flatMap((each) =>
      each.kind === 'passive' && each.what.startsWith('ct ') ? [each.text] : [],
    );
  const effect = step.rule === null ? null : lowered(step.rule).effect;
  return effect?.kind === 'zone' && /--(?:helper|timeout) /.test(effect.text) ? [effect.text] : [];
}

/** @returns the steps of a way that tell conntrack something, oldest first. */
function tellingSteps({ branch }: Ending): Step[] {
  const steps: Step[] = [];
  for (let node = branch.path; node !== null; node = node.before)
    if (tellsConntrack(node.entry.step)) steps.push(node.entry.step);
  return steps.reverse();
}

function tellsConntrack(step: Step): boolean {
  if (step.rule === null) return false;
  if (step.program === 'nft') return nativeTells(step.rule);
  const kind = lowered(step.rule).effect?.kind;
  return kind === 'zone' || kind === 'notrack';
}

function nativeTells({ statements }: NftRule): boolean {
  return statements.some(
    (each) =>
      each.kind === 'notrack' ||
      (each.kind === 'assign' && each.field.kind === 'ct' && each.field.key === 'zone') ||
      (each.kind === 'passive' && each.what.startsWith('ct ')),
  );
}
