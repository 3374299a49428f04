import { run } from '../cli/run-main.ts';
import { type Format, judge } from './judge.ts';
import { archived, MODES, mutateNode, type Node, pasted, readNode } from './node.ts';
import { oneOf, type Random, randomFrom, seedOf } from './random.ts';

/** A command line about a capture on standard input. */
interface Asked {
  readonly argv: readonly string[];
  readonly format: Format;
}

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

/** What a user may say about a packet beyond where it goes. */
const PACKETS = [
  [],
  [],
  ['--protocol', 'udp'],
  ['--source-port', '33333'],
  ['--ctstate', 'ESTABLISHED'],
  ['--in-interface', 'eth0'],
  ['--mark', '0x4000'],
];
const DRAWN = ['text', 'json', 'yaml', 'html', 'markdown', 'mermaid', 'dot'] as const;
const CHECKED = ['text', 'json', 'yaml', 'junit', 'sarif', 'github', 'html', 'markdown'] as const;
/** Lines that other tools print about a flow, given as the destination. */
const FLOWS = [
  'tcp 6 431999 ESTABLISHED src=10.244.1.11 dst=10.96.10.1 sport=40000 dport=80 src=10.244.1.12 dst=10.244.1.11 sport=8080 dport=40000 [ASSURED] mark=0 use=1',
  '12:00:00.000000 IP 10.244.1.13.40000 > 10.96.10.1.80: Flags [S], seq 1, win 64240, length 0',
  'tcp ESTAB 0 0 10.244.1.13:40000 10.96.10.1:80',
  'IN=eth0 OUT= SRC=10.244.2.9 DST=10.96.10.1 LEN=60 TTL=64 PROTO=TCP SPT=40000 DPT=80 SYN',
];

const COMMANDS: readonly ((random: Random) => Asked)[] = [
  (random) => {
    const format = oneOf(random, DRAWN);
    const detail = oneOf(random, [[], ['--detail', 'answer'], ['--detail', 'path'], ['--detail', 'full']]);
    const from = random(2) === 0 ? [] : ['--from', oneOf(random, SENDERS)];
    const packet = oneOf(random, PACKETS);
    return {
      format,
      argv: ['trace', oneOf(random, DESTINATIONS), ...from, ...packet, ...detail, '-o', format, '-f', '-'],
    };
  },
  (random) => {
    const format = oneOf(random, ['text', 'json', 'yaml'] as const);
    return { format, argv: ['trace', oneOf(random, FLOWS), '-o', format, '-f', '-'] };
  },
  (random) => {
    const format = oneOf(random, ['text', 'json', 'yaml', 'html'] as const);
    const from = random(2) === 0 ? [] : ['--from', oneOf(random, SENDERS)];
    return {
      format,
      argv: ['why', oneOf(random, DESTINATIONS.slice(0, 5)), ...from, '-o', format, '-f', '-'],
    };
  },
  (random) => {
    const format = oneOf(random, CHECKED);
    return { format, argv: ['check', '-f', '-', '-o', format] };
  },
  (random) => {
    const format = oneOf(random, ['text', 'json', 'yaml'] as const);
    return { format, argv: ['services', '-o', format, '-f', '-'] };
  },
  (random) => ({ format: 'text', argv: ['services', '-o', oneOf(random, ['wide', 'name']), '-f', '-'] }),
  (random) => ({
    format: 'text',
    argv: [oneOf(random, ['trace', 'services', 'check', 'conntrack']), '--explain-input', '-f', '-'],
  }),
  (random) => {
    const format = oneOf(random, ['text', 'json', 'yaml'] as const);
    return { format, argv: ['chain', oneOf(random, CHAINS), '-o', format, '-f', '-'] };
  },
  (random) => {
    const format = oneOf(random, ['text', 'json', 'yaml', 'html'] as const);
    const which = oneOf(random, [[], ['--svc', 'shop/web'], ['--problem', 'any']]);
    return { format, argv: ['conntrack', ...which, '-o', format, '-f', '-'] };
  },
];

/** One of so many commands is a `diff`. */
const SELDOM = 50;

/** It searches for packets that go another way, up to a minute where nothing bounds it. */
const DIFF = (random: Random, before: string): Asked => {
  const format = oneOf(random, ['text', 'json', 'yaml'] as const);
  const budget = random(20) === 0 ? [] : ['--budget', '1000'];
  return { format, argv: ['diff', before, '-', ...budget, '-o', format] };
};

/** What one command on one mutated capture was, and what is wrong with its answer. */
export interface Attacked {
  readonly argv: readonly string[];
  readonly node: Node;
  readonly status: number;
  readonly wrong: string | null;
}

/** Runs command number N on its own capture: from the same seed always the same. Throws what the program throws. */
export async function attackCommand(seed: number, input: number): Promise<Attacked> {
  const random = randomFrom(seedOf(seed, 'commands', input));
  const mode = oneOf(random, MODES);
  const node = mutateNode(readNode(mode), random);
  const { argv, format } =
    random(SELDOM) === 0 ? DIFF(random, `fixtures/attack/${mode}`) : oneOf(random, COMMANDS)(random);
  const columns = oneOf(random, [null, 40, 100]);
  const answer = await run(argv, {
    env: { NO_COLOR: '1' },
    stdin: random(8) === 0 ? pasted(node) : archived(node),
    ...(columns === null ? {} : { columns }),
  });
  return { argv, node, status: answer.status, wrong: judge(format, answer) };
}
