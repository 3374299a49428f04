import type { Known } from '../../explain/question/question.ts';
import { otherChains } from '../../explain/services/other-chains.ts';
import type { Chain } from '../../iptables/ruleset.ts';
import type { Target } from '../../iptables/target.ts';
import { isKubeChain } from '../../proxy/chains.ts';

/** Targets by which an answer goes on as it was. */
const HARMLESS: ReadonlySet<Target['kind']> = new Set<Target['kind']>([
  'accept',
  'return',
  'jump',
  'goto',
  'mark',
  'connmark-set',
  'connmark-save',
  'connmark-restore',
  'masquerade',
  'passive',
]);

/**
 * @returns false where no chain but kube-proxy's own has a rule or policy by which an answer could be lost: then none has to be
 *   followed. Native tables of nft are not looked through.
 */
export function mayLoseAnswers({ rulesets, nft }: Known): boolean {
  if (nft != null) return true;
  return rulesets.some(({ tables }) =>
    [...tables.values()].some((table) =>
      otherChains(table).some((chain) => !isKubeChain(chain.name) && losesSome(chain)),
    ),
  );
}

function losesSome({ policy, rules, unseen, cut }: Chain): boolean {
  if (policy === 'DROP' || unseen === true || cut !== undefined) return true;
  for (let index = 0; index < rules.length; index++) {
    const { target } = rules.at(index);
    if (target !== null && !HARMLESS.has(target.kind)) return true;
  }
  return false;
}
