import { formatAddress } from '../net/address.ts';
import type { Flow } from './flow.ts';

/** @returns a text that two entries share exactly where they are the same flow: its original tuple and its zone. */
export function keyOfFlow(flow: Flow): string {
  const { source, destination, sourcePort, destinationPort, icmp, zone } = flow.original;
  const icmpKey = icmp === null ? '' : `${icmp.type}/${icmp.code}/${icmp.id}`;
  const place = `${formatAddress(source)} ${sourcePort} ${formatAddress(destination)} ${destinationPort}`;
  return `${flow.protocol} ${place} ${icmpKey} ${zone ?? flow.zone ?? 0}`;
}
