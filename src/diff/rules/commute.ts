import type { Match, MatchOf } from '../../iptables/match.ts';
import type { Rule } from '../../iptables/ruleset.ts';
import { prefixCovers, prefixesOverlap } from '../../net/prefix.ts';
import { onlyLooks, textOf } from './rule-key.ts';

/**
 * @returns true where it can be told that two rules next to each other may change places: no packet matches both, or they
 * do the same and end the walk.
 */
export function mayChangePlaces(a: Rule, b: Rule): boolean {
  if (!onlyLooks(a) || !onlyLooks(b)) return false;
  if (endsAlike(a, b)) return true;
  return a.matches.some((one) => b.matches.some((other) => exclude(one, other)));
}

const VERDICTS = new Set(['accept', 'drop', 'reject', 'return']);

function endsAlike(a: Rule, b: Rule): boolean {
  if (a.target === null || b.target === null || !VERDICTS.has(a.target.kind)) return false;
  return textOf(a.target) === textOf(b.target);
}

/**
 * Fields that nothing on the way through a chain changes, so that what excluded one rule still does after another. The
 * kernel takes ports only beside the protocol they belong to (xt_check_match), so equal numbers of two protocols are told by
 * that.
 */
function exclude(a: Match, b: Match): boolean {
  if (a.kind === 'source' && b.kind === 'source') return prefixesExclude(a, b);
  if (a.kind === 'destination' && b.kind === 'destination') return prefixesExclude(a, b);
  if (a.kind === 'protocol' && b.kind === 'protocol')
    return (
      !a.negated &&
      !b.negated &&
      a.number !== null &&
      b.number !== null &&
      a.number !== b.number &&
      a.number * b.number !== 0
    );
  if (a.kind === 'destination-port' && b.kind === 'destination-port') return portsExclude(a, b);
  if (a.kind === 'source-port' && b.kind === 'source-port') return portsExclude(a, b);
  if (a.kind === 'in-interface' && b.kind === 'in-interface')
    return !a.negated && !b.negated && a.name !== b.name && !a.name.endsWith('+') && !b.name.endsWith('+');
  return false;
}

function prefixesExclude(
  a: MatchOf<'source' | 'destination'>,
  b: MatchOf<'source' | 'destination'>,
): boolean {
  if (!a.negated && !b.negated) return !prefixesOverlap(a.prefix, b.prefix);
  if (a.negated && !b.negated) return prefixCovers(a.prefix, b.prefix);
  return !a.negated && prefixCovers(b.prefix, a.prefix);
}

function portsExclude(
  a: MatchOf<'source-port' | 'destination-port'>,
  b: MatchOf<'source-port' | 'destination-port'>,
): boolean {
  if (a.negated || b.negated) return false;
  return a.ports.to < b.ports.from || b.ports.to < a.ports.from;
}
