import { ProblemList } from '../problems/problem.ts';
import { ArrayRules } from './lazy-rules.ts';
import { MadeChains, type NftChain, type NftRule, type NftTable, rulesOf, tableKey } from './ruleset.ts';
import type { Statement } from './statement.ts';
import { parseText } from './text/parse-text.ts';

/** A chain that a listing lacks. */
export interface SuppliedChain {
  readonly name: string;
  /** `type nat hook prerouting priority -100; policy accept;`; empty for a chain that rules jump to. */
  readonly hooked: string;
  /** As nft spells them. */
  readonly rules: readonly string[];
  /** Chains to which a rule may lead that nobody listed: asked in front of `rules`. */
  readonly asked?: readonly string[];
  /** It holds other rules, too: a packet that comes to its end has a fate that is not known. */
  readonly open?: true;
}

/**
 * Adds chains to a table that were not listed. Those that it has stay as they are.
 * @param name shown in place of the file that they would come from
 * @param of what a rule that nobody listed is one of, where that is asked: `table ip kube-proxy`
 */
export function supplyChains(
  table: NftTable,
  supplied: readonly SuppliedChain[],
  name: string,
  of: string,
): NftTable {
  const blocks = supplied.map(({ hooked, rules }, at) => {
    const lines = [hooked, ...rules].filter((line) => line !== '').map((line) => `\t\t${line}`);
    return [`\tchain ${at} {`, ...lines, '\t}'].join('\n');
  });
  const text = `table ${table.family} ${table.name} {\n${blocks.join('\n')}\n}\n`;
  const read = parseText(text, name, new ProblemList()).tables.get(
    tableKey(table.family, table.name),
  )?.chains;
  const chains = new MadeChains(table.chains);
  for (const [at, { name: chain, asked = [], open }] of supplied.entries()) {
    const made = read?.get(String(at));
    if (made === undefined || chains.has(chain)) continue;
    const first = asked.map((to, index) => askingRule({ ...made, name: chain }, to, of, index + 1, name));
    const rest = rulesOf(made).map((rule) => {
      const { handle, comment, statements, file, line, text } = rule;
      return { chain, number: rule.number + first.length, handle, comment, statements, file, line, text };
    });
    chains.set(chain, {
      ...made,
      name: chain,
      rules: new ArrayRules([...first, ...rest]),
      ...(open === true ? { cut: true, unlisted: 'not-captured' as const } : {}),
    });
  }
  return { ...table, chains };
}

function askingRule(
  { name: chain, line }: NftChain,
  to: string,
  of: string,
  number: number,
  file: string,
): NftRule {
  const asks: Statement = {
    kind: 'match',
    operator: '==',
    left: { kind: 'lost', chain: to, of },
    right: { kind: 'exists', value: true },
  };
  const statements: Statement[] = [asks, { kind: 'verdict', verdict: 'jump', chain: to }];
  return { chain, number, handle: null, comment: null, statements, file, line, text: `jump ${to}` };
}
