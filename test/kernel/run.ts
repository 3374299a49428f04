import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { differencesOf, runCampaign } from './campaign.ts';
import { runClusterCampaign } from './cluster/campaign.ts';
import { CLUSTER_MUTANTS } from './cluster/mutants.ts';
import { SETUPS, withLegacyRules } from './cluster/setups.ts';
import { OLDER_LANES, TUNNEL_LANES } from './devices/lanes.ts';
import type { BalancedCounts } from './ipvs/balanced-counts.ts';
import { runIpvsCampaign } from './ipvs/campaign.ts';
import { runLegacyLanesInUml } from './ipvs/legacy-lanes.ts';
import { IPVS_MUTANTS } from './ipvs/mutants.ts';
import { whyNoUml } from './ipvs/uml.ts';
import type { Counts } from './judge/counts.ts';
import { emptyReport } from './judge-meeting.ts';
import { CaseFile, type KeptCase, keptIn } from './kept-meetings.ts';
import { whyNoKernel } from './lab.ts';
import { LANES } from './lanes.ts';
import { LOST_LANES } from './lost/lanes.ts';
import { LOST_MUTANTS } from './lost/mutants.ts';
import { runPairs } from './lost/pairs.ts';
import { MUTANTS, type MutantResult, tryMutants } from './mutants.ts';
import { NFT_LANES } from './nft/lanes.ts';
import { NFT_MUTANTS } from './nft/mutants.ts';
import type { NftCounts } from './nft/nft-counts.ts';
import { findCaptures, probeCapture } from './real-rules.ts';
import type { Meeting } from './run-case.ts';

const USAGE = `usage: npm run test:kernel -- [options]
  --packets N     packets through generated rule sets, of all lanes together (4000)
  --minutes N     stops earlier where so much time has passed
  --seed N        where the seeds begin (1)
  --lane NAME,…   these lanes only: iptables-nft/ipv4, iptables-legacy/ipv6, …; nft: native rules, mixed: beside iptables
                  (nft/ipv4, mixed/iptables-legacy/ipv6, …); ipvs: past IPVS, in a user-mode kernel (6.1);
                  lost: the same rules on nodes in many states, asked about from captures that lack files
                  tunnels: nodes that reach pods elsewhere by VXLAN (IPIP, GRE where the kernel has them)
                  older: connections that are older than the rules
                  pairs: such captures of two states (--packets of them), and whether diff calls them alike
                  cluster: real clients over two nodes, six set-ups
  --kernel uml-6.1  the lanes iptables-legacy/ipv4 and /ipv6 in a user-mode kernel (6.1 of Debian 12);
                  with --lane tunnels every case meets a tunnel: VXLAN, IPIP, GRE
  --legacy        cluster: legacy rules on both nodes, for a kernel without nf_tables that has IPIP (user-mode linux)
  --whole         prints what disagrees as it is, without a search for the smallest case
  --figures       a table of what was met, by field and target
  --mutants       has the same packets judged by faulty tracers, each of which must be caught
  --each N        packets that one rule set meets at most, without those that follow on their connections (12);
                  of many packets it takes rule sets less time, and there are fewer of them
  --keep FILE     writes what was sent, and what the kernel did with it, behind what the file holds
  --unjudged      with --keep: nothing is judged yet
  --judge FILE…   has the tracer judged again by what such files hold; no kernel is needed
  --real [FOLDER…] loads the rules of captures instead, and probes every address they name`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    packets: { type: 'string', default: '4000' },
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    lane: { type: 'string' },
    whole: { type: 'boolean', default: false },
    figures: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    real: { type: 'boolean', default: false },
    legacy: { type: 'boolean', default: false },
    keep: { type: 'string' },
    each: { type: 'string' },
    unjudged: { type: 'boolean', default: false },
    judge: { type: 'boolean', default: false },
    kernel: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
