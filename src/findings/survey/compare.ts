import { isAffinity } from '../../connection/affinity.ts';
import { affinitySetOf } from '../../explain/services/nft/choices.ts';
import { factsOf } from '../../explain/services/rule-facts.ts';
import type { Endpoint } from '../../kubernetes/objects.ts';
import { formatAddress } from '../../net/address.ts';
import { socketText } from '../../net/socket.ts';
import { CHAINS, hasRole } from '../../proxy/chains.ts';
import { isKubeProxyTable } from '../../proxy/nft-roles.ts';
import type { Outcome } from '../../trace/outcome.ts';
import type { Expectation } from '../expected/setting.ts';
import type { Alternative } from './alternatives.ts';
import type { DeviationKind } from './deviation.ts';

/** A difference between what should be and one alternative of what is. */
export interface Difference {
  readonly kind: DeviationKind;
  readonly outcomes: readonly Outcome[];
  readonly missing: readonly Endpoint[];
}

/**
 * Compares what the rules do with what they should do.
 * @param affinity the Service has session affinity: a client then sees one endpoint, and shares do not apply
 * @returns every difference; empty where the alternative is as it should be, or where the capture cannot tell
 */
export function compareWith(expectation: Expectation, real: Alternative, affinity: boolean): Difference[] {
  if (real.outcomes.some(({ verdict }) => verdict === 'unknown' || verdict === 'queue')) return [];
  switch (expectation.kind) {
    case 'open':
      return [];
    case 'refused': {
      const passed = real.outcomes.filter(
        (outcome) => outcome.verdict === 'accept' && !isAnsweredHere(outcome),
      );
      return passed.length === 0 ? [] : [difference('not-refused', passed)];
    }
    case 'unserved': {
      const passed = real.outcomes.filter((outcome) => outcome.verdict === 'accept' && isTranslated(outcome));
      return passed.length === 0 ? [] : [difference('not-refused', passed)];
    }
    case 'served':
      return compareServed(expectation, real, affinity || real.sticky);
  }
}

function compareServed(
  { endpoints, masquerade }: Extract<Expectation, { kind: 'served' }>,
  { outcomes }: Alternative,
  affinity: boolean,
): Difference[] {
  const wanted = new Map(
    endpoints.map((endpoint) => [socketText(endpoint.address, endpoint.port), endpoint]),
  );
  const found: Difference[] = [];
  const add = (kind: DeviationKind, of: readonly Outcome[], missing: readonly Endpoint[] = []) => {
    if (of.length > 0) found.push(difference(kind, of, missing));
  };
  const accepted = outcomes.filter(({ verdict }) => verdict === 'accept');
  const isWanted = (outcome: Outcome) => wanted.has(placeOf(outcome));
  add(
    'undelivered',
    outcomes.filter(({ verdict }) => verdict !== 'accept'),
  );
  add(
    'untranslated',
    accepted.filter((outcome) => !isTranslated(outcome) && !isWanted(outcome)),
  );
  const strangers = accepted.filter((outcome) => isTranslated(outcome) && !isWanted(outcome));
  const arrived = accepted.filter(isWanted);
  // What was dropped on its way to an endpoint is not missing from the choice.
  const chosen = new Set(outcomes.map(placeOf));
  const lost = accepted.length - arrived.length - strangers.length > 0;
  const missing =
    lost || outcomes.some(isRemembered)
      ? []
      : [...wanted].flatMap(([place, endpoint]) => (chosen.has(place) ? [] : [endpoint]));
  if (strangers.length > 0 || (arrived.length > 0 && missing.length > 0))
    add('wrong-endpoints', strangers.length > 0 ? strangers : arrived, missing);
  else if (!affinity && arrived.length === outcomes.length) add('uneven', uneven(outcomes, wanted.size));
  return [...found, ...compareSource(masquerade, arrived)];
}

/** A captured affinity record leads this client to its endpoint: which others a new client may get does not show. */
function isRemembered({ path, given }: Outcome): boolean {
  if (given.some(({ question }) => isAffinity(question))) return false;
  return path.some(({ step }) =>
    step.program === 'nft'
      ? step.rule !== null && affinitySetOf(step.rule) !== null
      : step.program === 'iptables' &&
        step.rule !== null &&
        hasRole(step.target, 'endpoint') &&
        factsOf(step.rule).recentCheck,
  );
}

/** Whether the endpoint sees the client or the node. */
function compareSource(masquerade: boolean | null, arrived: readonly Outcome[]): Difference[] {
  if (masquerade === null) return [];
  // DNAT to an address of the node itself: the packet does not pass POSTROUTING, and nothing needs masquerading.
  const leaving = arrived.filter(({ exit }) => exit?.kind === 'interface');
  const bare = leaving.filter(
    (outcome) => outcome.source.rewrite === 'none' && (masquerade || isHairpin(outcome)),
  );
  const hidden = masquerade
    ? []
    : leaving.filter((outcome) => markedByKubeProxy(outcome) && !isHairpin(outcome));
  return [
    ...(bare.length > 0 ? [difference('not-masqueraded', bare)] : []),
    ...(hidden.length > 0 ? [difference('masqueraded', hidden)] : []),
  ];
}

/** The client is the endpoint: without masquerading it would get its own packet back. */
function isHairpin({ path, destination }: Outcome): boolean {
  return path[0]?.state.source.address?.value === destination.address.value;
}

/** Others may masquerade as they like (a CNI's ipMasq): only kube-proxy's own mark is judged. */
function markedByKubeProxy({ source, path }: Outcome): boolean {
  return (
    source.rewrite !== 'none' &&
    path.some(({ step }) =>
      step.program === 'nft'
        ? step.action === 'masquerade' && isKubeProxyTable({ family: step.family, name: step.table })
        : step.chain === CHAINS.markMasquerade,
    )
  );
}

/** How far a share may be off: kube-proxy prints ten digits of 1/n, and the kernel keeps 31 bits. */
const TOLERANCE = 0.01;

function uneven(outcomes: readonly Outcome[], count: number): Outcome[] {
  const shares = new Map<string, number>();
  for (const outcome of outcomes)
    shares.set(placeOf(outcome), (shares.get(placeOf(outcome)) ?? 0) + outcome.probability);
  const total = outcomes.reduce((sum, { probability }) => sum + probability, 0);
  const fair = total / count;
  return outcomes.filter(
    (outcome) => Math.abs((shares.get(placeOf(outcome)) ?? 0) - fair) > fair * TOLERANCE,
  );
}

function difference(
  kind: DeviationKind,
  outcomes: readonly Outcome[],
  missing: readonly Endpoint[] = [],
): Difference {
  return { kind, outcomes, missing };
}

function placeOf({ destination }: Outcome): string {
  return socketText(formatAddress(destination.address), destination.port);
}

/** Nobody listens at a node port but for kube-proxy's rules: the node's own stack refuses what comes in untranslated. */
function isAnsweredHere(outcome: Outcome): boolean {
  return outcome.exit?.kind === 'local' && !isTranslated(outcome);
}

function isTranslated({ path, destination }: Outcome): boolean {
  const first = path[0]?.state;
  if (first === undefined) return false;
  return first.destination.value !== destination.address.value || first.destinationPort !== destination.port;
}
