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
];
/** Of documents that are looked at in a terminal or read by scripts, and nothing else. */
export const PLAIN_FORMATS = ['text', 'json', 'yaml'];
/** These hold the problems of the input, too; beside the others they go to standard error. */
export const HOLDS_PROBLEMS = new Set(['json', 'yaml']);
/** Of `trace`: its answer is a path, which can be drawn. */
export const TRACE_FORMATS = [
    ...PLAIN_FORMATS,
    'markdown',
    'mermaid',
    'dot',
    'html',
];
/** Of `why`, `diff` and `conntrack`. */
export const PAGE_FORMATS = [...PLAIN_FORMATS, 'markdown', 'html'];
/** Of `check`. */
export const CHECK_FORMATS = [
    ...PLAIN_FORMATS,
    'junit',
    'sarif',
    'github',
    'markdown',
    'html',
];
