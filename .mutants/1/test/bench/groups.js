import { join } from 'node:path';
import { atMostMiB, atMostTimes, growsAtMost } from './bounds.js';
import { formatCount } from './captures.js';
const NODE = { name: 'node -e 0', argv: ['node', '-e', '0'], yardstick: true };
const SIZES = [1000, 10_000, 100_000];
const LARGEST = 100_000;
const FLOWS = [10_000, 100_000, 1_000_000];
const MOST_FLOWS = 1_000_000;
const MB = 1e6 / 2 ** 20;
/** @returns all groups, those that take longest last. @param program the script of kp-explain. */
export function benchGroups(program) {
    const kp = (name, ...args) => ({ name, argv: ['node', program, ...args] });
    const trace = (name, of, ...more) => kp(name, 'trace', `${of.address}:80`, '-f', of.folder, ...more);
    const tracePod = (name, of) => trace(name, of, '--from', 'pod', '-o', 'json');
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
                    bounds: [atMostTimes('trace, tiny', NODE.name, 1.8)],
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
                const list = (name, of, ...more) => kp(name, 'conntrack', '-f', of.folder, ...more);
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
                    ],
                    bounds: [
                        atMostTimes(`conntrack --svc, ${large}`, 'awk', 1.5),
                        atMostMiB(`conntrack --svc, ${large}`, 120 * MB, '120 MB'),
                        atMostTimes(`conntrack, ${large}`, 'awk', 12),
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
                return {
                    jobs: [
                        trace('trace, JSON', plain, '-o', 'json'),
                        trace('trace, affinity, text', sticky),
                        awk(2, captures.ofEndpoints(LARGEST).rulesFile),
                    ],
                    bounds: [],
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
                const diff = (name, of) => ({
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
                        kp(`services, API objects, ${after}`, 'services', '-f', named.folder),
                        kp(`check, API objects, ${after}`, 'check', '-f', named.folder),
                        restore(largest),
                    ],
                    bounds: [
                        atMostTimes(`trace, ${after}`, 'restore --test', 1 / 10),
                        atMostTimes(`services, ${after}`, 'restore --test', 1),
                        atMostTimes(`check, ${after}`, 'restore --test', 2.5),
                        atMostTimes(`check, API objects, ${after}`, 'restore --test', 2.5),
                        atMostTimes(`diff, ${after}`, 'restore --test', 1.5),
                        atMostMiB(`diff, ${after}`, 1024),
                        ...['trace', 'services', 'check', 'diff'].map((command) => growsAtMost(`${command}, ${before}`, `${command}, ${after}`, 11)),
                    ],
                };
            },
        },
    ];
}
function awk(field, file) {
    return { name: 'awk', argv: ['awk', `{n[$${field}]++}`, file], yardstick: true };
}
/** A network namespace of its own, gone with the process: `--test` reads the rules and changes nothing. */
function restore(of) {
    const argv = ['unshare', '--net', 'iptables-restore', '--test'];
    return { name: 'restore --test', argv, input: of.rulesFile, yardstick: true };
}
