import { printCommand } from '../command/quote.js';
import { FINDING_KINDS } from './registry.js';
const TITLES = new Map(FINDING_KINDS.map(({ code, title }) => [code, title]));
/** @returns the finding as documents have it. */
export function reportFinding(finding) {
    return {
        ...finding,
        command: finding.command === null ? null : printCommand(finding.command),
        title: TITLES.get(finding.code) ?? finding.code,
        page: `docs/findings/${finding.code}.md`,
    };
}
