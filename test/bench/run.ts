import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { atMostMiB, atMostSeconds, atMostTimes, type Bound, growsAtMost } from './bounds.ts';
import { type Generated, type GenerateOptions, generateCapture } from './generate.ts';
import { type Job, type Measured, measure } from './measure.ts';
import { removeOneEndpoint } from './remove-endpoint.ts';

/** `npm run bench [-- --services 10000 --endpoints 10 --runs 5 --only growth]`: measures whole processes. */
const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '10000' },
    endpoints: { type: 'string', default: '10' },
    runs: { type: 'string', default: '5' },
    flows: { type: 'string', default: '1000000' },
    only: { type: 'string', default: '' },
  },
});
const services = Number(values.services);
const endpoints = Number(values.endpoints);
const runs = Number(values.runs);
const program = fileURLToPath(new URL('../../../bin/kp-explain.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kp-explain-bench-'));
let failed = false;

const kp = (name: string, ...args: string[]): Job => ({ name, argv: ['node', program, ...args] });
const trace = (name: string, of: Generated, ...more: string[]): Job =>
  kp(name, 'trace', `${of.address}:80`, '-f', of.folder, ...more);

/** A network namespace of its own, gone with the process: `--test` reads the rules and changes nothing. */
const restore = (name: string, of: Generated): Job => ({
  name,
  argv: ['unshare', '--net', 'iptables-restore', '--test'],
  input: of.rulesFile,
});

function generate(name: string, options: Partial<GenerateOptions>): Generated {
  const made = generateCapture(join(folder, name), options);
  const size = (made.bytes / 2 ** 20).toFixed(1);
  console.log(`${name}: ${made.rules} rules, ${size} MiB${options.named ? ', with API objects' : ''}`);
  return made;
}

function group(title: string, jobs: readonly Job[], bounds: readonly Bound[], unit?: string): void {
  if (!title.includes(values.only)) return;
  const measured = measure(jobs, runs);
  const base = unit === undefined ? undefined : measured.get(unit);
  console.log(`\n${title}\n`);
  console.log(row('', 'wall s', 'user s', 'peak MiB', unit === undefined ? '' : `× ${unit}`));
  for (const one of measured.values()) console.log(line(one, base));
  for (const bound of bounds) {
    const result = bound.check(measured);
    if (result?.holds === false) failed = true;
    const verdict = result === null ? 'not measured' : result.holds ? 'PASS' : 'FAIL';
    console.log(`${verdict}  ${bound.text}${result === null ? '' : ` (${result.figure})`}`);
  }
}

function line(one: Measured, base: Measured | undefined): string {
  const ratio = base === undefined ? '' : (one.wallSeconds / base.wallSeconds).toFixed(2);
  const { wallSeconds, userSeconds, peakMiB } = one;
  return row(
    one.name,
    wallSeconds.toFixed(2),
    userSeconds?.toFixed(2) ?? '-',
    peakMiB?.toFixed(0) ?? '-',
    ratio,
  );
}

function row(name: string, ...cells: string[]): string {
  return `  ${name.padEnd(40)}${cells.map((cell) => cell.padStart(10)).join('')}`.trimEnd();
}

try {
  const large = generate('large', { services, endpoints });
  const named = generate('named', { services, endpoints, named: true });
  const tenth = generate('tenth', { services: Math.ceil(services / 10), endpoints });
  const hundredth = generate('hundredth', { services: Math.ceil(services / 100), endpoints });
  const wide = generate('wide', { services: 1, endpoints: 5000, secondPort: 0 });
  const sticky = generate('sticky', { services: 1, endpoints: 5000, secondPort: 0, affinity: 1 });

  group(
    'one packet through all rules, as JSON',
    [
      trace('trace, one sender', large, '--from', 'pod', '-o', 'json'),
      trace('trace, three senders', large, '-o', 'json'),
      trace('trace, with API objects', named, '-o', 'json'),
      restore('restore --test', large),
      { name: 'awk', argv: ['awk', '{n[$2]++}', large.rulesFile] },
      { name: 'grep -c', argv: ['grep', '-c', large.address, large.rulesFile] },
      { name: 'node -e 0', argv: ['node', '-e', '0'] },
    ],
    [atMostTimes('trace, one sender', 'restore --test', 1 / 4), atMostMiB('trace, one sender', 250)],
    'restore --test',
  );
  group(
    'every Service of the node',
    [
      kp('services', 'services', '-f', large.folder),
      kp('services, JSON', 'services', '-f', large.folder, '-o', 'json'),
      kp('services, with API objects', 'services', '-f', named.folder),
      restore('restore --test', large),
    ],
    ['services', 'services, JSON', 'services, with API objects'].map((name) => atMostSeconds(name, 10)),
    'restore --test',
  );
  const fewer = removeOneEndpoint(large, join(folder, 'fewer'));
  group(
    'two states, one endpoint removed',
    [{ ...kp('diff', 'diff', large.folder, fewer), expects: 1 }, restore('restore --test', large)],
    [atMostSeconds('diff', 15), atMostMiB('diff', 1024), atMostTimes('diff', 'restore --test', 1.5)],
    'restore --test',
  );
  group(
    'one Service with 5,000 endpoints',
    [
      trace('trace, text', wide),
      trace('trace, JSON', wide, '-o', 'json'),
      trace('trace with session affinity, text', sticky),
      trace('trace with session affinity, JSON', sticky, '-o', 'json'),
    ],
    [],
  );
  group(
    'start',
    [
      kp('--version', '--version'),
      kp('trace --demo', 'trace', '10.96.0.10:53', '--demo', '-o', 'json'),
      { name: 'node -e 0', argv: ['node', '-e', '0'] },
    ],
    [],
    'node -e 0',
  );
  const flows = Number(values.flows);
  const busy = generate('busy', { services: 200, endpoints, named: true, flows });
  const listing = join(busy.folder, 'conntrack.txt');
  group(
    `${flows} flows`,
    [
      kp('conntrack --svc', 'conntrack', '--svc', busy.service, '-f', busy.folder),
      kp('conntrack --svc, JSON', 'conntrack', '--svc', busy.service, '-f', busy.folder, '-o', 'json'),
      kp('conntrack', 'conntrack', '-f', busy.folder),
      { name: 'awk', argv: ['awk', '{n[$6]++}', listing] },
    ],
    [
      atMostTimes('conntrack --svc', 'awk', 1.5),
      atMostMiB('conntrack --svc', 120),
      atMostTimes('conntrack', 'awk', 12),
      atMostMiB('conntrack', 150),
    ],
    'awk',
  );
  const sizes = [hundredth, tenth, large] as const;
  const names = sizes.map(({ rules }) => `${rules} rules`);
  const [, before = '', after = ''] = names;
  group(
    'growth: trace, one sender',
    sizes.map((of, index) => trace(names[index] ?? '', of, '--from', 'pod', '-o', 'json')),
    [growsAtMost(before, after, 11)],
  );
  group(
    'growth: services',
    sizes.map((of, index) => kp(names[index] ?? '', 'services', '-f', of.folder)),
    [growsAtMost(before, after, 11)],
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
