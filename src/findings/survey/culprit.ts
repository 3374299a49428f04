import { CHAINS, isKubeChain, isOfOneService } from '../../proxy/chains.ts';
import type { IptablesStep, Outcome, PathEntry, Step } from '../../trace/outcome.ts';
import { isInIptables } from '../../trace/place.ts';
import type { Behaviour } from '../expected/behaviour.ts';
import type { Culprit, DeviationKind } from './deviation.ts';
import { nftCulpritOf, nftVerdictOf } from './nft/nft-culprit.ts';

/**
 * @param mode in which kube-proxy works: in IPVS mode not nat but IPVS, behind filter INPUT, sends to endpoints
 * @returns what made this outcome differ in this way
 */
export function culpritOf(kind: DeviationKind, outcome: Outcome, mode: Behaviour['mode']): Culprit {
  if (mode === 'nftables') return nftCulpritOf(kind, outcome) ?? verdictOf(outcome);
  const inIpvs = mode === 'ipvs';
  switch (kind) {
    case 'undelivered':
      return inIpvs ? verdictOf(outcome) : undelivered(outcome);
    case 'untranslated':
      return inIpvs ? { kind: 'no-rule' } : untranslated(outcome);
    case 'wrong-endpoints':
    case 'uneven':
      return translation(outcome) ?? { kind: 'unclear' };
    case 'not-masqueraded':
      return unmasqueraded(outcome);
    case 'masqueraded': {
      const step = inIptables(outcome).find(
        ({ step: { chain, action } }) => chain === MARK && action === 'mark',
      )?.step;
      return step === undefined ? { kind: 'unclear' } : { kind: 'verdict', step };
    }
    case 'not-refused':
      return translation(outcome) ?? verdictOf(outcome);
  }
}

const MARK = CHAINS.markMasquerade;

/** @returns true where kube-proxy's rules of nat marked the packet, for POSTROUTING to masquerade it. */
export function asksToMasquerade(outcome: Outcome): boolean {
  return inIptables(outcome).some(({ step: { chain, action } }) => chain === MARK && action === 'mark');
}

/** The outcome's path, as far as it goes through rules. */
function inIptables({ path }: Outcome): (PathEntry & { readonly step: IptablesStep })[] {
  return path.flatMap((entry) => {
    const { step } = entry;
    return isInIptables(step) ? [{ ...entry, step }] : [];
  });
}

/** A packet that nat did not translate and something later dropped: that it was not translated is what went wrong. */
function undelivered(outcome: Outcome): Culprit {
  const { path, decidedBy } = outcome;
  const first = path[0]?.state;
  const last = path.at(-1);
  const isTranslated =
    first !== undefined &&
    (first.destination.value !== outcome.destination.address.value ||
      first.destinationPort !== outcome.destination.port);
  const hook = last?.step.hook;
  const passedNat =
    hook === 'OUTPUT' ? decidedBy?.table === 'filter' : hook !== 'PREROUTING' && hook !== undefined;
  if (isTranslated || !passedNat) return verdictOf(outcome);
  const why = untranslated(outcome);
  const refused = isKubeChain(decidedBy?.chain);
  return why.kind === 'not-hooked' || (why.kind !== 'no-rule' && !refused) ? why : verdictOf(outcome);
}

function verdictOf(outcome: Outcome): Culprit {
  const { decidedBy, reason } = outcome;
  if (decidedBy?.program === 'ipvs') return { kind: 'balancer', server: decidedBy.chain };
  if (reason !== null) return { kind: 'routing', reason };
  // A packet that leaves is decided by the last policy it met; what let it past the filter table tells more.
  const filter = inIptables(outcome).findLast(
    ({ step: { table, action } }) => table === 'filter' && VERDICTS.has(action),
  )?.step;
  const step = decidedBy !== null && !isAccept(decidedBy) ? decidedBy : (filter ?? decidedBy);
  if (step?.program === 'iptables') return { kind: 'verdict', step };
  return nftVerdictOf(outcome) ?? { kind: 'unclear' };
}

