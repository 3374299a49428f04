import type { Host } from '../../host/facts.ts';
import { formatAddress } from '../../net/address.ts';
import type { Condition, Outcome, Trace } from '../../trace/outcome.ts';
import type { Note, OutcomeItem } from '../explanation.ts';
import type { Namer } from './namer.ts';
import { remarksOn } from './remarks.ts';

/** @returns an outcome as the contract prints it, with the name of who answers. */
export function describeOutcome(outcome: Outcome, trace: Trace, host: Host, namer: Namer): OutcomeItem {
  const { destination, source, exit } = outcome;
  const address = source.sender.address;
  return {
    probability: outcome.probability,
    given: mergeRecent(outcome.given),
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

/**
 * Session affinity asks one list for each endpoint. "Not in the first list, nor in the second, nor …" is one fact of
 * one sentence, or the last of 5,000 endpoints would repeat 4,999 of them.
 */
function mergeRecent(given: readonly Condition[]): Note[] {
  const notes: Note[] = [];
  let run: Condition[] = [];
  const flush = (): void => {
    const [first] = run;
    const last = run.at(-1);
    if (first !== undefined && last !== undefined) {
      const text = `${first.text}, nor in the next ${run.length - 1} lists (the last: ${listName(last)})`;
      notes.push(run.length === 1 ? first : { code: 'recent', text, settle: first.settle });
    }
    run = [];
  };
  for (const condition of given) {
    if (condition.code === 'recent' && condition.text.includes(' was not entered in ')) run.push(condition);
    else {
      flush();
      notes.push(condition);
    }
  }
  flush();
  return notes;
}

function listName(condition: Condition): string {
  return /list (\S+)/.exec(condition.text)?.[1] ?? condition.text;
}
