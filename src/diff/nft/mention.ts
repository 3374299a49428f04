import { parseProtocol } from '../../net/protocol.ts';
import { type Element, type Expression, partsOf } from '../../nftables/expression.ts';
import { objectMapOf } from '../../nftables/object-map.ts';
import { type NftTable, rulesOf } from '../../nftables/ruleset.ts';
import type { Statement } from '../../nftables/statement.ts';
import { patternOf } from '../../trace/nft/constants.ts';
import { kindOf, kindsOf, type ValueKind } from '../../trace/nft/kinds.ts';
import type { Mentions } from '../fields/box-field.ts';

type Named = Pick<Mentions, 'protocols' | 'devices'>;

/** Takes the protocols and interfaces that rules, elements and hooks of a table name. */
export function takeTable(table: NftTable, mentions: Named): void {
  const taken = new Set<string>();
  const take = (constant: Expression, kind: ValueKind): void => takeConstant(constant, kind, mentions);
  const takeElements = (elements: readonly Element[], kinds: readonly ValueKind[]): void => {
    if (!kinds.some((kind) => kind === 'device' || kind === 'protocol')) return;
    for (const { key } of elements) {
      const parts = key === null ? [] : partsOf(key);
      for (const [at, part] of parts.entries()) take(part, kinds[at] ?? 'other');
    }
  };
  const compared = (left: Expression, right: Expression): void => {
    takeHeader(left, mentions);
    if (right.kind === 'set') takeElements(right.elements, kindsOf(left));
    else if (right.kind === 'set-name') {
      const kinds = kindsOf(left);
      const name = `${right.name} ${kinds.join()}`;
      if (taken.has(name)) return;
      taken.add(name);
      takeElements(table.sets.get(right.name)?.elements ?? [], kinds);
    } else take(right, kindOf(left));
  };
  for (const chain of table.chains.values()) {
    for (const device of chain.base?.devices ?? []) mentions.devices.add(device);
    for (const { statements } of rulesOf(chain))
      for (const statement of statements) takeStatement(statement, compared);
  }
}

function takeStatement(statement: Statement, compared: (left: Expression, right: Expression) => void): void {
  const objects = objectMapOf(statement);
  if (objects !== null) takeMap(objects, compared);
  switch (statement.kind) {
    case 'match':
      compared(statement.left, statement.right);
      return;
    case 'vmap':
      compared(statement.key, statement.data);
      return;
    case 'assign':
      takeMap(statement.value, compared);
      return;
    case 'set-update':
      compared(statement.key, statement.key);
      return;
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
    case 'tproxy':
      if (statement.address !== null) takeMap(statement.address, compared);
      if (statement.port !== null) takeMap(statement.port, compared);
      return;
    default:
  }
}

function takeMap(expression: Expression, compared: (left: Expression, right: Expression) => void): void {
  if (expression.kind === 'map') compared(expression.key, expression.data);
}

/** `tcp dport` asks for TCP. */
function takeHeader(expression: Expression, mentions: Named): void {
  if (expression.kind === 'concat') for (const part of expression.parts) takeHeader(part, mentions);
  else if (expression.kind === 'binary') takeHeader(expression.left, mentions);
  else if (expression.kind === 'payload' && !/^ip6?$/.test(expression.protocol)) {
    const number = parseProtocol(expression.protocol);
    if (number !== null) mentions.protocols.add(number);
  }
}

function takeConstant(constant: Expression, kind: ValueKind, { protocols, devices }: Named): void {
  if (kind !== 'device' && kind !== 'protocol') return;
  const pattern = patternOf(constant, kind);
  if (pattern === null) return;
  if (pattern.kind === 'name') devices.add(pattern.prefix ? `${pattern.text}+` : pattern.text);
  // Of a range its ends stand for what lies within.
  else for (const end of [pattern.from, pattern.to]) if (end > 0n && end < 256n) protocols.add(Number(end));
}
