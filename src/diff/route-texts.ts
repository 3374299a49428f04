import type { PolicyRule, Route } from '../host/facts.ts';
import { ADDRESS_BITS, formatAddress } from '../net/address.ts';
import { lengthOfMask, type Prefix } from '../net/prefix.ts';
import { formatProtocol } from '../net/protocol.ts';
import type { Range } from '../net/range.ts';

function prefixText(prefix: Prefix): string {
  const length = lengthOfMask(prefix.family, prefix.mask);
  if (length === 0) return 'default';
  return length === ADDRESS_BITS[prefix.family]
    ? formatAddress(prefix)
    : `${formatAddress(prefix)}/${length}`;
}

/** @returns a route as `ip route show table all` spells it, without its metrics but the one that orders routes. */
export function routeText({
  type,
  destination,
  nextHops,
  table,
  preferredSource,
  metric,
  usable,
}: Route): string {
  const hops = nextHops.map(
    ({ device, gateway, weight }) =>
      `${gateway === null ? '' : ` via ${formatAddress(gateway)}`}${device === null ? '' : ` dev ${device}`}${nextHops.length === 1 ? '' : ` weight ${weight}`}`,
  );
  return [
    `${type === 'unicast' ? '' : `${type} `}${prefixText(destination)}${hops.join(',')}`,
    ...(preferredSource === null ? [] : [`src ${formatAddress(preferredSource)}`]),
    `table ${table}`,
    ...(metric === 0 ? [] : [`metric ${metric}`]),
    ...(usable ? [] : ['dead']),
  ].join(' ');
}

/** @returns a policy routing rule as `ip rule` spells it (print_rule, ip/iprule.c of iproute2 6.x). */
export function policyText(rule: PolicyRule): string {
  const { priority, source, destination, action } = rule;
  return [
    `${priority}:`,
    ...(rule.not ? ['not'] : []),
    `from ${addressesText(source)}`,
    `to ${addressesText(destination)}`,
    ...(rule.tos === null ? [] : [`tos 0x${rule.tos.toString(16)}`]),
    ...(rule.mark === null ? [] : [`fwmark ${markText(rule.mark, rule.mask)}`]),
    ...(rule.inInterface === null ? [] : [`iif ${rule.inInterface}`]),
    ...(rule.outInterface === null ? [] : [`oif ${rule.outInterface}`]),
    ...(rule.uids === null ? [] : [`uidrange ${rule.uids.from}-${rule.uids.to}`]),
    ...(rule.protocol === null ? [] : [`ipproto ${formatProtocol(rule.protocol)}`]),
    ...(rule.sourcePorts === null ? [] : [`sport ${rangeText(rule.sourcePorts)}`]),
    ...(rule.destinationPorts === null ? [] : [`dport ${rangeText(rule.destinationPorts)}`]),
    ...rule.unmodelled,
    actionText(action),
    ...(rule.suppressPrefixLength === null ? [] : [`suppress_prefixlength ${rule.suppressPrefixLength}`]),
  ].join(' ');
}

function addressesText(prefix: Prefix | null): string {
  return prefix === null ? 'all' : prefixText(prefix);
}

function markText(mark: number, mask: number): string {
  const text = `0x${mark.toString(16)}`;
  return mask === 0xffffffff ? text : `${text}/0x${mask.toString(16)}`;
}

function rangeText({ from, to }: Range): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function actionText(action: PolicyRule['action']): string {
  if (action.kind === 'lookup') return `lookup ${action.table}`;
  return action.kind === 'goto' ? `goto ${action.priority}` : action.kind;
}