/** What `npm run tools` compiled. */
const TOOLS = join(dirname(fileURLToPath(import.meta.url)), '../..');
const balanced = values.lane === 'ipvs';
const native = /^(nft|mixed)\b/.test(values.lane ?? '');
const lost = /^lost\b/.test(values.lane ?? '');
const inUml = values.kernel !== undefined;
if (inUml && (values.kernel !== 'uml-6.1' || (values.lane ?? 'tunnels') !== 'tunnels')) {
  console.error('--kernel knows uml-6.1, and has lanes of its own; of others tunnels alone');
  process.exit(2);
}
if (values.keep !== undefined && (balanced || inUml)) {
  console.error('--keep writes what this kernel did, not a user-mode one');
  process.exit(2);
}
if (values.unjudged && values.keep === undefined) {
  console.error('--unjudged without --keep tells nothing');
  process.exit(2);
}
const missing = values.judge ? null : balanced || inUml ? whyNoUml() : whyNoKernel();
if (values.help || missing !== null) {
  console.error(values.help ? USAGE : `test:kernel ${missing}`);
  process.exit(2);
}
// An interrupted run takes its namespaces away on exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
const failed = values.judge
  ? judgeKept(positionals)
  : values.real
    ? await probeCaptures(positionals)
    : values.lane === 'cluster'
      ? await runCluster()
      : values.lane === 'pairs'
        ? await runDiffs()
        : await runGenerated();
process.exitCode = failed ? 1 : 0;

async function runGenerated(): Promise<boolean> {
  const name = values.lane;
  const lanes =
    name === undefined
      ? LANES
      : [...LANES, ...NFT_LANES, ...LOST_LANES, ...TUNNEL_LANES, ...OLDER_LANES].filter((lane) =>
          isMeant(lane.name, name),
        );
  const kept: Meeting[] = [];
  const began = performance.now();
  const file = values.keep === undefined ? null : new CaseFile(values.keep);
  const plan = {
    ...(file === null ? {} : { record: (kept: KeptCase) => file.add(kept) }),
    seed: Number(values.seed),
    packets: Number(values.packets),
    shrink: !values.whole,
    judged: !values.unjudged,
    ...(values.each === undefined ? {} : { most: Number(values.each) }),
    ...(values.mutants ? { keep: (meeting: Meeting) => kept.push(meeting) } : {}),
  };
  const minutes = values.minutes === undefined ? null : Number(values.minutes);
  const timed = { ...plan, seconds: (minutes ?? 30) * 60 };
  const report = inUml
    ? await runLegacyLanesInUml({ ...timed, ...(values.lane === 'tunnels' ? { tunnels: true } : {}) })
    : balanced
      ? await runIpvsCampaign(timed)
      : await runCampaign({
          ...plan,
          lanes,
          ...(minutes === null ? {} : { until: Date.now() + minutes * 60_000 }),
        });
  file?.close();
  const seconds = Math.round((performance.now() - began) / 1000);
  for (const text of report.disagreements) console.log(`DISAGREE ${text}\n`);
  if (report.refused > 0) {
    console.log(
      `${report.refused} generated rules, or rule sets, were refused, of ${report.refusals.size} kinds:`,
    );
    for (const each of [...report.refusals].slice(0, Number(process.env.REFUSALS ?? 5)))
      console.log(`  ${each}`);
  }
  if (values.figures && balanced) printBalanced(report.balanced);
  else if (values.figures) printFigures(report.counts, report.nftCounts);
  console.log(
    `${report.packets} packets through ${report.ruleSets} rule sets, ${report.forked} of them with more than one outcome: ` +
      `${report.disagreements.length} disagreements, ${report.unrepeated} not repeated (${seconds} s, ${cpus().length} processors)`,
  );
  console.log(`${report.parts.came} packets came in parts, ${report.parts.left} left in parts`);
  const { told, unknown, assumed } = report.held;
  if (told + unknown + assumed > 0)
    console.log(
      `with files lost, the kernel's way was an outcome ${told} times, said to be unknown ${unknown} times, and rested on what was named as assumed ${assumed} times`,
    );
  const mutants = balanced ? IPVS_MUTANTS : native ? NFT_MUTANTS : lost ? LOST_MUTANTS : MUTANTS;
  const missed = values.mutants ? printMutants(tryMutants(kept, TOOLS, mutants)) : 0;
  return report.disagreements.length > 0 || missed > 0;
}

/** Judges what was kept by the tracer as it is now. */
function judgeKept(files: readonly string[]): boolean {
  const report = emptyReport();
  for (const file of files) {
    for (const { lane, seed, meetings } of keptIn(file)) {
      report.ruleSets++;
      const found = differencesOf(meetings, report);
      if (found.length === 0) continue;
      report.disagreements.push(`${lane}, seed ${seed}`);
      console.log(`DISAGREE ${lane}, seed ${seed}\n${found.slice(0, 3).flat().join('\n')}\n`);
    }
  }
  console.log(
    `${report.packets} packets through ${report.ruleSets} rule sets, judged again, ${report.forked} of them with more than one outcome: ` +
      `${report.disagreements.length} disagreements`,
  );
  return report.disagreements.length > 0;
}

