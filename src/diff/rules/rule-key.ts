import type { Match } from '../../iptables/match.ts';
import type { Rule } from '../../iptables/ruleset.ts';
import type { PassiveTarget, Target } from '../../iptables/target.ts';

const KEYS = new WeakMap<Rule, string>();

/**
 * @returns what a rule means, as one text: equal for rules that do the same to the same packets. Counters, comments,
 * accounting, spelling and the order of independent matches are not in it.
 */
export function ruleKey(rule: Rule): string {
  let key = KEYS.get(rule);
  if (key === undefined) {
    key = `${meaningfulMatches(rule).map(textOf).sort().join(' ')} → ${rule.target === null ? '' : textOf(meaningOf(rule.target))}`;
    KEYS.set(rule, key);
  }
  return key;
}

/** @returns the matches that can be answered no. */
export function meaningfulMatches(rule: Rule): Match[] {
  return rule.matches.filter(({ kind }) => kind !== 'comment' && kind !== 'nfacct');
}

/** @returns one text for a match, a target or any other plain value of the model. */
export function textOf(value: Match | Target): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
}

/** DNAT and SNAT keep their spelling beside what was read of it; the spelling only counts where nothing was read. */
function meaningOf(target: Target): Target {
  if ((target.kind === 'dnat' || target.kind === 'snat') && target.to !== null)
    return { ...target, text: '' };
  return target;
}

/** Extensions whose asking alone changes something for other rules or packets. */
const REMEMBERS: ReadonlySet<Match['kind']> = new Set([
  'recent',
  'opaque',
  'unrecognised',
  'lost',
  'statistic-nth',
]);

/** @returns true where every match only looks at the packet. */
export function onlyLooks(rule: Rule): boolean {
  return rule.matches.every(({ kind }) => !REMEMBERS.has(kind));
}

/** Buckets and counters of these belong to their rule alone, so a rule that only counts may hold one without effect. */
const OF_ITS_RULE = /^(?:limit|quota|nfacct-list)$/;

/** Targets that leave the way of a packet alone, but not what is in it, or that send a copy of it elsewhere. */
const ALTERS: ReadonlySet<PassiveTarget> = new Set<PassiveTarget>([
  ...(['CHECKSUM', 'CLASSIFY', 'CONNSECMARK', 'ECN', 'SECMARK'] as const),
  ...(['TCPMSS', 'TCPOPTSTRIP', 'TEE'] as const),
]);

/** @returns true where what the rule does to packets is in no outcome of a trace. */
export function isUnseen({ target }: Rule): boolean {
  return target?.kind === 'passive' && ALTERS.has(target.name);
}

/** @returns true where a rule neither changes the packet nor ends its way nor remembers anything: LOG, a counter. */
export function hasNoEffect(rule: Rule): boolean {
  const { target } = rule;
  const goesOn = target === null || (target.kind === 'passive' && target.name !== 'SET' && !isUnseen(rule));
  if (!goesOn) return false;
  return rule.matches.every(
    (match) =>
      !REMEMBERS.has(match.kind) ||
      match.kind === 'statistic-nth' ||
      (match.kind === 'opaque' && OF_ITS_RULE.test(match.module)),
  );
}
