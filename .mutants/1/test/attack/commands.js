import { run } from '../cli/run-main.js';
import { judge } from './judge.js';
import { archived, MODES, mutateNode, readNode } from './node.js';
import { oneOf, randomFrom, seedOf } from './random.js';
const DESTINATIONS = [
    ...[
        'shop/web',
        'shop/web:80',
        'shop/np-local',
        'shop/lb-local',
        'shop/web-sticky',
        '10.96.10.1:80',
        '10.244.1.11:8080',
    ],
    ...[
        'node:30080',
        '203.0.113.10:80',
        '[fd00::1]:53',
        '8.8.8.8:443',
        '127.0.0.1:80',
        'shop/no\u202esuch',
        '\n::error::x',
    ],
];
const SENDERS = ['pod', 'node', 'external', '10.244.1.13', '10.244.2.9', 'pod:shop/client-a'];
const CHAINS = [
    'KUBE-SERVICES',
    'KUBE-SVC-E3PXEPMWAWIUT6ZV',
    'FORWARD',
    'nat-prerouting',
    'services',
    'no\x1bsuch',
];
const COMMANDS = [
    (random) => {
        const format = oneOf(random, ['text', 'json', 'yaml']);
        const detail = oneOf(random, [[], ['--detail', 'answer'], ['--detail', 'path'], ['--detail', 'full']]);
        const from = random(2) === 0 ? [] : ['--from', oneOf(random, SENDERS)];
        return {
            format,
            argv: ['trace', oneOf(random, DESTINATIONS), ...from, ...detail, '-o', format, '-f', '-'],
        };
    },
    (random) => {
        const format = oneOf(random, ['text', 'json', 'yaml']);
        return { format, argv: ['why', oneOf(random, DESTINATIONS.slice(0, 5)), '-o', format, '-f', '-'] };
    },
    (random) => {
        const format = oneOf(random, ['text', 'json', 'yaml', 'junit', 'sarif', 'github']);
        return { format, argv: ['check', '-f', '-', '-o', format] };
    },
    (random) => {
        const format = oneOf(random, ['text', 'json', 'yaml']);
        return { format, argv: ['services', '-o', format, '-f', '-'] };
    },
    (random) => {
        const format = oneOf(random, ['text', 'json', 'yaml']);
        return { format, argv: ['chain', oneOf(random, CHAINS), '-o', format, '-f', '-'] };
    },
    (random) => {
        const format = oneOf(random, ['text', 'json', 'yaml']);
        const which = oneOf(random, [[], ['--svc', 'shop/web'], ['--problem', 'any']]);
        return { format, argv: ['conntrack', ...which, '-o', format, '-f', '-'] };
    },
];
/** One of so many commands is a `diff`. */
const SELDOM = 100;
/** It searches for packets that go another way, up to a minute: few of the commands are this one. */
const DIFF = (random, before) => {
    const format = oneOf(random, ['text', 'json', 'yaml']);
    return { format, argv: ['diff', before, '-', '-o', format] };
};
/** Runs command number N on its own capture: from the same seed always the same. Throws what the program throws. */
export async function attackCommand(seed, input) {
    const random = randomFrom(seedOf(seed, 'commands', input));
    const mode = oneOf(random, MODES);
    const node = mutateNode(readNode(mode), random);
    const { argv, format } = random(SELDOM) === 0 ? DIFF(random, `fixtures/attack/${mode}`) : oneOf(random, COMMANDS)(random);
    const columns = oneOf(random, [null, 40, 100]);
    const answer = await run(argv, {
        env: { NO_COLOR: '1' },
        stdin: archived(node),
        ...(columns === null ? {} : { columns }),
    });
    return { argv, node, wrong: judge(format, answer) };
}
