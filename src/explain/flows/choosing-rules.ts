import type { Family } from '../../net/address.ts';
import { CHOOSING, hasRole } from '../../proxy/chains.ts';
import { isChooser } from '../../proxy/nft-names.ts';
import type { Evidence } from '../flow-list.ts';
import type { Known } from '../question/question.ts';
import { affinitySetOf, readChoicesOf, rulesOf } from '../services/nft/choices.ts';
import { kubeProxyTables } from '../services/nft/kube-proxy-tables.ts';
import type { FlowPlace } from './flow-places.ts';
import type { ProgrammedPort } from './rule-services.ts';

const SHOWN = 3;

/** @returns the first rules by which this node chooses the Service port's endpoints, or by which it refuses them. */
export function choosingRules(place: FlowPlace, known: Known): Evidence[] {
  const found: Evidence[] = [];
  for (const { item } of place.programmed) {
    for (const { comment, file, line, action } of item.refusals) {
      found.push({ kind: 'rule', text: `${action.toUpperCase()} "${comment ?? ''}"`, file, line });
    }
    if (item.backend === 'nft') {
      found.push(...nftChoosingRules(item.family, item.chains, known));
      continue;
    }
    const nat = known.rulesets
      .find(({ family, backend }) => family === item.family && backend === item.backend)
      ?.tables.get('nat');
    for (const name of item.chains) {
      if (!hasRole(name, ...CHOOSING)) continue;
      const rules = nat?.chains.get(name)?.rules;
      for (let index = 0; rules !== undefined && index < rules.length && found.length < SHOWN; index++) {
        if (!hasRole(rules.targetName(index), 'endpoint')) continue;
        const { text, file, line } = rules.at(index);
        found.push({ kind: 'rule', text, file, line });
      }
    }
  }
  return found.slice(0, SHOWN);
}

/** The rules of `service-` and `local-` chains that choose. */
function nftChoosingRules(family: Family, chains: readonly string[], known: Known): Evidence[] {
  const table = kubeProxyTables(known).find((each) => each.family === family)?.table;
  if (table === undefined) return [];
  return chains.flatMap((name) => {
    const chain = isChooser(name) ? table.chains.get(name) : undefined;
    return chain === undefined
      ? []
      : [...rulesOf(chain)]
          .filter((rule) => affinitySetOf(rule) === null && readChoicesOf(rule, table).length > 0)
          .map(({ text, file, line }): Evidence => ({ kind: 'rule', text: `${name}: ${text}`, file, line }));
  });
}

/**
 * @returns what the rules give this endpoint of new connections, 0 where they never choose it; null where they do not tell, as where
 *   some of those that choose were not captured.
 */
export function shareOf(place: FlowPlace, address: string, port: number | null): number | null {
  const told = place.programmed.filter(isTold);
  if (told.length === 0) return null;
  let share = 0;
  let readable = false;
  if (isChosenInPart(place)) return null;
  for (const { item, entered } of told) {
    // A chain whose endpoints cannot be read (a listing of single chains, or one that lacks it) says nothing.
    if (entered && item.endpoints.length === 0 && item.refusals.length === 0 && hasChooser(item.chains))
      continue;
    if (item.endpoints.some((one) => one.address === 'unknown')) continue;
    readable = true;
    const own = item.endpoints.filter((one) => one.address === address && one.port === port);
    // With a policy Local there are two choices; the one of the whole cluster is told.
    const scope = item.endpoints.some((one) => one.scope === 'cluster') ? 'cluster' : 'local';
    share = Math.max(share, ...own.filter((one) => one.scope === scope).map((one) => one.share));
  }
  return readable ? share : null;
}

/** @returns true where rules lead here, and some that choose its endpoints may be missing from the capture. */
export function isChosenInPart({ programmed }: FlowPlace): boolean {
  return programmed.some((port) => isTold(port) && !port.whole);
}

/** @returns true where the rules say something of packets that come to the place. */
export function isTold({ item, entered }: ProgrammedPort): boolean {
  return entered || item.refusals.length > 0;
}

function hasChooser(chains: readonly string[]): boolean {
  return chains.some((name) => hasRole(name, ...CHOOSING) || isChooser(name));
}