async function runCluster(): Promise<boolean> {
  const began = performance.now();
  let missed = 0;
  const setups = values.legacy ? withLegacyRules(SETUPS) : SETUPS;
  const report = await runClusterCampaign(setups, (measured) => {
    if (values.mutants)
      missed = printMutants(tryMutants(measured, TOOLS, CLUSTER_MUTANTS, 'cluster/judge-measured'));
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  for (const text of report.disagreements) console.log(`DISAGREE ${text}\n`);
  const { works, refused, 'times-out': lost } = report.seen;
  console.log(
    `${report.pairs} pairs over ${report.setups} set-ups, ${works} of them worked, ${refused} were refused and ${lost} timed out: ` +
      `${report.disagreements.length} disagreements (${seconds} s)`,
  );
  return report.disagreements.length > 0 || missed > 0;
}

/** Whether `diff` calls two states alike of which the kernel makes a difference. */
async function runDiffs(): Promise<boolean> {
  const report = await runPairs(Number(values.seed), Number(values.packets));
  for (const text of report.disagreements) console.log(`DISAGREE ${text}\n`);
  console.log(
    `${report.pairs} pairs of captures, ${report.alike} of them alike; the kernel treated ${report.packets} packets of these alike ` +
      `but for ${report.open} that chance decides: ${report.disagreements.length} disagreements`,
  );
  return report.disagreements.length > 0;
}

/** Several names are separated by commas; `mixed` means all that begin so. */
function isMeant(lane: string, names: string): boolean {
  return names.split(',').some((name) => `${lane}/`.startsWith(`${name}/`));
}

function printFigures({ fields, targets }: Counts, native: NftCounts): void {
  for (const [title, kinds] of [
    ['field', fields],
    ['target', targets],
    ['native field', native.fields],
    ['native operand', native.operands],
    ['native statement', native.statements],
  ] as const) {
    if (kinds.size === 0) continue;
    console.log(`| ${title} | held | failed | forked |\n| --- | ---: | ---: | ---: |`);
    for (const [kind, { held, failed, forked }] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)))
      console.log(`| ${kind} | ${held} | ${failed} | ${forked} |`);
    console.log();
  }
}

function printBalanced({ schedulers, ways, sets }: BalancedCounts): void {
  for (const [title, counts] of [
    ['scheduler', schedulers],
    ['way', ways],
    ['set', sets],
  ] as const) {
    console.log(`| ${title} | packets |\n| --- | ---: |`);
    for (const [name, count] of [...counts].sort()) console.log(`| ${name} | ${count} |`);
    console.log();
  }
}

/** @returns how many faults went unseen. */
function printMutants(results: readonly MutantResult[]): number {
  for (const { name: fault, first } of results) {
    const text = first === null ? 'NOT CAUGHT' : `caught by packet ${first}`;
    console.log(`${fault}: ${text}`);
  }
  return results.filter(({ first }) => first === null).length;
}

async function probeCaptures(folders: readonly string[]): Promise<boolean> {
  const shared = ['captures', 'broken', 'changes', 'healthy', 'real'].map((name) => join('../shared', name));
  const found = findCaptures(
    folders.length > 0 ? folders : ['fixtures/demo', 'fixtures/kube-proxy-1.20-legacy', ...shared],
  );
  let [bad, packets, unloaded] = [0, 0, 0];
  for (const folder of found) {
    const began = performance.now();
    const report = await probeCapture(folder).catch(whyNotLoaded);
    if (typeof report === 'string') {
      console.log(`${folder}: this kernel does not load its rules: ${report}`);
      unloaded++;
      continue;
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(
      `${folder}: ${report.packets} packets, ${report.disagreements.length} disagreements, ${seconds} s`,
    );
    for (const text of report.disagreements.slice(0, 5)) console.log(text);
    bad += report.disagreements.length;
    packets += report.packets;
  }
  console.log(
    `${packets} packets through the rules of ${found.length - unloaded} captures: ${bad} disagreements; ${unloaded} were not loaded`,
  );
  return bad > 0;
}

/** What a restore complained of: of a match that this kernel lacks, say. Throws what is no such complaint. */
function whyNotLoaded(error: unknown): string {
  if (!(error instanceof Error && error.message.includes('tables-')) || !error.message.includes('restore'))
    throw error;
  const lines = error.message.trim().split('\n');
  return lines.find((line) => /^line \d/.test(line)) ?? lines.join(' ');
}
