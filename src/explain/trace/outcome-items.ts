import type { Host } from '../../host/facts.ts';
import { formatAddress } from '../../net/address.ts';
import type { Outcome, Trace } from '../../trace/outcome.ts';
import type { OutcomeItem } from '../explanation.ts';
import type { Namer } from './namer.ts';
import { remarksOn } from './remarks.ts';

/** @returns an outcome as the contract prints it, with the name of who answers. */
export function describeOutcome(outcome: Outcome, trace: Trace, host: Host, namer: Namer): OutcomeItem {
  const { destination, source, exit } = outcome;
  const address = source.sender.address;
  return {
    probability: outcome.probability,
    given: outcome.given,
    verdict: outcome.verdict,
    decidedBy: outcome.decidedBy?.id ?? null,
    reason: outcome.reason,
    rejectWith: outcome.rejectWith,
    destination: { address: formatAddress(destination.address), port: destination.port },
    source: {
      address: address === null ? null : formatAddress(address),
      port: source.port,
      rewrite: source.rewrite,
    },
    exit:
      exit === null
        ? null
        : exit.kind === 'local'
          ? { kind: 'local' }
          : {
              kind: 'interface',
              name: exit.name,
              nextHop: exit.nextHop === null ? null : formatAddress(exit.nextHop),
            },
    endpoint: namer.endpointOf(outcome),
    remarks: remarksOn(outcome, trace, host),
    path: outcome.path.map(({ step }) => step.id),
    turns: outcome.turns,
  };
}
