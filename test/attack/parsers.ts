import type { Parser } from './parser.ts';
import { READERS } from './parsers-of-files.ts';
import { REDACTIONS } from './parsers-of-redaction.ts';
import { TABLES } from './parsers-of-tables.ts';

/** Every reader of text that comes from files, nodes and clusters. */
export const PARSERS: readonly Parser[] = [...TABLES, ...READERS, ...REDACTIONS];
