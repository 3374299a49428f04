import { type Fields, numberInText, textOf } from '../json/fields.ts';
import { readJsonObjects } from '../json/read-json.ts';
import { ADDRESS_BITS, type Family, parseAddress } from '../net/address.ts';
import { maskOfLength, type Prefix } from '../net/prefix.ts';
import { parseProtocol } from '../net/protocol.ts';
import type { Range } from '../net/range.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { PolicyRule } from './facts.ts';
import { policyRulesAsJson } from './policy-rules-text.ts';
import { tableName } from './table-name.ts';
import { isTextForm } from './text-forms.ts';

/** Words read below, and words that do not change which packets a rule takes or where it sends them. */
const MODELLED: ReadonlySet<string> = new Set([
  ...[
    'priority',
    'not',
    'src',
    'srclen',
    'dst',
    'dstlen',
    'fwmark',
    'fwmask',
    'iif',
    'oif',
    'table',
    'action',
  ],
  ...['goto', 'nop', 'suppress_prefixlen', 'ipproto', 'uid_start', 'uid_end', 'tos'],
  ...['sport', 'sport_start', 'sport_end', 'dport', 'dport_start', 'dport_end'],
  ...['iif_detached', 'oif_detached', 'unresolved', 'protocol', 'flow_from', 'flow_to', 'flags'],
]);

/**
 * Reads `ip -j rule` or `ip -j -6 rule`, or the same as text.
 * @returns the rules by priority, equal ones in the order of the dump as the kernel tries them; null where the text
 * cannot be read as a whole. Never throws.
 */
export function parsePolicyRules(
  text: string,
  family: Family,
  file: string,
  problems: ProblemList,
): PolicyRule[] | null {
  const objects = readJsonObjects(isTextForm(text, 'rule') ? policyRulesAsJson(text) : text, file, problems);
  if (objects === null) return null;
  const rules: PolicyRule[] = [];
  for (const object of objects) {
    const rule = readRule(object, family);
    if (rule === null) problems.add('unreadable-policy-rule', {}, file);
    else rules.push(rule);
  }
  return rules.sort((a, b) => a.priority - b.priority);
}

function readRule(object: Fields, family: Family): PolicyRule | null {
  const priority = numberInText(object.priority) ?? 0;
  const source = readPrefix(object, 'src', 'srclen', family);
  const destination = readPrefix(object, 'dst', 'dstlen', family);
  const action = readAction(object);
  if (source === undefined || destination === undefined || action === null) return null;
  const unmodelled = Object.keys(object).filter((key) => !MODELLED.has(key));
  const protocol = object.ipproto === undefined ? null : readProtocol(object);
  if (object.ipproto !== undefined && protocol === null) unmodelled.push('ipproto');
  const tos = typeof object.tos === 'string' ? numberInText(object.tos) : null;
  if (object.tos !== undefined && tos === null) unmodelled.push('tos');
  return {
    priority,
    not: object.not !== undefined,
    source,
    destination,
    mark: numberInText(object.fwmark),
    mask: numberInText(object.fwmask) ?? 0xffffffff,
    inInterface: textOf(object.iif),
    outInterface: textOf(object.oif),
    protocol,
    sourcePorts: readRange(object, 'sport', 'sport_start', 'sport_end'),
    destinationPorts: readRange(object, 'dport', 'dport_start', 'dport_end'),
    uids: readRange(object, 'uid', 'uid_start', 'uid_end'),
    tos,
    action,
    suppressPrefixLength: numberInText(object.suppress_prefixlen),
    unmodelled,
  };
}

/** @returns null for `all`, undefined where the prefix cannot be read. */
function readPrefix(object: Fields, key: string, lengthKey: string, family: Family) {
  const text = textOf(object[key]);
  if (text === null || text === 'all' || text === 'default') return null;
  const address = parseAddress(text);
  const length = object[lengthKey] === undefined ? ADDRESS_BITS[family] : numberInText(object[lengthKey]);
  if (address === null || address.family !== family || length === null || length > ADDRESS_BITS[family]) {
    return undefined;
  }
  if (length === 0) return null;
  const mask = maskOfLength(family, length);
  const prefix: Prefix = { family, value: address.value & mask, mask };
  return prefix;
}

function readAction(object: Fields): PolicyRule['action'] | null {
  if (object.goto !== undefined) {
    const priority = numberInText(object.goto);
    // `goto none` or a target that does not exist: the kernel steps over it.
    return priority === null ? { kind: 'nop' } : { kind: 'goto', priority };
  }
  if (object.nop !== undefined) return { kind: 'nop' };
  const action = textOf(object.action);
  if (action === 'unreachable' || action === 'prohibit' || action === 'blackhole' || action === 'nop') {
    return { kind: action };
  }
  // The table of an l3mdev rule depends on the packet's VRF; the rule is listed as not modelled.
  if (object.l3mdev !== undefined) return { kind: 'lookup', table: 'l3mdev' };
  const table = textOf(object.table) ?? numberInText(object.table);
  if (table !== null) return { kind: 'lookup', table: tableName(String(table)) };
  return null;
}

function readProtocol(object: Fields): number | null {
  const value = object.ipproto;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? parseProtocol(value) : null;
}

function readRange(object: Fields, single: string, start: string, end: string): Range | null {
  const one = numberInText(object[single]);
  if (one !== null) return { from: one, to: one };
  const from = numberInText(object[start]);
  const to = numberInText(object[end]);
  return from === null || to === null ? null : { from, to };
}
