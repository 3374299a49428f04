import type { Expression } from '../../nftables/expression.ts';
import { objectMapOf } from '../../nftables/object-map.ts';
import { type NftRule, type NftTable, rulesOf } from '../../nftables/ruleset.ts';
import type { Statement } from '../../nftables/statement.ts';
import { indexTable, type TableIndex } from './table-index.ts';

/**
 * A packet of a connection that exists is traced in its original direction, as if NAT had left it alone. Chains of type nat see the
 * first packets of connections only; a rule elsewhere that sees more of a connection than its state may tell answers apart.
 * @returns the first such rule; null where there is none
 */
export function asksForAnswers(tables: readonly NftTable[]): NftRule | null {
  for (const table of tables) {
    const seen = reachedBeside(table);
    for (const chain of table.chains.values()) {
      const found = seen.has(chain.name)
        ? rulesOf(chain).find(({ statements }) => statements.some(asks))
        : undefined;
      if (found !== undefined) return found;
    }
  }
  return null;
}

/** Chains that packets come to by another way than a base chain of type nat. */
function reachedBeside(table: NftTable): Set<string> {
  const next = leadsTo(indexTable(table));
  const seen = new Set<string>();
  const work = table.chains
    .hooked()
    .flatMap(({ name, base }) => (base !== null && base.type !== 'nat' ? [name] : []));
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    work.push(...(next.get(name) ?? []));
  }
  return seen;
}

function leadsTo({ references }: TableIndex): Map<string, Set<string>> {
  const next = new Map<string, Set<string>>();
  for (const [to, places] of references)
    for (const { rule } of places) next.set(rule.chain, (next.get(rule.chain) ?? new Set()).add(to));
  return next;
}

function asks(statement: Statement): boolean {
  const objects = objectMapOf(statement);
  if (objects !== null && sees(objects)) return true;
  switch (statement.kind) {
    case 'match':
      return sees(statement.left) || sees(statement.right);
    case 'vmap':
      return sees(statement.key);
    case 'assign':
      return sees(statement.value);
    default:
      return false;
  }
}

/** States, zones and protocols of both directions are the same. */
const ALIKE: ReadonlySet<string> = new Set(['state', 'zone', 'l3proto', 'protocol']);

function sees(expression: Expression): boolean {
  switch (expression.kind) {
    case 'ct':
      return !ALIKE.has(expression.key);
    case 'concat':
      return expression.parts.some(sees);
    case 'binary':
      return sees(expression.left) || sees(expression.right);
    case 'map':
      return sees(expression.key);
    default:
      return false;
  }
}
