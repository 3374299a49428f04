import { join } from 'node:path';
import { atMostMiB, atMostSeconds, atMostTimes, growsAtMost } from './bounds.ts';
import { formatCount } from './captures.ts';
import type { Generated } from './generate.ts';
import type { Group } from './group.ts';
import { awk, commandsOf } from './jobs.ts';
import { longGroups } from './long-groups.ts';
import type { Job } from './measure.ts';

const NODE: Job = { name: 'node -e 0', argv: ['node', '-e', '0'], yardstick: true };
const SIZES = [1000, 10_000, 100_000] as const;
const LARGEST = 100_000;
const FLOWS = [10_000, 100_000, 1_000_000] as const;
const MOST_FLOWS = 1_000_000;
/** What a capture with API objects holds beside the node's own state. */
const NAMED_FILES = ['services.json', 'endpointslices.json', 'pods.json', 'nodes.json', 'iptables-save.txt'];
const MB = 1e6 / 2 ** 20;

/** @returns all groups, those that take longest last. @param program the script of kp-explain. */
export function benchGroups(program: string): readonly Group[] {
  const { kp, trace, tracePod } = commandsOf(program);
  return [
    {
      name: 'start',
      title: 'The start of the process',
      runs: 15,
      unit: NODE.name,
      prepare(captures) {
        const tiny = captures.ofEndpoints(10, true);
        return {
          jobs: [
            kp('--version', '--version'),
            tracePod('trace, tiny', tiny),
            kp('trace, demo', 'trace', '10.96.0.10:53', '--demo', '-o', 'json'),
            NODE,
          ],
          bounds: [atMostTimes('trace, tiny', NODE.name, 1.6)],
        };
      },
    },
    {
      name: 'trace',
      title: 'One packet from a pod through the rules of 100,000 endpoints, as JSON',
      runs: 9,
      unit: 'awk',
      prepare(captures) {
        const of = captures.ofEndpoints(LARGEST);
        return {
          jobs: [
            tracePod('trace', of),
            trace('trace, the screen', of),
            awk(2, of.rulesFile),
            { name: 'grep -c', argv: ['grep', '-c', of.address, of.rulesFile], yardstick: true },
            NODE,
          ],
          bounds: [
            atMostTimes('trace', 'awk', 2.5),
            // Its causes are looked for, among the findings of `check`.
            atMostTimes('trace, the screen', 'trace', 2.5),
            atMostMiB('trace', of.bytes / 2 ** 20 + 120 * MB, 'the file + 120 MB'),
          ],
        };
      },
    },
    {
      name: 'flows',
      title: 'Flows of a node with 200 Services',
      runs: 3,
      unit: 'awk',
      prepare(captures) {
        const [, middle, large] = FLOWS.map(formatCount);
        const largest = captures.ofFlows(MOST_FLOWS);
        const list = (name: string, of: Generated, ...more: string[]) =>
          kp(name, 'conntrack', '-f', of.folder, ...more);
        return {
          jobs: [
            ...FLOWS.flatMap((flows) => {
              const of = captures.ofFlows(flows);
              return [
                list(`conntrack --svc, ${formatCount(flows)}`, of, '--svc', of.service),
                list(`conntrack, ${formatCount(flows)}`, of),
              ];
            }),
            list(`conntrack --svc, JSON, ${large}`, largest, '--svc', largest.service, '-o', 'json'),
            awk(6, join(largest.folder, 'conntrack.txt')),
            splitting([join(largest.folder, 'conntrack.txt')]),
          ],
          bounds: [
            atMostTimes(`conntrack --svc, ${large}`, 'awk', 1.5),
            atMostMiB(`conntrack --svc, ${large}`, 120 * MB, '120 MB'),
            atMostTimes(`conntrack, ${large}`, 'awk', 3),
            atMostMiB(`conntrack, ${large}`, 150),
            growsAtMost(`conntrack --svc, ${middle}`, `conntrack --svc, ${large}`, 11),
            growsAtMost(`conntrack, ${middle}`, `conntrack, ${large}`, 11),
          ],
        };
      },
    },
    {
      name: 'service',
      title: 'One Service with 5,000 endpoints, from a pod, the node and outside',
      runs: 2,
      unit: 'awk',
      prepare(captures) {
        const [plain, sticky] = [captures.ofOneService(5000, false), captures.ofOneService(5000, true)];
        const [fewPlain, fewSticky] = [captures.ofOneService(50, false), captures.ofOneService(50, true)];
        return {
          jobs: [
            trace('trace, JSON', plain, '-o', 'json'),
            restringing(captures.answerOf(plain, program)),
            trace('trace, text', plain),
            trace('trace, text, 50 endpoints', fewPlain),
            trace('trace, affinity, text', sticky),
            trace('trace, affinity, text, 50 endpoints', fewSticky),
            awk(2, captures.ofEndpoints(LARGEST).rulesFile),
          ],
          bounds: [
            atMostTimes('trace, JSON', RESTRINGING, 3),
            atMostTimes('trace, text', 'trace, text, 50 endpoints', 4),
            atMostTimes('trace, affinity, text', 'trace, affinity, text, 50 endpoints', 4),
          ],
        };
      },
    },
    {
      name: 'nft',
      title: 'A node of 10,000 Services in nftables mode, as JSON of nft',
      runs: 3,
      unit: 'node splits',
      prepare(captures) {
        const of = captures.ofNativeServices(LARGEST / 10);
        return {
          jobs: [
            kp('trace, nft', 'trace', `${of.address}:80`, '-f', of.folder, '--from', 'pod', '-o', 'json'),
            kp('services, nft', 'services', '-f', of.folder),
            splitting([of.listing]),
            { name: 'nft -c -f', argv: ['unshare', '--net', 'nft', '-c', '-f', of.text], yardstick: true },
          ],
          bounds: [
            atMostTimes('trace, nft', 'node splits', 2),
            atMostMiB('trace, nft', of.bytes / 2 ** 20 + 150 * MB, 'the file + 150 MB'),
            atMostTimes('services, nft', 'nft -c -f', 2),
          ],
        };
      },
    },
    {
      name: 'nodes',
      title: 'Two nodes of one cluster of 52 Services, compared',
      runs: 3,
      unit: NODE.name,
      prepare(captures) {
        const [one, other] = captures.ofTwoNodes(52);
        return {
          jobs: [{ ...kp('diff, two nodes', 'diff', one.folder, other.folder), expects: 1 }, NODE],
          bounds: [atMostSeconds('diff, two nodes', 3)],
        };
      },
    },
    {
      name: 'node',
      title: 'Commands over the whole node, by endpoints of the cluster',
      runs: 3,
      unit: 'restore --test',
      prepare(captures) {
        const largest = captures.ofEndpoints(LARGEST);
        const named = captures.ofEndpoints(LARGEST, true);
        const diff = (name: string, of: Generated): Job => ({
          ...kp(name, 'diff', of.folder, captures.withOneEndpointFewer(of)),
          expects: 1,
        });
        const [, before, after] = SIZES.map(formatCount);
        return {
          jobs: [
            ...SIZES.flatMap((endpoints) => {
              const of = captures.ofEndpoints(endpoints);
              const size = formatCount(endpoints);
              return [
                tracePod(`trace, ${size}`, of),
                kp(`services, ${size}`, 'services', '-f', of.folder),
                kp(`check, ${size}`, 'check', '-f', of.folder),
                diff(`diff, ${size}`, of),
              ];
            }),
            kp(`services, JSON, ${after}`, 'services', '-f', largest.folder, '-o', 'json'),
            tracePod(`trace, API objects, ${after}`, named),
            trace(`trace, the screen, API objects, ${after}`, named),
            kp(`services, API objects, ${after}`, 'services', '-f', named.folder),
            kp(`check, API objects, ${after}`, 'check', '-f', named.folder),
            restore(largest),
            splitting([largest.rulesFile]),
            splitting(
              NAMED_FILES.map((file) => join(named.folder, file)),
              'node splits the API objects',
            ),
          ],
          bounds: [
            atMostTimes(`trace, ${after}`, 'restore --test', 1 / 10),
            atMostTimes(`services, ${after}`, 'restore --test', 0.35),
            atMostTimes(`check, ${after}`, 'restore --test', 0.55),
            atMostTimes(`trace, API objects, ${after}`, 'restore --test', 0.2),
            // Its causes are looked for, among the findings of `check`.
            atMostTimes(`trace, the screen, API objects, ${after}`, `trace, API objects, ${after}`, 2),
            atMostTimes(`check, API objects, ${after}`, 'restore --test', 1),
            atMostTimes(`diff, ${after}`, 'restore --test', 0.35),
            atMostMiB(`diff, ${after}`, 1024),
            ...['trace', 'services', 'check', 'diff'].map((command) =>
              growsAtMost(`${command}, ${before}`, `${command}, ${after}`, 11),
            ),
          ],
        };
      },
    },
    ...longGroups(program),
  ];
}

/** The floor: what Node needs to read the same files and to split their lines. */
function splitting(files: readonly string[], name = 'node splits'): Job {
  const script = `for (const file of process.argv.slice(1)) require('node:fs').readFileSync(file, 'latin1').split('\\n').length`;
  return { name, argv: ['node', '-e', script, ...files], yardstick: true };
}

const RESTRINGING = 'JSON.parse and stringify';

/** What Node needs to read a document of JSON, and to write it again. */
function restringing(file: string): Job {
  const script = `JSON.stringify(JSON.parse(require('node:fs').readFileSync(process.argv[1], 'utf8')))`;
  return { name: RESTRINGING, argv: ['node', '-e', script, file], yardstick: true };
}

/** A network namespace of its own, gone with the process: `--test` reads the rules and changes nothing. */
function restore(of: Generated): Job {
  const argv = ['unshare', '--net', 'iptables-restore', '--test'];
  return { name: 'restore --test', argv, input: of.rulesFile, yardstick: true };
}
