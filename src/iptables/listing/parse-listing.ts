import type { Family } from '../../net/address.ts';
import { missingText } from '../../problems/of-rules.ts';
import type { ProblemList } from '../../problems/problem.ts';
import { ruleListOf } from '../array-rules.ts';
import { withPlainBlanks } from '../blanks.ts';
import { unreadableRule } from '../interpret.ts';
import { type KnownChains, NO_CHAINS } from '../known-chains.ts';
import type { Backend, Chain, ChainCut, Rule, Ruleset, Table, TableName } from '../ruleset.ts';
import type { Block, Row } from './block.ts';
import { splitBlocks } from './blocks.ts';
import { buildRule, type RuleContext } from './build-rule.ts';
import { assignTables, type Listing } from './listings.ts';
import { parseAddressWord } from './printed.ts';

export { isListing } from './is-listing.ts';

/** What is known of a listing from elsewhere, such as the name of the file in a capture folder. */
export interface ListingHints {
  readonly family?: Family;
  readonly backend?: Backend;
  readonly table?: TableName;
  /** What is known of chains by who writes them. */
  readonly chains?: KnownChains;
}

/**
 * Reads what `iptables -L` or `ip6tables -L` printed, with any of `-n -v -x --line-numbers`: all chains of a table, a
 * single chain, or several outputs in one file.
 * @param source the file's bytes and the name to show; `cut` where bytes are known to be missing at its end.
 * @param hints win over what the listing suggests, except where the listing contradicts them.
 * @param problems gets what had to be assumed (`table-assumed`, `family-assumed`, `name-read-as-address`) and what could
 * not be read (`unreadable-line`, `unrecognised-option`, `missing-rules`).
 * @returns one ruleset for each family met. What a listing leaves out is a `lost` match of the rule. Never throws.
 */
export function parseListing(
  source: { name: string; bytes: Buffer; cut?: boolean },
  hints: ListingHints,
  problems: ProblemList,
): Ruleset[] {
  const { name: file, bytes } = source;
  const known = hints.chains ?? NO_CHAINS;
  const text = withPlainBlanks(bytes.toString('utf8'));
  // Of a listing that broke off, the last line may be a piece of a rule that still reads like one.
  const whole = source.cut === true ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  const { blocks, printedByNft, legacyLine } = splitBlocks(whole, file, known, problems);
  const cutBlock = source.cut === true ? (blocks.at(-1) ?? null) : null;
  const listings = assignTables(blocks, hints, file, problems);
  const named = new NamesRead(file, problems);
  const said = blocks.find((block) => block.command?.backend)?.command?.backend ?? null;
  if (legacyLine !== null) problems.add('legacy-tables-present', { in: 'listing' }, file, legacyLine);
  const backend = hints.backend ?? said ?? 'iptables-nft';
  const backendAssumed = hints.backend === undefined && said === null && !printedByNft;
  const rulesets: Ruleset[] = [];
  for (const family of ['ipv4', 'ipv6'] as const) {
    const own = listings.filter((listing) => listing.family === family);
    if (own.length === 0) continue;
    const tables = buildTables(own, file, named, cutBlock, known, problems);
    const beside = backend === 'iptables-nft' && legacyLine !== null ? { file, line: legacyLine } : null;
    rulesets.push({
      ...{ family, backend, backendAssumed, form: 'table-listing', tables },
      ...(beside === null ? {} : { besideLegacy: beside }),
    });
  }
  return rulesets;
}

