import type { Diagnosis, EndpointFlows, FlowList, ServiceFlows, Severity } from '../../explain/flow-list.ts';
import { counted } from '../../words/numbers.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import type { TextOptions } from '../text-options.ts';
import { wrap } from '../wrap.ts';
import { portName } from './words.ts';

/** How much is told. */
export interface AttentionLevel {
  /** Entries opened; JSON has all. */
  readonly entries: number;
  /** Whether each has its evidence. */
  readonly evidence: boolean;
  /** Whether what is only worth knowing is told. */
  readonly notes: boolean;
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

interface WrongEndpoint {
  readonly service: ServiceFlows;
  readonly endpoint: EndpointFlows;
}

/** @returns what is wrong, errors first, endpoint by endpoint, with the commands that would clear what is stuck. */
export function renderAttention({ summary }: FlowList, options: TextOptions, level: AttentionLevel): string {
  const { colours, width } = options;
  const wrong = summary.services.flatMap((service) =>
    service.endpoints.filter(isWrong).map((endpoint) => ({ service, endpoint })),
  );
  wrong.sort((a, b) => RANK[severityOf(a)] - RANK[severityOf(b)] || b.endpoint.stale - a.endpoint.stale);
  const all = [
    ...summary.findings.map((finding) => ({
      severity: finding.severity,
      lines: [said(finding, finding.message, colours, width)],
    })),
    ...wrong.map((one) => ({
      severity: severityOf(one),
      lines: endpointLines(one.service, one.endpoint, options, level.evidence),
    })),
  ].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  const grave =
    all.some(({ severity }) => severity !== 'info') ||
    summary.services.some(({ stale, troubled }) => stale > 0 || troubled > 0);
  const entries = level.notes ? all : all.filter(({ severity }) => severity !== 'info');
  const lines = entries.slice(0, level.entries).flatMap((entry) => entry.lines);
  const more = all.length - Math.min(entries.length, level.entries);
  if (more > 0) lines.push(colours.faint(`  … and ${more} more (--detail full)`));
  return lines.length === 0
    ? ''
    : `${colours.heading(grave ? 'needs attention' : 'worth knowing')}\n${lines.join('\n')}\n`;
}

function severityOf({ endpoint }: WrongEndpoint): Severity {
  return endpoint.problem?.severity ?? 'info';
}

function isWrong({ problem, live }: EndpointFlows): boolean {
  return problem !== null && live > 0;
}

function endpointLines(
  service: ServiceFlows,
  endpoint: EndpointFlows,
  options: TextOptions,
  withEvidence: boolean,
): string[] {
  const { colours, width } = options;
  const { problem, stale, live, clear } = endpoint;
  if (problem === null) return [];
  const number = stale > 0 ? `${counted(stale, 'flow')} stuck` : counted(live, 'live flow');
  const lines = [said(problem, `${portName(service)}: ${number}: ${problem.message}`, colours, width)];
  const evidence = problem.evidence.find(({ kind }) => kind === 'rule') ?? problem.evidence[0];
  if (evidence !== undefined && withEvidence) {
    const place = evidence.file === null ? '' : ` (${evidence.file}:${evidence.line})`;
    lines.push(
      colours.faint(wrap(`    ${escapeTerminal(evidence.text)}${escapeTerminal(place)}`, width, '      ')),
    );
  }
  // Commands are copied: they are never broken.
  for (const command of clear) lines.push(`    to clear them: ${command}`);
  return lines;
}

function said(
  { severity }: Pick<Diagnosis, 'severity'>,
  message: string,
  colours: Colours,
  width: number | null,
): string {
  const paint = severity === 'error' ? colours.bad : severity === 'warning' ? colours.warning : colours.faint;
  return wrap(`  ${paint(severity)}  ${escapeTerminal(message)}`, width, '    ');
}
