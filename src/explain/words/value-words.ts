import { formatAddress } from '../../net/address.ts';
import { formatPrefix } from '../../net/prefix.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { formatRange } from '../../net/range.ts';
import type { ProtocolSet } from '../../rules/test.ts';
import type { NumberSet } from '../../rules/value-set.ts';
import type { AddressesAsked } from '../../trace/question.ts';

/** @returns the addresses that are asked for: `10.0.0.0/8`, `10.0.0.1-10.0.0.9`. */
export function addressSetText({ within, family }: AddressesAsked): string {
  if (within.kind === 'prefix') return formatPrefix(within.prefix);
  const text = (value: bigint): string => formatAddress({ family, value });
  return within.ranges
    .map(({ from, to }) => (from === to ? text(from) : `${text(from)}-${text(to)}`))
    .join(',');
}

/** @returns the numbers that are asked for: `80,443,8000:8080`, or bits of them as `0x4000/0x4000`. */
export function numberSetText(set: NumberSet): string {
  switch (set.kind) {
    case 'ranges':
      return set.ranges.map(formatRange).join(',');
    case 'masked':
      return `${hex(set.value)}/${hex(set.mask)}`;
    case 'any-bit':
      return `one of the bits ${hex(set.bits)}`;
  }
}

/** @returns protocols by their names. */
export function protocolSetText(set: ProtocolSet): string {
  if (set.kind === 'named') return set.name;
  if (set.kind !== 'ranges') return numberSetText(set);
  return set.ranges
    .map(({ from, to }) => (from === to ? formatProtocol(from) : formatRange({ from, to })))
    .join(' or ');
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