function buildTables(
  listings: readonly Listing[],
  file: string,
  named: NamesRead,
  cutBlock: Block | null,
  known: KnownChains,
  problems: ProblemList,
): ReadonlyMap<TableName, Table> {
  const tables = new Map<TableName, { name: TableName; chains: Map<string, Chain> }>();
  const sifted = siftedOf(listings, file);
  for (const { table: name, family, blocks } of listings) {
    const table = tables.get(name) ?? { name, chains: new Map<string, Chain>() };
    tables.set(name, table);
    const names = new Set(blocks.map((block) => block.chain));
    for (const block of blocks) {
      const earlier = table.chains.get(block.chain);
      const context: RuleContext = {
        family,
        chain: block.chain,
        file,
        known,
        isChain: (chain) => names.has(chain) || table.chains.has(chain),
        addressOf: (word) => named.read(word, family, () => block.line),
        strange: (row) => reportStrange(problems, row, file),
      };
      if (earlier !== undefined && !saysTheSame(earlier, block)) {
        const args = { chain: block.chain, table: name, used: 'differs' } as const;
        problems.add('duplicate-chain', args, file, block.line);
      }
      const chain = buildChain(block, name, context, problems);
      const cut = block === cutBlock ? cutOf(block, file) : block.sifted === true ? sifted : null;
      table.chains.set(block.chain, cut === null ? chain : { ...chain, cut });
    }
  }
  return tables;
}

/** All listings that lines were left out of are one question: they are of one node, and mostly of one command. */
function siftedOf(listings: readonly Listing[], file: string): ChainCut | null {
  const first = listings.flatMap(({ blocks }) => blocks).find((block) => block.sifted === true);
  return first === undefined ? null : { file, line: first.line, within: 'rules', side: 'among' };
}

function cutOf(block: Block, file: string): ChainCut {
  return { file, line: block.rows.at(-1)?.line ?? block.line, within: 'rules', side: 'end' };
}

function buildChain(block: Block, table: TableName, context: RuleContext, problems: ProblemList): Chain {
  const rules: Rule[] = [];
  let number = 0;
  for (const row of block.rows) {
    const printed = row.columns?.number ?? null;
    if (printed !== null && printed > number + 1)
      rules.push(gap(number + 1, printed - 1, row, context, problems));
    number = printed !== null && printed >= number ? printed : number + 1;
    const rule = buildRule(row, number, context);
    rules.push(rule);
    if (holdsAnother(rule)) rules.push({ ...rule, number: ++number, ...unreadableRule(row.text) });
  }
  const { chain: name, policy, counters, line, references } = block;
  const chain = {
    ...{ table, name, policy, counters, rules: ruleListOf(rules) },
    ...(block.picked === true ? { file: null, line: null } : { file: context.file, line }),
    ...(references === null ? {} : { references }),
  };
  const narrow = block.rows.some(({ columns }) => columns !== null && columns.inInterface === null);
  return narrow ? { ...chain, interfacesNotListed: true } : chain;
}

/** Rules that `--line-numbers` shows to be missing stand as one rule of which nothing is known. */
function gap(from: number, to: number, row: Row, context: RuleContext, problems: ProblemList): Rule {
  const text = missingText(from, to);
  problems.add('missing-rules', { chain: context.chain, from, to }, context.file, row.line);
  return {
    chain: context.chain,
    number: from,
    file: context.file,
    line: row.line,
    text,
    ...unreadableRule(text),
  };
}

/** Lines glued together when a listing was copied: the second rule's `--` stands among words that were not understood. */
function holdsAnother(rule: Rule): boolean {
  return rule.matches.some(
    (match) => match.kind === 'unrecognised' && / (?:--|-f|!f) \S+ \S+/.test(match.text),
  );
}

function saysTheSame(chain: Chain, block: Block): boolean {
  if (chain.rules.length !== block.rows.length || chain.policy !== block.policy) return false;
  return block.rows.every((row, index) => row.columns !== null && chain.rules.at(index).text === row.text);
}

function reportStrange(problems: ProblemList, row: Row, file: string): void {
  const shown = row.text.length > 160 ? `${row.text.slice(0, 160)}…` : row.text;
  problems.add('unrecognised-option', { shown: shown.trim() }, file, row.line);
}

/** Reads addresses and says once that a name was taken for one. */
class NamesRead {
  readonly #file: string;
  readonly #problems: ProblemList;
  #said = false;

  constructor(file: string, problems: ProblemList) {
    this.#file = file;
    this.#problems = problems;
  }

  read(word: string, family: Family, line: () => number): string | null {
    const address = parseAddressWord(word, family);
    if (address?.named === true && !this.#said) {
      this.#said = true;
      this.#problems.add('name-read-as-address', { word, address: address.text }, this.#file, line());
    }
    return address?.text ?? null;
  }
}
