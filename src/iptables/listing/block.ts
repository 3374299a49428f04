import type { Family } from '../../net/address.ts';
import type { Backend, Counters, Policy, TableName } from '../ruleset.ts';
import type { Columns, Layout } from './columns.ts';

/** One chain of a listing, from its head to the next one. */
export interface Block {
  readonly chain: string;
  readonly policy: Policy | null;
  readonly counters: Counters | null;
  /** How many rules lead here; null for built-in chains, and where the head does not say. */
  readonly references: number | null;
  readonly line: number;
  /** The column names; null until they are met, and for good where somebody cut them away. */
  layout: Layout | null;
  readonly rows: Row[];
  /** The command above this chain, where the listing was pasted together with it. */
  readonly command: Command | null;
  /** Set where the chain's head was not printed, so that rules of it may be missing. */
  readonly picked?: true;
  /** Set where lines were picked with the heads among them, so that rules may be missing from any chain. */
  sifted?: true;
}

/** One rule's line. */
export interface Row {
  readonly line: number;
  readonly text: string;
  /** Null where the line has not got the columns of a rule. */
  readonly columns: Columns | null;
}

/** An iptables command whose output follows. */
export interface Command {
  readonly family: Family;
  readonly table: TableName;
  readonly backend: Backend | null;
  /** True where another command let through some of the lines only. */
  readonly sifted: boolean;
}
