import fc from 'fast-check';
import { compareStates } from '../../../src/diff/compare-states.ts';
import type { Known } from '../../../src/explain/question/question.ts';
import { UNKNOWN_CLUSTER } from '../../../src/kubernetes/objects.ts';
import type { Family } from '../../../src/net/address.ts';
import { AddressBook } from '../../../src/proxy/addresses.ts';
import { tracePacket } from '../../../src/trace/trace-packet.ts';
import { describe } from '../campaign.ts';
import { caseSpecOf, writeCase } from '../generate/case.ts';
import { IPSETS, SETS_ANEW } from '../generate/sets.ts';
import { resultOf } from '../judge/judge.ts';
import { TestNode } from '../node/test-node.ts';
import { type Meeting, meet, worldOf } from '../run-case.ts';
import { LOST, type Lost, withoutFiles } from './lost-files.ts';
import { STATES } from './node-states.ts';

/** What became of pairs of captures of one node, before and after something was done to it. */
export interface PairReport {
  pairs: number;
  /** Pairs that `diff` called alike. */
  alike: number;
  /** Packets of those that the kernel was asked of, on both sides. */
  packets: number;
  /** Of them, packets that the kernel treated differently, by chance or by what nothing tells. */
  open: number;
  readonly disagreements: string[];
}

/** Classes traced of a pair, at most. */
const BUDGET = 1500;

const lost = fc.oneof(fc.constant([]), fc.subarray([...LOST], { maxLength: 2 }));

/** Few rules: what is not explored to its end is not called alike, and shows nothing. */
const pairSpec = fc.record({
  rules: caseSpecOf().map((spec) => ({ ...spec, rules: spec.rules.slice(0, 5), shapes: [] })),
  edited: fc.constantFrom(null, 'shorter', 'twisted'),
  after: fc.constantFrom(...STATES),
  lost: fc.tuple(lost, lost),
  family: fc.constantFrom<Family>('ipv4', 'ipv6'),
});

/** Says whether two captures are alike, as `diff` does. */
export type Compare = (...sides: Parameters<typeof compareStates>) => boolean;

const asDiff: Compare = (...sides) => compareStates(...sides).identical;

/** Lets `diff` compare what captures tell of the node on both sides, with files left out, and the kernel show whether packets fare alike. */
export async function runPairs(seed: number, most: number, isAlike = asDiff): Promise<PairReport> {
  const report: PairReport = { pairs: 0, alike: 0, packets: 0, open: 0, disagreements: [] };
  const node = await TestNode.create();
  try {
    await node.makeSets(IPSETS, SETS_ANEW);
    for (let at = seed; report.pairs < most; at++) await runPair(node, at, isAlike, report);
  } finally {
    node.close();
  }
  return report;
}

async function runPair(node: TestNode, seed: number, isAlike: Compare, report: PairReport): Promise<void> {
  const [pair] = fc.sample(pairSpec, { seed, numRuns: 1 });
  if (pair === undefined) return;
  const { family, after: state } = pair;
  const backend = 'iptables-nft';
  const write = (spec: typeof pair.rules) => writeCase(spec, backend, family);
  const { text, packets: all } = write(pair.rules);
  const packets = all.map((packet) => ({ ...packet, goesOn: false }));
  const { rules } = pair.rules;
  const others =
    pair.edited === null ? rules : pair.edited === 'shorter' ? rules.slice(1) : [...rules].reverse();
  const changed = others === rules ? text : write({ ...pair.rules, rules: others }).text;
  const load = (of: string) => meet(node, [{ backend, family, text: of }], packets);
  const before = await load(text);
  const after = await node.inState(state, () => load(changed));
  report.pairs++;
  const [own] = before;
  const [other] = after;
  if (own === undefined || other === undefined) return;
  const options = { budget: BUDGET, senders: null, service: null, strict: true };
  const sides = [knownOf(own, family, pair.lost[0]), knownOf(other, family, pair.lost[1])] as const;
  if (!isAlike(...sides, options)) return;
  report.alike++;
  for (const [i, meeting] of before.entries()) {
    const twin = after[i];
    if (twin === undefined) continue;
    report.packets++;
    const [one, two] = [resultOf(meeting.seen), resultOf(twin.seen)];
    if (one === two) continue;
    if ([meeting, twin].some((each) => isOpen(each, family, one, two))) report.open++;
    else
      report.disagreements.push(
        [
          `seed ${seed}: called alike where ${state.name}, without ${JSON.stringify(pair.lost)}`,
          `  ${describe(meeting.question)}`,
          `  before, the kernel ${one}`,
          `  after, the kernel ${two}`,
          text,
          ...(changed === text ? [] : ['and then', changed]),
        ].join('\n'),
      );
  }
}

/**
 * Whether even the whole capture leaves open what differs: several ways, or the port that nat writes (`--random`). Then the kernel
 * may choose another on the other side.
 */
function isOpen(meeting: Meeting, family: Family, one: string, two: string): boolean {
  const [outcome, ...more] = tracePacket(meeting.question, worldOf(meeting, family)).outcomes;
  if (outcome === undefined || more.length > 0) return true;
  return outcome.source.port === null && withoutSourcePort(one) === withoutSourcePort(two);
}

function withoutSourcePort(result: string): string {
  return result.replace(/ port \d+ to /, ' to ');
}

function knownOf(meeting: Meeting, family: Family, files: readonly Lost[]): Known {
  const { rulesets } = worldOf(meeting, family);
  return {
    ...{ rulesets, host: withoutFiles(meeting.host, files), cluster: UNKNOWN_CLUSTER, node: null },
    ...{ book: new AddressBook(UNKNOWN_CLUSTER), proxyMode: 'iptables', flows: null },
  };
}
