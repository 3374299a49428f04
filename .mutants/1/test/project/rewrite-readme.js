import { readFileSync, writeFileSync } from 'node:fs';
import { manPage } from './man-page.js';
import { rewriteSessions, runInSession } from './sessions.js';
/** `npm run readme`: runs the examples of README.md and writes down what they print, and the man page. Works in the project's folder. */
const before = readFileSync('README.md', 'utf8');
const after = rewriteSessions(before, (command) => runInSession(command, process.cwd()));
writeFileSync('README.md', after);
console.log(after === before ? 'README.md is as it was' : 'README.md is rewritten');
writeFileSync('docs/kp-explain.1', manPage(process.cwd()));
