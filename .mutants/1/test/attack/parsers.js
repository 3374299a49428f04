import { READERS } from './parsers-of-files.js';
import { REDACTIONS } from './parsers-of-redaction.js';
import { TABLES } from './parsers-of-tables.js';
/** Every reader of text that comes from files, nodes and clusters. */
export const PARSERS = [...TABLES, ...READERS, ...REDACTIONS];
