import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Baseline, compareWithBaseline, readBaseline, recordOf, writeBaseline } from './baseline.ts';
import { Captures } from './captures.ts';
import { benchGroups } from './groups.ts';
import { describeMachine } from './machine.ts';
import { measure } from './measure.ts';
import { formatMeasured } from './table.ts';

/** `npm run bench [-- --only NAME --record]`: measures whole processes, in turns with their yardsticks. */
const { values } = parseArgs({
  options: { only: { type: 'string' }, record: { type: 'boolean', default: false } },
});
/** From where this is built to, below `.tools`. */
const root = new URL('../../../', import.meta.url);
const program = fileURLToPath(new URL('bin/kp-explain.cjs', root));
const baselineFile = fileURLToPath(new URL('test/bench/baseline.json', root));

const groups = benchGroups(program);
const chosen = groups.filter(({ name, long }) =>
  values.only === undefined ? long !== true : name === values.only,
);
if (chosen.length === 0) {
  console.error(`--only takes one of ${groups.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const baseline = readBaseline(baselineFile);
const recorded: Record<string, Baseline[string]> = {};
const failures: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'kp-explain-bench-'));
try {
  console.log(describeMachine());
  const captures = new Captures(folder);
  for (const { name, title, runs, unit, prepare } of chosen) {
    console.log(`\n${title} (--only ${name}; medians of ${runs})\n`);
    const { jobs, bounds } = prepare(captures);
    const measured = measure(jobs, runs);
    const now = recordOf(jobs, measured, unit);
    recorded[name] = now;
    console.log(formatMeasured(measured, unit, baseline[name]));
    for (const bound of bounds) {
      const result = bound.check(measured);
      const verdict = result === null ? 'not measured' : result.holds ? 'holds' : 'FAILS';
      const line = `${verdict}  ${bound.text}${result === null ? '' : `: ${result.figure}`}`;
      console.log(line);
      if (result?.holds === false) failures.push(line);
    }
    const grown = values.record ? [] : compareWithBaseline(now, baseline[name]);
    for (const line of grown) console.log(`FAILS  grown by more than a quarter: ${line}`);
    failures.push(...grown);
  }
  if (values.record) writeBaseline(baselineFile, recorded);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${describeMachine()}`);
console.log(failures.length === 0 ? '\nAll bounds hold.' : `\n${failures.length} failed.`);
process.exitCode = failures.length === 0 ? 0 : 1;
