import type { TextOptions } from './text-options.ts';

/** How a document can be written. `cli/` has a table for each document: a renderer for every format that it has. */
export type Format = (typeof EVERY)[number];

const EVERY = [
  'text',
  'json',
  'yaml',
  'markdown',
  'mermaid',
  'dot',
  'html',
  'junit',
  'sarif',
  'github',
] as const;

/** Of documents that are looked at in a terminal or read by scripts, and nothing else. */
export const PLAIN_FORMATS = ['text', 'json', 'yaml'] as const satisfies readonly Format[];
export type PlainFormat = (typeof PLAIN_FORMATS)[number];

/** These hold the problems of the input, too; beside the others they go to standard error. */
export const HOLDS_PROBLEMS: ReadonlySet<Format> = new Set<Format>(['json', 'yaml']);

/** Of `trace`: its answer is a path, which can be drawn. */
export const TRACE_FORMATS = [
  ...PLAIN_FORMATS,
  'markdown',
  'mermaid',
  'dot',
  'html',
] as const satisfies readonly Format[];
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** Of `why`, `diff` and `conntrack`. */
export const PAGE_FORMATS = [...PLAIN_FORMATS, 'markdown', 'html'] as const satisfies readonly Format[];
export type PageFormat = (typeof PAGE_FORMATS)[number];

/** Of `check`. */
export const CHECK_FORMATS = [
  ...PLAIN_FORMATS,
  'junit',
  'sarif',
  'github',
  'markdown',
  'html',
] as const satisfies readonly Format[];
export type CheckFormat = (typeof CHECK_FORMATS)[number];

/** Makes one document into text of one format, with a newline at its end. `view` is for those who read in a terminal. */
export type Renderer<D> = (document: D, view: TextOptions) => string | Promise<string>;

/** One for each format that a document has. */
export type Renderers<D, F extends Format> = Readonly<Record<F, Renderer<D>>>;
