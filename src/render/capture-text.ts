import type { CapturedNode, CaptureReport } from '../explain/capture-report.ts';
import { escapeLines, escapeTerminal } from './escape.ts';
import { renderTable } from './table.ts';
import type { TextOptions } from './text-options.ts';

/** @returns what was written, and how to read it back. */
export function renderCaptureText(report: CaptureReport, options: TextOptions): string {
  const [only] = report.items;
  if (only !== undefined && report.items.length === 1 && only.path !== null)
    return renderOne(report, only, options);
  const rows = report.items.map((item) => [
    escapeTerminal(item.node),
    item.error === null ? String(item.files.length) : '-',
    item.error === null ? sizeOf(item) : '-',
    item.error === null ? 'saved' : 'FAILED, see below',
  ]);
  const columns = [
    { heading: 'NODE', limit: 24 },
    { heading: 'FILES', limit: null },
    { heading: 'SIZE', limit: null },
    { heading: 'RESULT', limit: null },
  ];
  const failed = report.items.filter(({ error }) => error !== null);
  const saved = report.items.length - failed.length;
  const details = failed.map(
    ({ node, error }) => `${escapeTerminal(node)}: ${escapeLines(error?.message ?? '')}\n`,
  );
  return [
    renderTable(columns, rows, options.width),
    `\n${saved} of ${report.items.length} nodes saved in ${escapeTerminal(report.path)}\n`,
    ...(failed.length === 0 ? [] : ['\n', ...details]),
  ].join('');
}

function renderOne(report: CaptureReport, item: CapturedNode, { width }: TextOptions): string {
  const columns = [
    { heading: 'FILE', limit: 30 },
    { heading: 'SIZE', limit: null },
    { heading: 'FROM', limit: null },
  ];
  const rows = byFolder(item.files).map(({ name, bytes, origin }) => [
    escapeTerminal(name),
    formatSize(bytes),
    escapeTerminal(origin),
  ]);
  const path = escapeTerminal(report.path);
  return `${renderTable(columns, rows, width)}\nsaved node ${escapeTerminal(item.node)} in ${path}; read it with: kp-explain services -f ${path}\n`;
}

/** xt_recent holds a file for each endpoint with session affinity: one line stands for all of them. */
function byFolder(files: CapturedNode['files']): CapturedNode['files'] {
  const rows = new Map<string, { name: string; bytes: number; origin: string; count: number }>();
  for (const { name, bytes, origin } of files) {
    const slash = name.indexOf('/');
    const key = slash < 0 ? name : name.slice(0, slash + 1);
    const before = rows.get(key);
    if (before === undefined) rows.set(key, { name: key, bytes, origin, count: 1 });
    else rows.set(key, { name: key, bytes: before.bytes + bytes, origin, count: before.count + 1 });
  }
  return [...rows.values()].map(({ name, bytes, origin, count }) =>
    name.endsWith('/')
      ? { name, bytes, origin: `${origin.replace(/\/[^/]*$/, '')} (${count} lists)` }
      : { name, bytes, origin },
  );
}

function sizeOf(item: CapturedNode): string {
  return formatSize(item.files.reduce((sum, { bytes }) => sum + bytes, 0));
}

function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
