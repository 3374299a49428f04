import type { Expectation } from '../host/facts.ts';
import { prefixContains } from '../net/prefix.ts';
import type { PacketState } from './state.ts';
import type { World } from './world.ts';

/**
 * @returns the announcement of a helper that a first packet fits: its connection is RELATED, with the mark of its master (init_conntrack,
 * net/netfilter/nf_conntrack_core.c); null where none does, or too little of the packet is known
 */
export function expectationOf({ expected: announced }: World, state: PacketState): Expectation | null {
  const { protocol, sourcePort, destination, destinationPort } = state;
  const source = state.source.address;
  if (source === null) return null;
  const fits = (expected: Expectation): boolean =>
    expected.protocol === protocol &&
    prefixContains(expected.source, source) &&
    prefixContains(expected.destination, destination) &&
    (expected.sourcePort === null || expected.sourcePort === sourcePort) &&
    (expected.destinationPort === null || expected.destinationPort === destinationPort);
  return announced?.find(fits) ?? null;
}
