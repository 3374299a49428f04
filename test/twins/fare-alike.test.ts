import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Capture } from '../../src/cli/capture.ts';
import { documentHead } from '../../src/cli/document-head.ts';
import { inputOf } from '../../src/cli/input-of.ts';
import { diagnoseTrace } from '../../src/diagnose/trace-diagnosis.ts';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { type Known, plainQuestion, type TraceQuestion } from '../../src/explain/question/question.ts';
import { withOpenVerdicts } from '../../src/explain/trace/open-verdict.ts';
import type { TraceItem, TraceList } from '../../src/explain/trace-list.ts';
import { NO_COLOURS } from '../../src/render/colours.ts';
import { renderJson } from '../../src/render/json.ts';
import { renderTraceScreen, renderTraceText } from '../../src/render/trace-text.ts';
import { type Generated, generateCapture } from '../bench/generate.ts';
import { Random } from '../bench/random.ts';
import { openCapture } from '../support/open-capture.ts';

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-twins-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A node that is one of three, and Services whose endpoints are on all of them. */
const SHAPE = { services: 24, endpoints: 12, secondPort: 0 };

/** Counts the endpoints that were told as others were. */
interface Told {
  folded: number;
}

function withTwins(known: Known, told: Told): Known {
  const { twins } = known;
  if (twins == null) throw new Error('a capture tells twins');
  return withField(known, {
    from: 2,
    kindsOf: (endpoints) => {
      const kinds = twins.kindsOf(endpoints);
      const some = kinds.filter((kind) => kind !== null);
      told.folded += some.length - new Set(some).size;
      return kinds;
    },
  });
}

function withField(known: Known, twins: Known['twins']): Known {
  return Object.create(known, { twins: { value: twins, enumerable: true } }) as Known;
}

/** What is told of a question, all of it as data, and what is printed: texts do not read all of it. */
interface Answer {
  readonly items: readonly TraceItem[];
  readonly texts: readonly string[];
}

async function answer(known: Known, capture: Capture, asked: TraceQuestion): Promise<Answer> {
  const list: TraceList = { ...documentHead(capture), kind: 'TraceList', items: explainTrace(asked, known) };
  const input = await inputOf(capture);
  const view = { width: 100, colours: NO_COLOURS };
  const texts = [
    renderTraceScreen(list, diagnoseTrace(list.items, input), {
      ...view,
      program: '',
      state: '',
      question: '',
    }),
    renderTraceText(list, { ...view, detail: 'full' }),
  ];
  texts.push(renderJson(withOpenVerdicts(list)));
  return { items: JSON.parse(JSON.stringify(list.items)) as TraceItem[], texts };
}

async function bothWays({ folder: made, address }: Generated, from: string | null, told: Told) {
  const { known, capture } = await openCapture(made);
  const question = { ...plainQuestion(`${address}:80`), from, detail: 'full' as const };
  const each = await answer(withField(known, null), capture, question);
  return { each, folded: await answer(withTwins(known, told), capture, question) };
}

const PIECES = [
  (at: string) => `-s ${at}`,
  (at: string) => `-d ${at}`,
  (at: string) => `! -d ${at}`,
  (at: string) => `-m conntrack --ctorigdst ${at}`,
  (at: string) => `-m conntrack --ctreplsrc ${at}`,
];
const LENGTHS = ['', '/32', '/31', '/30', '/28', '/25', '/24', '/16', '/255.255.0.255'];
const TARGETS = [
  'DROP',
  'ACCEPT',
  'RETURN',
  'REJECT',
  'MARK --set-xmark 0x4000/0x4000',
  'MARK --set-xmark 0x0/0x4000',
];
const PLACES: readonly (readonly [table: string, chain: string])[] = [
  ['filter', 'FORWARD'],
  ['filter', 'OUTPUT'],
  ['filter', 'KUBE-FORWARD'],
  ['mangle', 'FORWARD'],
  ['mangle', 'PREROUTING'],
  ['mangle', 'POSTROUTING'],
  ['nat', 'POSTROUTING'],
  ['nat', 'KUBE-POSTROUTING'],
];

/** @returns the chains of the endpoints of the Service at an address. */
function endpointChains(rules: string, address: string): string[] {
  const service = new RegExp(`-A KUBE-SERVICES -d ${address}/32 .*-j (\\S+)$`, 'm').exec(rules)?.[1];
  const jumps = rules.matchAll(new RegExp(`^-A ${service} .*-j (KUBE-SEP-\\S+)$`, 'gm'));
  return [...jumps].map(([, name = '']) => name);
}