const VERDICTS: ReadonlySet<string> = new Set(['accept', 'drop', 'reject']);

function isAccept({ action }: Step): boolean {
  return action === 'accept';
}

function translation(outcome: Outcome): Culprit | null {
  const balanced = outcome.path.findLast(({ step }) => step.program === 'ipvs')?.step;
  if (balanced !== undefined) return { kind: 'balancer', server: balanced.chain };
  const step = outcome.path.findLast(({ step: { action } }) => TRANSLATIONS.has(action))?.step;
  if (step === undefined) return null;
  if (isInIptables(step)) return { kind: 'translation', step };
  // A chain of nft at nat's own priority, or before it, took the connection's one chance to be translated (nf_nat_inet_fn).
  return step.program === 'nft' ? { kind: 'nft', what: 'translation', at: step } : null;
}

const TRANSLATIONS: ReadonlySet<string> = new Set(['dnat', 'redirect', 'netmap']);

function untranslated(outcome: Outcome): Culprit {
  const path = inIptables(outcome);
  const first = path[0]?.step.hook ?? 'PREROUTING';
  const hook = first === 'OUTPUT' ? 'OUTPUT' : 'PREROUTING';
  const untracked = path.find(({ step: { action } }) => action === 'notrack')?.step;
  if (untracked !== undefined) return { kind: 'untracked', step: untracked };
  const nat = path.map(({ step }) => step).filter((step) => step.table === 'nat' && step.hook === hook);
  if (!nat.some(({ chain, target }) => chain === CHAINS.services || target === CHAINS.services)) {
    const ended = nat.findLast(
      ({ action, event, chain }) =>
        event === 'rule' && (VERDICTS.has(action) || (action === 'return' && chain === hook)),
    );
    return { kind: 'not-hooked', hook, step: ended ?? null };
  }
  const entered = nat.findLast(({ target }) => isOfOneService(target));
  if (entered !== undefined) return { kind: 'dead-end', step: entered };
  const ended = nat.findLast(({ action, event }) => event === 'rule' && VERDICTS.has(action));
  return ended === undefined ? { kind: 'no-rule' } : { kind: 'verdict', step: ended };
}

/** A mark restored from the connection replaces the packet's own as well. */
function writesMark({ rule }: IptablesStep): boolean {
  const kind = rule?.target?.kind;
  return kind === 'mark' || kind === 'connmark-restore';
}

function unmasqueraded(outcome: Outcome): Culprit {
  const path = inIptables(outcome);
  const marked = path.findIndex(({ step: { chain, action } }) => chain === MARK && action === 'mark');
  if (marked < 0) return { kind: 'not-marked' };
  // The state beside a step is the packet as the step met it: the mark that was set shows at the next one.
  const set = path[marked + 1]?.state.mark ?? null;
  const before = path[marked]?.state.mark ?? 0;
  const bit = set === null || before === null ? 0 : (set & ~before) >>> 0;
  for (let i = marked + 1; bit !== 0 && i + 1 < path.length; i++) {
    const [here, next] = [path[i], path[i + 1]];
    if (here === undefined || next === undefined || next.state.mark === null) continue;
    const kept = (next.state.mark & bit) >>> 0 === bit;
    if (!kept && writesMark(here.step) && here.step.chain !== CHAINS.postrouting)
      return { kind: 'mark-lost', step: here.step };
    if (!kept) break;
  }
  const nat = path
    .map(({ step }) => step)
    .filter(({ table, hook }) => table === 'nat' && hook === 'POSTROUTING');
  const met = nat.some(({ chain }) => chain === CHAINS.postrouting);
  const ended = met
    ? undefined
    : nat.findLast(
        ({ action, event, chain }) =>
          event === 'rule' && (VERDICTS.has(action) || (action === 'return' && chain === 'POSTROUTING')),
      );
  if (!met && ended === undefined) return { kind: 'not-hooked', hook: 'POSTROUTING', step: null };
  return { kind: 'not-masqueraded', step: ended ?? null };
}
