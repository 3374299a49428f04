import fc from 'fast-check';
import type { Pool } from '../generate/pools.ts';
import { pickFrom } from '../generate/pools.ts';
import type { Probe } from '../node/test-node.ts';
import { type Aim, type ChainPlan, SetBook } from './aim.ts';
import { FIELDS, type FieldName, writeField } from './fields.ts';
import { keyFor } from './keys.ts';
import { type Turned, writeMatch } from './operands.ts';
import { STATEMENTS, type StatementName, writeSeen, writeStatement } from './statements.ts';

/** A match as numbers, which shrink. */
interface MatchSpec extends Turned {
  readonly field: FieldName | 'concat' | 'seen';
}

/** A rule as numbers. */
export interface RuleSpec {
  readonly chain: number;
  /** Which packet it is about. */
  readonly about: number;
  readonly matches: readonly MatchSpec[];
  readonly statement: StatementName;
  readonly pick: number;
}

const FIELD_WEIGHTS: Partial<Record<MatchSpec['field'], number>> = {
  ...{
    concat: 8,
    seen: 3,
    random: 3,
    'numgen random': 1,
    'numgen inc': 1,
    symhash: 1,
    jhash: 1,
    skuid: 1,
    skgid: 1,
    raw: 3,
    'tcp flags': 4,
    'sctp chunk': 4,
  },
  ...{ 'icmp type': 5, 'icmp code': 4, 'ct status': 4, sport: 4, dport: 4, saddr: 4, daddr: 4 },
  ...{ mark: 4, 'mark bits': 3, 'fib type': 4, 'fib oif': 3, 'fib oifname': 3, 'ct mark': 3 },
};

const matchSpec: fc.Arbitrary<MatchSpec> = fc.record({
  field: fc.constantFrom(
    ...([...Object.keys(FIELDS), 'concat', 'seen'] as MatchSpec['field'][]).flatMap((name) =>
      new Array<MatchSpec['field']>(FIELD_WEIGHTS[name] ?? 2).fill(name),
    ),
  ),
  fits: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  negated: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
  pick: fc.nat(100_000),
});

/** What ends a packet's way stands less often than what lets it go on. */
const WEIGHTS: Partial<Record<StatementName, number>> = {
  ...{ none: 10, counter: 3, jump: 6, goto: 4, vmap: 8, 'meta mark': 6, 'ct mark': 4, return: 2 },
  ...{ drop: 1, 'ct count': 1, limit: 1, quota: 2, mss: 1, 'ct label': 1, log: 1, 'set saddr': 1 },
  ...{ dnat: 4, 'dnat map': 4, snat: 3, masquerade: 3, 'chance vmap': 1, 'dnat chance': 1 },
};

export const ruleSpec: fc.Arbitrary<RuleSpec> = fc.record({
  chain: fc.nat(10_000),
  about: fc.nat(1000),
  matches: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(matchSpec) },
    { weight: 2, arbitrary: fc.array(matchSpec, { maxLength: 3 }) },
  ),
  statement: fc.constantFrom(
    ...(Object.keys(STATEMENTS) as StatementName[]).flatMap((name) =>
      new Array<StatementName>(WEIGHTS[name] ?? 2).fill(name),
    ),
  ),
  pick: fc.nat(100_000),
});

/** Several things are asked under one name; some hold seldom, or only of packets that are seldom. */
const FOCUS_WEIGHTS: Partial<Record<FieldName, number>> = {
  ...{ 'ct original saddr': 5, 'ct original daddr': 6, 'ct reply saddr': 8, 'ct reply daddr': 4 },
  ...{ 'ct original proto-src': 5, 'ct original proto-dst': 4, 'ct reply proto-src': 5 },
  ...{
    'ct reply proto-dst': 4,
    ecn: 5,
    dscp: 3,
    'ip length': 3,
    nexthop: 7,
    random: 4,
    oifgroup: 4,
    nfproto: 4,
    'numgen inc': 4,
    jhash: 2,
    symhash: 5,
    'numgen random': 6,
    'icmp type': 5,
    'icmp code': 5,
    sport: 15,
    dport: 4,
    raw: 4,
    version: 7,
  },
  ...{ exthdr: 5, skuid: 4, skgid: 8, pkttype: 2, 'sctp chunk': 3, 'fib type iif': 4 },
};

/** What a case asks most. */
export interface Focus {
  readonly field: FieldName;
  /** Of half its packets, where the field is one of a protocol. */
  readonly protocol: number;
}

const FOCI = (Object.keys(FIELDS) as FieldName[]).flatMap((name) =>
  new Array<FieldName>(FOCUS_WEIGHTS[name] ?? 1).fill(name),
);

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** @returns what the case of this seed asks most: the seeds of a run, of each lane, are spread evenly over all that is asked. */
export function focusOf(seed: number): Focus {
  return { field: pickFrom(FOCI, Math.floor(((seed * GOLDEN) % 1) * FOCI.length)), protocol: seed % 1000 };
}

/** @returns the rule, which asks the field before all else, half the time so that its packet does not have the value. */
export function focused(rule: RuleSpec, { field }: Focus): RuleSpec {
  const [first] = rule.matches;
  const turned = first ?? { negated: rule.pick % 4 === 3, pick: rule.pick };
  return { ...rule, matches: [{ ...turned, field, fits: rule.chain % 2 === 0 }, ...rule.matches.slice(1)] };
}

/** A rule as text, in its chain. */
export interface WrittenRule {
  readonly chain: ChainPlan;
  readonly text: string;
}

