import type { HookName } from '../../iptables/ruleset.ts';
import { CHAINS, isKubeChain, isOfOneService } from '../../proxy/chains.ts';
import type { Outcome, Step } from '../../trace/outcome.ts';
import type { Reason } from '../../trace/reason.ts';
import type { DeviationKind } from './deviation.ts';

/** What made a packet go another way than it should: the first thing on its path that another rule set would not have. */
export type Culprit =
  /** A rule or policy that decided; `foreign` where none of kube-proxy's. */
  | { readonly kind: 'verdict'; readonly step: Step }
  /** Routing, forwarding or reverse-path checks: no rule. */
  | { readonly kind: 'routing'; readonly reason: Reason }
  /** The packet never came to nat CHAINS.services, or CHAINS.postrouting; `step`: an earlier rule that ended the table for it. */
  | { readonly kind: 'not-hooked'; readonly hook: HookName; readonly step: Step | null }
  /** Connection tracking was switched off for it, so nat never sees it. */
  | { readonly kind: 'untracked'; readonly step: Step }
  /** CHAINS.services has no rule for this destination. */
  | { readonly kind: 'no-rule' }
  /** It came into a chain of the Service and fell out at its end. */
  | { readonly kind: 'dead-end'; readonly step: Step }
  /** A DNAT or REDIRECT rule. */
  | { readonly kind: 'translation'; readonly step: Step }
  /** Another rule took the mark away that asks for masquerading. */
  | { readonly kind: 'mark-lost'; readonly step: Step }
  /** No rule marked it for masquerading. */
  | { readonly kind: 'not-marked' }
  /** It carried the mark, and no rule of POSTROUTING masqueraded it; `step`: a rule that ended nat POSTROUTING before. */
  | { readonly kind: 'not-masqueraded'; readonly step: Step | null }
  | { readonly kind: 'unclear' };

/** @returns what made this outcome differ in this way. */
export function culpritOf(kind: DeviationKind, outcome: Outcome): Culprit {
  switch (kind) {
    case 'undelivered':
      return undelivered(outcome);
    case 'untranslated':
      return untranslated(outcome);
    case 'wrong-endpoints':
    case 'uneven':
      return translation(outcome) ?? { kind: 'unclear' };
    case 'not-masqueraded':
      return unmasqueraded(outcome);
    case 'masqueraded': {
      const step = outcome.path.find(
        ({ step: { chain, action } }) => chain === MARK && action === 'mark',
      )?.step;
      return step === undefined ? { kind: 'unclear' } : { kind: 'verdict', step };
    }
    case 'not-refused':
      return translation(outcome) ?? verdictOf(outcome);
  }
}

const MARK = CHAINS.markMasquerade;

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

function verdictOf({ decidedBy, reason, path }: Outcome): Culprit {
  if (reason !== null) return { kind: 'routing', reason };
  // A packet that leaves is decided by the last policy it met; what let it past the filter table tells more.
  const filter = path.findLast(
    ({ step: { table, action } }) => table === 'filter' && VERDICTS.has(action),
  )?.step;
  const step = decidedBy !== null && !isAccept(decidedBy) ? decidedBy : (filter ?? decidedBy);
  return step === null ? { kind: 'unclear' } : { kind: 'verdict', step };
}

const VERDICTS: ReadonlySet<string> = new Set(['accept', 'drop', 'reject']);

function isAccept({ action }: Step): boolean {
  return action === 'accept';
}

function translation({ path }: Outcome): Culprit | null {
  const step = path.findLast(({ step: { action } }) => TRANSLATIONS.has(action))?.step;
  return step === undefined ? null : { kind: 'translation', step };
}

const TRANSLATIONS: ReadonlySet<string> = new Set(['dnat', 'redirect', 'netmap']);

function untranslated({ path }: Outcome): Culprit {
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
function writesMark({ rule }: Step): boolean {
  const kind = rule?.target?.kind;
  return kind === 'mark' || kind === 'connmark-restore';
}

function unmasqueraded({ path }: Outcome): Culprit {
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
