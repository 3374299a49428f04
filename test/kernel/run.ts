import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { LANES, runCampaign } from './campaign.ts';
import { whyNoKernel } from './lab.ts';

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '2400' },
    seed: { type: 'string', default: '1' },
    lane: { type: 'string' },
    figures: { type: 'boolean', default: false },
  },
});
const missing = whyNoKernel();
if (missing !== null) {
  console.error(`test:kernel ${missing}`);
  process.exit(2);
}
const lanes = LANES.filter(
  ({ backend, family }) => values.lane === undefined || values.lane === `${backend}/${family}`,
);
const began = performance.now();
const report = await runCampaign({ seed: Number(values.seed), packets: Number(values.packets), lanes });
const seconds = Math.round((performance.now() - began) / 1000);
for (const text of report.disagreements) console.log(`DISAGREE ${text}\n`);
if (values.figures) {
  for (const [title, kinds] of [
    ['match', report.counts.matches],
    ['target', report.counts.targets],
  ] as const) {
    console.log(`| ${title} | held | failed | forked |\n| --- | --- | --- | --- |`);
    for (const [kind, { held, failed, forked }] of [...kinds].sort())
      console.log(`| ${kind} | ${held} | ${failed} | ${forked} |`);
  }
}
console.log(
  `${report.packets} packets through ${report.ruleSets} rule sets, ${report.forked} of them with more than one outcome: ` +
    `${report.disagreements.length} disagreements, ${report.unrepeated} not repeated (${seconds} s, ${cpus().length} processors)`,
);
process.exitCode = report.disagreements.length > 0 ? 1 : 0;