/** Puts rules that ask for an endpoint, or for the block it is in, into the tables, its own chain, the routes and policy rules. */
function disturb({ folder: capture, rulesFile, address }: Generated, random: Random): void {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
  let rules = readFileSync(rulesFile, 'utf8');
  const chains = endpointChains(rules, address);
  const addressOf = (chain: string): string =>
    new RegExp(`^-A ${chain} .*--to-destination ([\\d.]+):`, 'm').exec(rules)?.[1] ?? '';
  const insert = (table: string, line: string): void => {
    const [head = '', ...rest] = rules.split(`*${table}\n`);
    const tail = rest.join(`*${table}\n`);
    const first = tail.search(/^(?:-A|COMMIT)/m);
    rules = `${head}*${table}\n${tail.slice(0, first)}${line}\n${tail.slice(first)}`;
  };
  for (let count = random.below(4); count > 0; count--) {
    const chain = pick(chains);
    const at = addressOf(chain) + pick(LENGTHS);
    const [table, where] = pick(PLACES);
    const target = pick(TARGETS);
    const kind = random.below(10);
    if (kind < 6 && !(table === 'nat' && target === 'DROP') && !(table !== 'filter' && target === 'REJECT'))
      insert(table, `-A ${where} ${pick(PIECES)(at)} -j ${target}`);
    else if (kind === 6) insert('nat', `-A ${chain} -j KUBE-MARK-MASQ`);
    else if (kind === 7)
      insert(
        'nat',
        `-A POSTROUTING -d ${at} -j SNAT --to-source ${pick(['192.168.1.1', '192.168.1.1-192.168.1.4'])}`,
      );
    else if (kind === 8) insert('nat', `-A POSTROUTING ${pick(PIECES)(at)} -j MASQUERADE`);
    else insert('filter', `-A FORWARD -d ${at} -m set --match-set unseen dst -j DROP`);
  }
  writeFileSync(rulesFile, rules);
  if (random.below(3) > 0) return;
  const name = random.below(2) === 0 ? 'ip-route.json' : 'ip-rule.json';
  const file = join(capture, name);
  const at = addressOf(pick(chains));
  const listed = JSON.parse(readFileSync(file, 'utf8')) as object[];
  const block = `${at.replace(/\d+$/, (last) => String(Number(last) & ~7))}/29`;
  const added =
    name === 'ip-rule.json'
      ? { priority: 100, src: 'all', dst: pick([at, block.split('/')[0]]), dstlen: 29, table: 'local' }
      : {
          dst: pick([at, block]),
          ...pick([{ type: 'blackhole' }, { gateway: '192.168.1.77', dev: 'eth0' }]),
          flags: [],
        };
  writeFileSync(file, JSON.stringify([added, ...listed]));
}

describe('endpoints that nothing captured tells apart', () => {
  it('are told as if each were followed, whatever rules and routes ask of some of them', async () => {
    const told: Told = { folded: 0 };
    const answers = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const made = generateCapture(join(folder, String(seed)), {
        ...SHAPE,
        seed,
        large: seed % 2 === 0,
        affinity: seed % 3 === 0 ? 1 : 0,
      });
      disturb(made, random);
      const { each, folded } = await bothWays(made, null, told);
      expect(folded, `seed ${seed}`).toEqual(each);
      answers.add(JSON.stringify(each.items.map(endsOf)));
    }
    expect(told.folded).toBeGreaterThan(200);
    expect(answers.size).toBeGreaterThan(20);
  });

  it('are told apart from the one of whose rules some may be missing', async () => {
    const made = generateCapture(join(folder, 'cut'), { ...SHAPE, affinity: 0 });
    const lines = readFileSync(made.rulesFile, 'utf8').split('*nat')[1]?.split('\n') ?? [];
    const rules = lines.filter((line) => line.startsWith('-A'));
    const chains = endpointChains(rules.join('\n'), made.address);
    expect(chains).toHaveLength(12);
    for (const chain of chains) {
      // The tail of a dump: what stood before in its first chain is not known.
      const isFirst = (line: string): boolean => line.startsWith(`-A ${chain} `);
      const tail = [...rules.filter(isFirst), ...rules.filter((line) => !isFirst(line)), 'COMMIT', ''];
      writeFileSync(made.rulesFile, tail.join('\n'));
      const { each, folded } = await bothWays(made, 'pod', { folded: 0 });
      expect(folded).toEqual(each);
      expect(each.items[0]?.outcomes.filter(({ verdict }) => verdict === 'unknown')).toHaveLength(1);
    }
  });

  it('are told before the way that is for none of them', async () => {
    const made = generateCapture(join(folder, 'through'), { ...SHAPE, affinity: 0 });
    const rules = readFileSync(made.rulesFile, 'utf8');
    const last = endpointChains(rules, made.address).at(-1) ?? '';
    // As where the last rule of a Service lost its place: the choice falls through.
    const jump = new RegExp(`^(-A KUBE-SVC-\\S+ )(.*-j ${last})$`, 'm');
    writeFileSync(made.rulesFile, rules.replace(jump, '$1-m statistic --mode random --probability 0.5 $2'));
    const told: Told = { folded: 0 };
    const { each, folded } = await bothWays(made, 'pod', told);
    expect(folded).toEqual(each);
    expect(told.folded).toBeGreaterThan(0);
    const [item] = each.items;
    expect(item?.outcomes).toHaveLength(13);
    expect(item?.outcomes.at(-1)?.destination.address).toBe(made.address);
  });

  it('are told apart from the one that asks itself', async () => {
    const made = generateCapture(join(folder, 'itself'), { ...SHAPE, affinity: 0 });
    const told: Told = { folded: 0 };
    const [first] = (await bothWays(made, 'pod', told)).each.items;
    const self = first?.outcomes.find(({ exit }) => exit?.kind === 'interface' && exit.name === 'cni0');
    const { each, folded } = await bothWays(made, self?.destination.address ?? '', told);
    expect(folded).toEqual(each);
    expect(
      each.items.flatMap(({ outcomes }) => outcomes).filter(({ source }) => source.rewrite === 'masquerade'),
    ).toHaveLength(1);
    expect(told.folded).toBeGreaterThan(0);
  });
});

function endsOf({ outcomes }: TraceItem): unknown {
  return outcomes.map(({ verdict, reason, exit, source, connection }) => [
    ...[verdict, reason?.code, exit?.kind, source.rewrite, connection?.sees],
  ]);
}
