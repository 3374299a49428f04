import { printCommand } from '../command/quote.ts';
import type { Finding } from './finding.ts';
import { FINDING_KINDS } from './registry.ts';

/** A finding with its title, the page that explains it, and its command in print. */
export interface ReportedFinding extends Omit<Finding, 'command'> {
  readonly title: string;
  /** The command as a line for a shell, every name in it quoted; null where there is none. */
  readonly command: string | null;
  /** Page of the project's documentation, from its root: `docs/findings/KP101.md`. */
  readonly page: string;
}

const TITLES: ReadonlyMap<string, string> = new Map(FINDING_KINDS.map(({ code, title }) => [code, title]));

/** @param kubectl see `CheckInput` @returns the finding as documents have it. */
export function reportFinding(finding: Finding, kubectl?: readonly string[]): ReportedFinding {
  return {
    ...finding,
    command: finding.command === null ? null : printCommand(finding.command, kubectl),
    title: TITLES.get(finding.code) ?? finding.code,
    page: `docs/findings/${finding.code}.md`,
  };
}
