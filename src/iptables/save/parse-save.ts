import type { Family } from '../../net/address.ts';
import type { ProblemList } from '../../problems/problem.ts';
import { type KnownChains, NO_CHAINS } from '../known-chains.ts';
import { type TableOfRuleset, uniteAll } from '../merge.ts';
import type { Backend, Ruleset, Table } from '../ruleset.ts';
import { lastLost, markCutChains, markLeftOut, markSifted } from './cut-chains.ts';
import type { Block, Header, ScannedDump } from './dump.ts';
import { inferFamilies } from './infer-family.ts';
import { inferTable } from './infer-table.ts';
import { LazyChains } from './lazy-chains.ts';
import { scanDump } from './scan.ts';
import { sortTables } from './sort-tables.ts';
import { keepTrivia } from './trivia.ts';

/**
 * Reads the output of iptables-save or ip6tables-save (either backend, with or without `-c`) or of `iptables -S`,
 * or several of them one after the other.
 *
 * The bytes are scanned once, for tables, chains and where rules start; they must not change afterwards. A rule is
 * parsed when it is asked for.
 * @param source.name the file as the user named it, for places in messages; `cut` where bytes are known to be missing at its end.
 * @param hints what is known from elsewhere. A header that names another family or `(nf_tables)` is believed instead.
 *   `chains` tells the tables of chains by who writes them; `allTables`: it is the output of the program for all of them.
 * @param problems takes what could not be read: `truncated`, `unreadable-line`, `duplicate-table`, `table-assumed`, …
 * @returns one ruleset for each family and backend; none where nothing was found. Never throws.
 */
export function parseSave(
  source: { readonly name: string; readonly bytes: Buffer; readonly cut?: boolean },
  hints: {
    readonly family?: Family;
    readonly backend?: Backend;
    readonly chains?: KnownChains;
    readonly allTables?: true;
  },
  problems: ProblemList,
): Ruleset[] {
  const known = hints.chains ?? NO_CHAINS;
  const dump = scanDump(source.name, source.bytes, source.cut === true, problems);
  for (const block of dump.blocks) markLost(block, source.name, known, problems);
  const blocks = dump.blocks.flatMap((block) => sortTables(block, source.name, known, problems));
  markSifted(blocks);
  for (const block of blocks) nameTable(block, source.name, known, problems);
  const only = onlyHeader(blocks);
  const families = inferFamilies(blocks, hints.family, source.name, problems);
  const tables = blocks.map((block, index): TableOfRuleset => {
    const family = families.get(block) ?? 'ipv4';
    block.context.family = family;
    block.context.isAlwaysTargeted = known.isAlwaysTargeted;
    const backend = block.statedBackend ?? backendOf(block, only, hints.backend, source.name, problems);
    const cutTable = block.cut === null ? {} : { cut: block.cut };
    const name = block.table ?? 'filter';
    const chains = new LazyChains(block.chains, name, block.context, block.sift);
    const table: Table = { name, chains, ...cutTable };
    keepTriviaOf(block, table, dump, index === blocks.length - 1);
    const sameDump = index > 0 && block.header === blocks[index - 1]?.header;
    const backendAssumed = backend === null;
    const place = { file: source.name, line: block.line };
    // What a command let through is no whole table, whatever its head says.
    const form = block.excerpt || block.sift !== null ? 'rules-listing' : block.form;
    const cutRuleset = dump.cut === null || index < blocks.length - 1 ? {} : { cut: dump.cut };
    return {
      ruleset: {
        family,
        backend: backend ?? 'iptables-nft',
        backendAssumed,
        form,
        ...cutRuleset,
        ...(dump.leftOut.length === 0 ? {} : { leftOut: dump.leftOut }),
        ...(dump.legacyWarningLine === null || backend === 'iptables-legacy'
          ? {}
          : { besideLegacy: { file: source.name, line: dump.legacyWarningLine } }),
        ...(hints.allTables === true && form === 'save' ? { allTables: true as const } : {}),
      },
      part: { table, form, ...place },
      sameDump,
    };
  });
  const rulesets = uniteAll(tables, problems);
  if (dump.blocks.length === 0) reportEmpty(source, problems);
  reportLegacy(dump, rulesets, problems);
  return rulesets;
}

/** The one header of a file also tells of tables that were pasted without it: they are of the same node. */
function onlyHeader(blocks: readonly Block[]): Header | null {
  const headers = blocks.flatMap(({ header }) => (header === null ? [] : [header]));
  const [first] = headers;
  return first !== undefined && headers.every(({ backend }) => backend === first.backend) ? first : null;
}

/** A header without `(nf_tables)` means legacy, unless the caller knows better: old nft builds did not print it. */
function backendOf(
  block: Block,
  only: Header | null,
  hint: Backend | undefined,
  file: string,
  problems: ProblemList,
): Backend | null {
  const { header } = block;
  if (header?.backendStated === true) {
    const { backend, line } = header;
    if (hint !== undefined && backend !== null && backend !== hint)
      problems.add('hint-contradicted', { about: 'backend', says: backend, hint }, file, line);
    return backend;
  }
  return hint ?? (header ?? only)?.backend ?? null;
}

function markLost(block: Block, file: string, known: KnownChains, problems: ProblemList): void {
  const lost = lastLost(block, known);
  const leftOut = markLeftOut(block, known);
  if (leftOut !== null) {
    const args = { what: 'chain', chain: leftOut.name, beside: leftOut.beside } as const;
    problems.add('partial-listing', args, file, block.line);
  }
  if (lost === null) return;
  const lacks = { part: 'rules', chain: lost.name } as const;
  problems.add('truncated', { what: 'dump', lacks }, file, lost.cut.line);
  block.cut = lost.cut;
  markCutChains(block);
}

function nameTable(block: Block, file: string, known: KnownChains, problems: ProblemList): void {
  if (block.table !== null) return;
  const { table, because } = inferTable(new LazyChains(block.chains, 'filter', block.context), known);
  problems.add('table-assumed', { how: 'inferred', table, because }, file, block.line);
  block.table = table;
}

function keepTriviaOf(block: Block, table: Table, dump: ScannedDump, isLast: boolean): void {
  const { bytes } = dump.lines;
  keepTrivia(table, {
    bytes,
    before: [block.triviaFrom, block.from],
    after: isLast ? [block.to, bytes.length] : [block.to, block.to],
    newline: dump.newline,
    form: block.form,
    committed: block.committed,
  });
}

function reportEmpty(source: { name: string; bytes: Buffer }, problems: ProblemList): void {
  problems.add('no-rules', { empty: source.bytes.length === 0 }, source.name, null);
}

function reportLegacy(dump: ScannedDump, rulesets: readonly Ruleset[], problems: ProblemList): void {
  if (dump.legacyWarningLine === null) return;
  if (rulesets.some((ruleset) => ruleset.backend === 'iptables-legacy')) return;
  problems.add('legacy-tables-present', { in: 'dump' }, dump.lines.file, dump.legacyWarningLine);
}
