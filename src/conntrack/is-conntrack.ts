import { isSavedFlow } from './parse-saved-flow.ts';

const ENTRY =
  /^(?:(?:ipv4|ipv6|unknown) +\d+ +)?[a-z][a-z0-9-]* +\d{1,3} (?:[^=\n]{0,60} |[^=\n]{0,20}timeout=\d+, stream_timeout=\d+ )?src=[0-9a-f.:]+ +dst=[0-9a-f.:]+/;
const SUMMARY = /^conntrack v\S+ \(conntrack-tools\): \d+ flow entries have been shown/;
const LINES_LOOKED_AT = 40;

/**
 * @returns true where the text is a listing of flows: `conntrack -L` in any `-o`, /proc/net/nf_conntrack. A listing of no
 * flows is known by its summary line. Events (`conntrack -E`) and counters (`conntrack -S`) are not listings.
 */
export function isConntrack(text: string): boolean {
  const lines = text.slice(0, 32_768).split('\n', LINES_LOOKED_AT);
  return lines.some(
    (line) =>
      ENTRY.test(line) ||
      isSavedFlow(line) ||
      SUMMARY.test(line) ||
      /^\s*(?:<conntrack>|<flow><meta )/.test(line),
  );
}
