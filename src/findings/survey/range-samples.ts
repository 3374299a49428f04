import type { ServiceItem } from '../../explain/service-list.ts';
import { type Family, formatAddress, parseAddress } from '../../net/address.ts';
import { Intervals } from '../../net/intervals.ts';
import { formatPrefix, type Prefix, parsePrefix } from '../../net/prefix.ts';
import { allAddresses, prefixIn, prefixIntervals } from '../../net/prefix-intervals.ts';
import { senderOf } from '../../trace/packet.ts';
import { listed } from '../../words/numbers.ts';
import { type Client, sourceless } from './senders.ts';

/**
 * Compares loadBalancerSourceRanges with the ranges that the rules have, as sets of addresses.
 * @param external somebody outside
 * @param api the Service's ranges of the family; empty: everybody is admitted
 * @param items the port as the rules program it
 * @returns a client at one address of each range in which they differ, `range` says which; of each range of the API where the
 *   rules' own cannot be read
 */
export function rangeSamples(
  external: Client,
  family: Family,
  api: readonly Prefix[],
  items: readonly ServiceItem[],
): Client[] {
  const served = items.filter(({ loadBalancerIPs }) => loadBalancerIPs.length > 0);
  const texts = served.flatMap(({ sourceRanges }) => sourceRanges);
  if (served.length === 0 || (api.length === 0 && texts.length === 0)) return [];
  const all = allAddresses(family);
  const admitted = api.length === 0 ? all : spaceOf(api);
  const open = texts.length === 0;
  const inRules = open ? all : union(texts.map(readRange));
  const told = served.length === 1 && !open && served.every(({ printed }) => printed.length === 0);
  const letIn = inRules.without(admitted);
  const refused = told ? admitted.without(inRules) : api.length === 0 ? all.without(inRules) : admitted;
  const never = union([...external.sender.outside, ...sourceless(family)].map(prefixIntervals));
  const sample = (side: Client['side'], space: Intervals, name: string | null): Client[] =>
    [...space.ranges()].slice(0, MOST).flatMap(([from, to]): Client[] => {
      const value = Intervals.range(from, to).without(never).first;
      if (value === null) return [];
      const range = name ?? rangeText(family, from, to);
      const address = { family, value };
      return [
        {
          ...external,
          side,
          range,
          from: `${formatAddress(address)}, in ${range}`,
          sender: { ...senderOf(address), local: false },
        },
      ];
    });
  return [
    ...sample('barred', letIn, open ? 'every other address' : null),
    ...(api.length === 0
      ? sample('external', refused, `every address outside ${listed(texts, 4)}`)
      : sample('admitted', refused, null)),
  ];
}

/** Ranges of one Service that differ are told by so many packets at most, each way. */
const MOST = 64;

function spaceOf(ranges: readonly Prefix[]): Intervals {
  return union(ranges.map(prefixIntervals));
}

function union(parts: readonly (Intervals | null)[]): Intervals {
  return Intervals.of(parts.flatMap((part) => (part === null ? [] : [...part.ranges()])));
}

/** `10.0.0.0/8`, or `10.0.0.1-10.0.0.9` as nft prints it. */
function readRange(text: string): Intervals | null {
  const [from, to] = text.split('-').map(parseAddress);
  if (from != null && to != null) return Intervals.range(from.value, to.value);
  const prefix = parsePrefix(text);
  return prefix === null ? null : prefixIntervals(prefix);
}

function rangeText(family: Family, from: bigint, to: bigint): string {
  const prefix = prefixIn(family, from, to);
  if (prefix !== null) return formatPrefix(prefix);
  return `${formatAddress({ family, value: from })}-${formatAddress({ family, value: to })}`;
}
