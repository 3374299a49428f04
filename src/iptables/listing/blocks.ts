import type { LineOfListing } from '../../problems/of-files.ts';
import type { ProblemList } from '../../problems/problem.ts';
import type { KnownChains } from '../known-chains.ts';
import type { Counters, TableName } from '../ruleset.ts';
import { leavesOut } from '../sift.ts';
import type { Block, Command, Row } from './block.ts';
import { parseColumns, parseCount, parseLayout } from './columns.ts';

/** All chains of a listing, in the order of the file. */
export interface Blocks {
  readonly blocks: readonly Block[];
  /** True where a remark of iptables-nft stands in the listing. */
  readonly printedByNft: boolean;
  /** Where iptables-nft says that there are tables of iptables-legacy as well; null where it does not. */
  readonly legacyLine: number | null;
}

/** The frame of a listing that was pasted from a shell or a page of Markdown; never the start of a rule. */
const FENCE = /^\s*```/;
const PROMPT = /^(?:\[?[\w.-]+@\S.*?[$#]|[$#>%])(?:\s|$)/;
const DAMAGED_HEAD = /^\s*\S{0,8}\s*\S+ \((?:policy [A-Z]|\d+ references)/;
const REMARK = /^# (?:Warning: |Table )/;

/**
 * Cuts a listing into chains.
 * @param known finds the chains of rows without a head.
 * @param problems gets a line for whatever belongs to no chain.
 */
export function splitBlocks(text: string, file: string, known: KnownChains, problems: ProblemList): Blocks {
  const blocks: Block[] = [];
  let block: Block | null = null;
  let command: Command | null = null;
  let sifted = false;
  const loose: Row[] = [];
  let detached = true;
  let printedByNft = false;
  let legacyLine: number | null = null;
  const lines = text.split('\n');
  for (const [index, raw] of lines.entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const number = index + 1;
    // What stood there was joined to the row that it belongs to.
    if (line === ' ') continue;
    if (line.trim() === '' || FENCE.test(line)) {
      detached = true;
      continue;
    }
    if (REMARK.test(line)) {
      if (line.includes('iptables-legacy tables present')) legacyLine ??= number;
      if (line.includes("use 'nft' tool"))
        problems.add('incompatible-base-chains', { is: 'listed' }, file, number);
      printedByNft ||= legacyLine !== null || line.includes("use 'nft' tool");
      continue;
    }
    const head = parseHead(line, number, command);
    if (head !== null) {
      // Of whole output a line of column names and a blank line stand between two heads.
      const close: boolean = !detached && block !== null && block.layout === null;
      if (close && block !== null) block.sifted = true;
      block = head.block;
      if (close || sifted) block.sifted = true;
      blocks.push(block);
      command = null;
      detached = false;
      if (!head.whole) reportLine(problems, 'chain-head', line, file, number);
      continue;
    }
    const layout = parseLayout(line);
    if (layout !== null) {
      if (block !== null && block.rows.length === 0) block.layout = layout;
      else {
        reportLine(problems, 'column-names', line, file, number);
        block = null;
      }
      continue;
    }
    if (DAMAGED_HEAD.test(line)) {
      // The rules below it are of a chain whose name is not known.
      reportLine(problems, 'chain-head', line, file, number);
      block = null;
      continue;
    }
    const columns = parseColumns(line, block?.layout ?? null);
    const given = columns === null ? parseCommand(line) : null;
    if (given !== null || (columns === null && PROMPT.test(line))) {
      command = given ?? command;
      sifted = given?.sifted === true;
      detached = true;
      continue;
    }
    if (block === null && columns !== null) {
      loose.push({ line: number, text: line.trimEnd(), columns });
      continue;
    }
    if (block === null || (detached && columns === null)) {
      reportLine(problems, 'line', line, file, number);
      continue;
    }
    // A rule behind a blank line may belong to a chain whose head is missing: then it is not known whose it is.
    if (columns === null || detached) reportLine(problems, 'rule', line, file, number);
    block.rows.push({ line: number, text: line.trimEnd(), columns: detached ? null : columns });
  }
  if (block !== null && block.layout === null && block.rows.length === 0) {
    reportLine(problems, 'last-chain', `Chain ${block.chain}`, file, block.line);
    block.rows.push({ line: block.line, text: '', columns: null });
  }
  const { blocks: found, left } = known.adoptRows(loose);
  for (const row of left) reportLine(problems, 'loose-rule', row.text, file, row.line);
  return { blocks: [...found, ...blocks], printedByNft, legacyLine };
}

function reportLine(
  problems: ProblemList,
  what: LineOfListing,
  line: string,
  file: string,
  number: number,
): void {
  const shown = line.length > 80 ? `${line.slice(0, 80)}…` : line;
  problems.add('unreadable-line', { of: 'table-listing', what, shown: shown.trim() }, file, number);
}

function parseHead(
  line: string,
  number: number,
  command: Command | null,
): { block: Block; whole: boolean } | null {
  const found = /^Chain (\S+)(?: \((.*))?$/.exec(line.trimEnd());
  if (found === null) return null;
  const detail = found[2] ?? '';
  const policy = /^policy (ACCEPT|DROP)(?: (\d+[KMGTPE]?) packets, (\d+[KMGTPE]?) bytes)?\)$/.exec(detail);
  const counters: Counters | null =
    policy?.[2] === undefined ? null : { packets: parseCount(policy[2]), bytes: parseCount(policy[3] ?? '') };
  const kind = policy?.[1] === 'ACCEPT' || policy?.[1] === 'DROP' ? policy[1] : null;
  const references = /^(\d+) references\)$/.exec(detail)?.[1];
  const block: Block = {
    chain: found[1] ?? '',
    policy: kind,
    counters,
    references: references === undefined ? null : Number(references),
    line: number,
    layout: null,
    rows: [],
    command,
  };
  return { block, whole: policy !== null || references !== undefined || detail === '' };
}

const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter', 'security'];

/** @returns what `sudo iptables -t nat -nvL` says of the listing below it, or null for a line that is no such command. */
export function parseCommand(line: string): Command | null {
  const found = /(?:^|[\s/$#>%])(ip6?tables)(-nft|-legacy)?\s+(-.*)$/.exec(line);
  if (found === null || !/(?:^|\s)(?:-[a-zA-Z]*L\b|--list\b)/.test(found[3] ?? '')) return null;
  const name = /(?:^|\s)(?:-[a-zA-Z]*t\s*|--table[=\s]\s*)(raw|mangle|nat|filter|security)\b/.exec(
    found[3] ?? '',
  );
  return {
    family: found[1] === 'ip6tables' ? 'ipv6' : 'ipv4',
    table: TABLES.find((table) => table === name?.[1]) ?? 'filter',
    sifted: leavesOut(line),
    backend: found[2] === '-nft' ? 'iptables-nft' : found[2] === '-legacy' ? 'iptables-legacy' : null,
  };
}
