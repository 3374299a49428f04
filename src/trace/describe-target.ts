import type { NatRange, Target } from '../iptables/target.ts';
import { formatAddress } from '../net/address.ts';

/**
 * Names a target for a {@link Step}.
 * @returns a lower-case verb, and the target's telling argument where it has one.
 */
export function describeTarget(target: Target | null): {
  readonly action: string;
  readonly target: string | null;
} {
  if (target === null) return { action: 'continue', target: null };
  switch (target.kind) {
    case 'jump':
    case 'goto':
      return { action: target.kind, target: target.chain };
    case 'accept':
    case 'drop':
    case 'return':
    case 'notrack':
    case 'synproxy':
      return { action: target.kind, target: null };
    case 'reject':
      return { action: 'reject', target: target.with };
    case 'queue':
      return { action: 'queue', target: target.text };
    case 'tproxy':
      return { action: 'tproxy', target: `${target.onIp ?? ''}:${target.onPort}` };
    case 'dnat':
    case 'snat':
      return { action: target.kind, target: target.to === null ? null : formatRange(target.to) };
    case 'masquerade':
      return { action: 'masquerade', target: null };
    case 'redirect':
      return { action: 'redirect', target: target.ports === null ? null : formatPorts(target.ports) };
    case 'netmap':
      return { action: 'netmap', target: null };
    case 'npt': {
      const action = target.side === 'source' ? 'snpt' : 'dnpt';
      const { value, length } = target.to;
      return { action, target: `${formatAddress({ family: 'ipv6', value })}/${length}` };
    }
    case 'mark':
      return { action: 'mark', target: `${hex(target.value)}/${hex(target.mask)}` };
    case 'connmark-set':
      return { action: 'connmark', target: `set ${hex(target.value)}/${hex(target.mask)}` };
    case 'connmark-save':
      return { action: 'connmark', target: 'save' };
    case 'connmark-restore':
      return { action: 'connmark', target: 'restore' };
    case 'ct':
      return { action: 'ct', target: target.text };
    case 'dscp':
    case 'tos':
      return { action: target.kind, target: hex(target.value) };
    case 'ttl':
      return { action: 'ttl', target: `${target.operator} ${target.value}` };
    case 'hmark':
      return { action: 'hmark', target: null };
    case 'change-sets':
      return { action: 'set', target: null };
    case 'segment-size':
      return { action: 'tcpmss', target: null };
    case 'alter':
    case 'passive':
      return { action: target.name.toLowerCase(), target: null };
    case 'unrecognised':
      return { action: 'unrecognised', target: target.text };
  }
}

/** @returns an unsigned 32-bit number as iptables prints marks. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

function formatRange(range: NatRange): string {
  const ports = range.ports === null ? '' : formatPorts(range.ports);
  if (range.from === null) return `:${ports}`;
  // An IPv6 range needs brackets as soon as a port follows; the family shows in the size of the number only.
  const family = range.from > 0xffffffffn ? 'ipv6' : 'ipv4';
  const from = formatAddress({ family, value: range.from });
  const to =
    range.to === null || range.to === range.from ? '' : `-${formatAddress({ family, value: range.to })}`;
  if (ports === '') return from + to;
  return family === 'ipv6' ? `[${from}${to}]:${ports}` : `${from}${to}:${ports}`;
}

function formatPorts(ports: { readonly from: number; readonly to: number }): string {
  return ports.from === ports.to ? String(ports.from) : `${ports.from}-${ports.to}`;
}
