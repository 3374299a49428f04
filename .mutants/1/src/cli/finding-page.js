import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
/** @returns the page of a finding, as Markdown; null where the package has none. */
export function readFindingPage(code) {
    const page = fileURLToPath(new URL(`../../docs/findings/${code}.md`, import.meta.url));
    return existsSync(page) ? readFileSync(page, 'utf8') : null;
}
