import { podName } from '../explain/question/pod-name.ts';
import type { Known } from '../explain/question/question.ts';
import { isLocalAddress } from '../host/local-addresses.ts';
import { type Address, type Family, parseAddress } from '../net/address.ts';
import { Intervals } from '../net/intervals.ts';
import { parsePrefix } from '../net/prefix.ts';
import { prefixIntervals } from '../net/prefix-intervals.ts';
import type { Senders } from './compare-family.ts';

/** Senders by family; null: everybody. */
export type SendersByFamily = Partial<Record<Family, Senders>> | null;

/**
 * Reads `--from`: `node`, `pod:NAMESPACE/NAME`, an address, a network.
 * @returns `unknown` where it names nothing.
 */
export function readSenders(
  text: string | null,
  known: readonly [Known, Known],
): SendersByFamily | 'unknown' {
  if (text === null) return null;
  if (text === 'node') return { ipv4: { kind: 'node' }, ipv6: { kind: 'node' } };
  if (text.startsWith('pod:')) return podSenders(text.slice('pod:'.length), known);
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  const address = parseAddress(bare);
  if (address !== null) return addressSenders([address], known);
  const prefix = parsePrefix(bare);
  const addresses = prefix === null ? null : prefixIntervals(prefix);
  if (prefix === null || addresses === null) return 'unknown';
  return { [prefix.family]: { kind: 'in', addresses } };
}

function podSenders(name: string, known: readonly [Known, Known]): SendersByFamily | 'unknown' {
  const asked = podName(name, '');
  const pods = known.flatMap(({ book }) => book.podNamed(asked.namespace, asked.name) ?? []);
  const addresses = pods.flatMap(({ ips }) => ips.map(parseAddress)).filter((address) => address !== null);
  return addresses.length === 0 ? 'unknown' : addressSenders(addresses, known);
}

/** What has an address of the node is a process of it. */
function addressSenders(addresses: readonly Address[], known: readonly [Known, Known]): SendersByFamily {
  const senders: Partial<Record<Family, Senders>> = {};
  for (const family of ['ipv4', 'ipv6'] as const) {
    const own = addresses.filter((address) => address.family === family);
    if (own.length === 0) continue;
    const local = own.every((address) => known.some(({ host }) => isLocalAddress(host, address) === true));
    senders[family] = local
      ? { kind: 'node' }
      : { kind: 'in', addresses: Intervals.of(own.map(({ value }) => [value, value])) };
  }
  return senders;
}
