import type { Outcome, Trace } from '../../trace/outcome.ts';
import type { ServiceRef } from '../explanation.ts';
import type { Destination } from '../question/destination.ts';
import type { Namer } from './namer.ts';

/** Service ports of a trace: of each outcome, and the one that all of them share. */
export interface TracedServices {
  /** In the order of the trace's outcomes. */
  readonly each: readonly (ServiceRef | null)[];
  /** Null where there is none, or where the outcomes belong to different ones. */
  readonly common: ServiceRef | null;
}

/**
 * Names the Service of each outcome by the rules it passed itself: a listing that lost addresses leaves open which
 * Service's rule matches, and then every way has its own.
 */
export function servicesOf(trace: Trace, namer: Namer, destination: Destination): TracedServices {
  const each = trace.outcomes.map(
    ({ path }) => namer.serviceOf({ ...trace, steps: path.map(({ step }) => step) }) ?? destination.named,
  );
  // Ways that end before any Service's rule say nothing against the others; nor does one say for whom the packet is that
  // gets to its rules only if a rule leads there which nobody has seen.
  const named = each.filter(
    (service, index) => service !== null && !isLedUnseen(trace.outcomes[index], service),
  );
  const [first = destination.named] = named;
  const text = JSON.stringify(first);
  const differ = named.some((service) => service !== first && JSON.stringify(service) !== text);
  return { each, common: differ ? null : first };
}

/** The addresses of the API, and what the question names, tell the Service without any rule. */
function isLedUnseen(outcome: Outcome | undefined, { namedBy }: ServiceRef): boolean {
  if (outcome === undefined || namedBy === 'api') return false;
  return outcome.given.some(
    ({ question, held }) =>
      held &&
      (question.code === 'nft-jump-not-captured' ||
        (question.code === 'chain-not-captured' && question.what === 'jump')),
  );
}
