import type { Asking, CommandResult } from './command-result.ts';
import type { Follow } from './run-command.ts';

/** Where commands are run and files of /proc are read: this machine, or a pod in a node's network namespace. */
export interface Place {
  /** The node; null: this machine. */
  readonly node: string | null;
  /** Before the command in messages: `` on this machine, else `node-1: `. */
  readonly prefix: string;
  /** What every image of this kind lacks, so that nobody needs to be told. */
  readonly lacksAsUsual: ReadonlySet<string>;
  /** How the place is reached, for the manifest: `local`, `exec`, `debug`. */
  readonly via: Via;
  /** Runs a command; see `runCommand`. Throws InterruptedError. */
  run(argv: readonly string[], asking: Asking): Promise<CommandResult>;
  /** Runs a command that tells what happens, and hands on what it writes, until it is ended. Throws InterruptedError. */
  follow(argv: readonly string[], follow: Follow): Promise<CommandResult>;
  /** Reads a file of /proc. @param only see `Asking`. Throws InterruptedError. */
  read(path: string, only?: string | null): Promise<FileText>;
  /** Reads several files of /proc, in as few steps as the place allows. @returns each path's text. */
  readMany(paths: readonly string[], only?: string | null): Promise<ReadonlyMap<string, FileText>>;
  /** Asks kube-proxy on the node's loopback for `/proxyMode` or `/metrics`. @returns its answer, or null. */
  askKubeProxy(path: string, only?: string | null): Promise<string | null>;
  /** What to say where a program is missing or may not do its work. */
  readonly advice: PlaceAdvice;
}

/** The ways to reach a node. */
export type Via = 'local' | 'exec' | 'debug';

/** A file's text; or that there is no such file; or why it could not be read. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** The ways out that differ by place, as clauses. */
export interface PlaceAdvice {
  /** @param packageName the package that usually holds the program. */
  missing(program: string, packageName: string): string;
  readonly notPermitted: string;
}
