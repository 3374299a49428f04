import { chainsPassed } from '../explain/trace/passed-chains.ts';
import type { TraceItem } from '../explain/trace-list.ts';
import type { CheckInput } from '../findings/check-input.ts';
import { splitChainName } from '../proxy/chain-name.ts';
import { serviceChainNames } from '../proxy/hash.ts';
import { seesOf } from './shares.ts';
import type { Subject } from './ways.ts';

/**
 * @param items what was traced to the Service: the chains that packets passed are its own
 * @returns the input of `check` for one Service, so that its answer costs the same among 10,000 others
 */
export function focused(input: CheckInput, subject: Subject, items: readonly TraceItem[]): CheckInput {
  const { service } = subject;
  const chains = new Set(items.flatMap((item) => [...chainsPassed(item)]));
  const hashes = new Set(
    [...chains, ...chainsInApi(subject)].flatMap((chain) => splitChainName(chain)?.hash ?? []),
  );
  const arrives = items.every(({ outcomes }) => outcomes.every((outcome) => seesOf(outcome) === 'works'));
  return {
    ...input,
    focus: {
      service: service === null ? null : { namespace: service.namespace, name: service.name },
      hashes,
      chains,
      arrives,
    },
  };
}

/** All ports of the Service: a fault of another port may be the cause of this one's. */
function chainsInApi({ object }: Subject): string[] {
  if (object === null) return [];
  const { namespace, name, ports } = object.service;
  return ports.map(
    ({ name: port, protocol }) => serviceChainNames({ namespace, name, port: port ?? '', protocol }).SVC,
  );
}
