import type { Note } from '../explanation.ts';
import type { Known } from '../question/question.ts';

/** Says of rules without table nat that the Services which they do not refuse are not in them. */
export function noteIptables({ rulesets, proxyMode }: Known): Note[] {
  const elsewhere = proxyMode === 'ipvs' || proxyMode === 'nftables';
  if (elsewhere || rulesets.length === 0 || rulesets.some(({ tables }) => tables.has('nat'))) return [];
  return [
    {
      code: 'nat-not-captured',
      text: 'table nat, whose rules lead to endpoints, was not captured: Services may be missing from this list',
      settle: 'capture `iptables-save -c`',
    },
  ];
}
