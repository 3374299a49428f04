import { atMostTimes, growsAtMost } from './bounds.ts';
import { formatCount } from './captures.ts';
import type { Group } from './group.ts';
import { awk, commandsOf } from './jobs.ts';

/** Of 10,000 rules. */
const SMALL = 2450;
const LARGE = 100_000;
const HUGE = 1_000_000;

/** @returns the groups that take long: they run only where `--only` names them. @param program the script of kp-explain. */
export function longGroups(program: string): readonly Group[] {
  const { kp, tracePod } = commandsOf(program);
  return [
    {
      name: 'fleet',
      title: 'Check of a folder of 100 captures of 10,000 rules each',
      runs: 1,
      unit: 'one by one',
      long: true,
      prepare(captures) {
        const folder = captures.ofFleet(100, SMALL);
        const each = `for capture in "$2"/*; do node "$1" check "$capture" || exit; done`;
        return {
          jobs: [
            kp('check', 'check', folder),
            kp('check, one at a time', 'check', folder, '--concurrency', '1'),
            { name: 'one by one', argv: ['sh', '-c', each, 'sh', program, folder], yardstick: true },
          ],
          bounds: [atMostTimes('check', 'one by one', 0.6)],
        };
      },
    },
    {
      name: 'huge',
      title: 'One packet from a pod through 4,000,000 rules (400 MB), as JSON',
      runs: 1,
      unit: 'awk',
      long: true,
      prepare(captures) {
        const [before, after] = [captures.ofEndpoints(LARGE), captures.ofEndpoints(HUGE)];
        const [small, large] = [`trace, ${formatCount(LARGE)}`, `trace, ${formatCount(HUGE)}`];
        return {
          jobs: [tracePod(small, before), tracePod(large, after), awk(2, after.rulesFile)],
          bounds: [growsAtMost(small, large, 11)],
        };
      },
    },
  ];
}
