import { programOf } from '../../iptables/tool.ts';
import type { Family } from '../../net/address.ts';
import { isOfIptables } from '../../nftables/iptables-chains.ts';
import type { Note } from '../explanation.ts';
import type { Known } from '../question/question.ts';

/** Says of rules without table nat that the Services which they do not refuse are not in them. */
export function noteIptables(known: Known): Note[] {
  const { rulesets, proxyMode } = known;
  if (proxyMode === 'ipvs' || proxyMode === 'nftables') return [];
  const unsaved = unsavedFamilies(known);
  if (unsaved.length > 0)
    return [
      {
        code: 'nat-not-captured',
        text: `${known.nft?.file ?? 'nft'} lists table nat of ${unsaved.map(programOf).join(' and ')} without what all its rules ask, and that alone was captured: Services may be missing from this list`,
        settle: `capture ${unsaved.map((family) => `\`${programOf(family)}-save -c\``).join(' and ')}`,
      },
    ];
  if (rulesets.length === 0 || rulesets.some(({ tables }) => tables.has('nat'))) return [];
  return [
    {
      code: 'nat-not-captured',
      text: 'table nat, whose rules lead to endpoints, was not captured: Services may be missing from this list',
      settle: 'capture `iptables-save -c`',
    },
  ];
}

/** Families whose table nat iptables-nft wrote, as nft lists it, and of which no dump of iptables was captured. */
function unsavedFamilies({ nft, rulesets }: Known): Family[] {
  return (['ipv4', 'ipv6'] as const).filter((family) => {
    const table = nft?.tables.get(family === 'ipv4' ? 'ip nat' : 'ip6 nat');
    return (
      table?.chains.hooked().some((chain) => isOfIptables(chain) && chain.rules.length > 0) === true &&
      !rulesets.some((each) => each.family === family && each.tables.has('nat'))
    );
  });
}