/** @returns the rule, in the first chain and about the first packet for which its statement can be written. */
export function writeRule(
  spec: RuleSpec,
  chains: readonly ChainPlan[],
  packets: readonly Probe[],
  pool: Pool,
): WrittenRule {
  // Packets meet the base chains most.
  const early = chains.filter(({ depth }) => depth === 0);
  const all = [...early, ...early, ...chains];
  const { pick } = spec;
  const places = packets.flatMap((_, i) =>
    all.map((__, k) => ({ chain: pickFrom(all, spec.chain + k), packet: pickFrom(packets, spec.about + i) })),
  );
  const suits = (place: (typeof places)[number]): boolean => {
    // What is only tried must not declare sets.
    const table = { ...place.chain.table, sets: new SetBook() };
    const aim: Aim = { pool, pick, packet: place.packet, chain: { ...place.chain, table } };
    if (place.chain.hook === 'ingress' && !isForDevices(spec)) return false;
    return (
      writeStatement(spec.statement, { ...aim, leads: ['any'] }) !== null &&
      spec.matches.every(({ field, pick: own }) =>
        field === 'concat'
          ? keyFor({ ...aim, pick: own }) !== null
          : field === 'seen' || writeField(field, { ...aim, pick: own }) !== null,
      )
    );
  };
  const { chain, packet } =
    places.find(suits) ??
    pickFrom(
      places.filter(({ chain: { hook } }) => hook !== 'ingress'),
      0,
    );
  const aim: Aim = { pool, pick, chain, packet };
  const leads = chains
    .filter((other) => other.table === chain.table && other.depth > chain.depth && isBehind(other, chain))
    .map(({ name }) => name);
  const statement = writeStatement(spec.statement, { ...aim, leads }) ?? { text: '' };
  let l4 = statement.l4 ?? null;
  const texts: string[] = [];
  for (const turned of spec.matches) {
    const written = writeOne(turned, { ...aim, pick: turned.pick });
    if (written === null || (l4 !== null && written.l4 !== undefined && written.l4 !== l4)) continue;
    if (isOpenRange(written.text) && isOpenRange(texts.at(-1) ?? '')) continue;
    // nft 1.0.6 lists no `meta nfproto ipv6` before `reject with tcp reset`.
    if (turned.field === 'nfproto' && spec.statement === 'reject') continue;
    l4 ??= written.l4 ?? null;
    texts.push(written.text);
  }
  const asksL4 =
    statement.l4 === undefined || texts.some((text) => text.includes(`${statement.l4} `))
      ? []
      : [`meta l4proto ${statement.l4}`];
  const counted = pick % 11 === 0 ? ['counter'] : [];
  const text = [...asksL4, ...texts, ...counted, statement.text].filter((part) => part !== '').join(' ');
  return { chain, text: text === '' ? 'counter' : text };
}

/** nft 1.0.6 lists two of them in a row as one range, whatever they ask: `meta length < 32 meta mark > 64` as `meta mark != 32-64`. */
function isOpenRange(text: string): boolean {
  return / [<>]=? \d+$/.test(text);
}

/** What loads, and can be told, where packets come in at a device. */
const AT_DEVICES: ReadonlySet<string> = new Set([
  ...[
    'saddr',
    'daddr',
    'sport',
    'dport',
    'strange',
    'l4proto',
    'protocol',
    'icmp type',
    'icmp code',
    'tcp flags',
  ],
  ...[
    'ttl',
    'dscp',
    'ecn',
    'length',
    'ip length',
    'mark',
    'mark bits',
    'mark xor',
    'iifname',
    'pkttype',
    'raw',
    'version',
  ],
  ...['concat', 'exthdr', 'random', 'numgen random', 'numgen inc', 'symhash', 'jhash', 'seen'],
  ...[
    'none',
    'counter',
    'accept',
    'drop',
    'return',
    'continue',
    'jump',
    'goto',
    'vmap',
    'chance vmap',
    'meta mark',
  ],
  ...['set daddr', 'set dport', 'set ttl', 'set dscp', 'set update', 'limit', 'log', 'kept mark'],
]);

function isForDevices({ statement, matches }: RuleSpec): boolean {
  return AT_DEVICES.has(statement) && matches.every(({ field }) => AT_DEVICES.has(field));
}

function isBehind({ name }: ChainPlan, { name: base }: ChainPlan): boolean {
  return name.split('.')[0] === base.split('.')[0] || name.startsWith('shared');
}

function writeOne(
  { field, ...turned }: MatchSpec,
  aim: Aim,
): { readonly text: string; readonly l4?: string } | null {
  if (field === 'seen') return { text: writeSeen(aim, turned.negated) };
  if (field === 'concat') {
    const key = keyFor(aim);
    return key === null ? null : { text: concatMatch(key, turned, aim) };
  }
  const written = writeField(field, aim);
  if (written === null) return null;
  return { text: writeMatch(written, turned, aim), ...(written.l4 === undefined ? {} : { l4: written.l4 }) };
}

/** A set of concatenations, named or not. */
function concatMatch(
  { text, type, own, other, interval }: NonNullable<ReturnType<typeof keyFor>>,
  { fits, negated, pick }: Turned,
  aim: Aim,
): string {
  const elements = fits === negated ? other : `${own}, ${other}`;
  const no = negated ? '!= ' : '';
  if (type === null || pick % 2 === 0) return `${text} ${no}{ ${elements} }`;
  const flags = interval ? ' flags interval;' : '';
  const name = `${interval ? 'i' : ''}${text.includes(' . ') ? 'concat' : 'exact'}`;
  return `${text} ${no}@${aim.chain.table.sets.add('set', name, `type ${type};${flags} elements = { ${elements} }`)}`;
}
