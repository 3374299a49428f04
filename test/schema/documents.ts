/** The documents of `-o json`: the type of each, where it is written down, and the file of its schema. */
export const DOCUMENTS = [
  { kind: 'TraceList', type: 'TraceList', source: 'src/explain/trace-list.ts', file: 'trace-list' },
  { kind: 'WhyReport', type: 'WhyReport', source: 'src/diagnose/why-report.ts', file: 'why-report' },
  { kind: 'CheckReport', type: 'CheckReport', source: 'src/check/report.ts', file: 'check-report' },
  {
    kind: 'CheckReportList',
    type: 'CheckReportList',
    source: 'src/check/report.ts',
    file: 'check-report-list',
  },
  { kind: 'Diff', type: 'Diff', source: 'src/diff/document.ts', file: 'diff' },
  { kind: 'DiffList', type: 'DiffList', source: 'src/diff/document.ts', file: 'diff-list' },
  { kind: 'FlowList', type: 'FlowList', source: 'src/explain/flow-list.ts', file: 'flow-list' },
  { kind: 'ServiceList', type: 'ServiceList', source: 'src/explain/service-list.ts', file: 'service-list' },
  { kind: 'ChainList', type: 'ChainList', source: 'src/explain/chain-list.ts', file: 'chain-list' },
  {
    kind: 'CaptureManifest',
    type: 'CaptureReport',
    source: 'src/explain/capture-report.ts',
    file: 'capture-manifest',
  },
  {
    kind: 'KernelTraceList',
    type: 'KernelTraceList',
    source: 'src/explain/kernel-trace/kernel-trace-list.ts',
    file: 'kernel-trace-list',
  },
  { kind: 'InputList', type: 'InputList', source: 'src/explain/input-list.ts', file: 'input-list' },
  { kind: 'Error', type: 'ErrorDocument', source: 'src/cli/error-document.ts', file: 'error' },
] as const;

/** @returns the name of a schema's file, under `schema/`. */
export function schemaFile(file: string): string {
  return `${file}.schema.json`;
}
