import { NO_CHAINS } from '../known-chains.ts';
import type { TableName } from '../ruleset.ts';
import { ChainTable } from './chain-table.ts';
import type { Prompt } from './comments.ts';
import type { Block, Header } from './dump.ts';
import type { DumpLines } from './dump-lines.ts';

/** What is known of a table at its first line. */
export interface BlockStart extends Pick<Block, 'form' | 'line' | 'from' | 'triviaFrom'> {
  readonly table: TableName | null;
  readonly header: Header | null;
  /** The command above it. */
  readonly prompt: Prompt | null;
}

/** @returns a table of which no line was read yet. */
export function newBlock({ prompt, ...start }: BlockStart, lines: DumpLines): Block {
  const chains = new ChainTable(lines);
  return {
    ...start,
    // What a dump's own header says is nearer than the command above it.
    statedFamily: start.header === null ? (prompt?.family ?? null) : null,
    statedBackend: start.header === null ? (prompt?.backend ?? null) : null,
    sift: prompt?.sift ?? null,
    leavesOut: prompt?.leavesOut === true,
    committed: false,
    excerpt: false,
    cut: null,
    chains,
    context: {
      ...{ lines, names: chains.names, family: 'ipv4' as const },
      isAlwaysTargeted: NO_CHAINS.isAlwaysTargeted,
    },
    to: start.from,
  };
}
