import { readFileSync } from 'node:fs';
/** @returns the version in the package's own package.json; the same from `src/` and from `dist/`. */
export function readVersion() {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}
