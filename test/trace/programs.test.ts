import { describe, expect, it } from 'vitest';
import type { HookName } from '../../src/iptables/ruleset.ts';
import { formatAddress } from '../../src/net/address.ts';
import { type Branch, changed } from '../../src/trace/branch.ts';
import type { Outcome, Trace } from '../../src/trace/outcome.ts';
import { ended, type NatPassage, next, type Passage } from '../../src/trace/passage.ts';
import type { HookProgram, NatChain, Program, ProgramSource } from '../../src/trace/program.ts';
import { programsOf, SOURCES } from '../../src/trace/programs.ts';
import { flat } from '../../src/trace/question.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import {
  addressOf,
  ask,
  destinationOf,
  only,
  packetOf,
  type Question,
  type Rules,
  rulesOf,
  summary,
  sumsByGiven,
  worldOf,
} from './ask.ts';

/** A program that no backend of iptables wrote. */
function program<P extends { readonly kind: string }>(
  hook: HookName,
  priority: number,
  run: Program<P>['run'],
  by = 'fake',
  rank: number | null = null,
): Program<P> {
  return { hook, priority, registration: { by, rank }, acts: true, run };
}

const dropping = (branch: Branch): Passage[] => [
  ended({ branch, verdict: 'drop', reason: null, rejectWith: null, exit: null }),
];
const rejecting = (branch: Branch): Passage[] => [
  ended({ branch, verdict: 'reject', reason: null, rejectWith: 'tcp-reset', exit: null }),
];
const marking =
  (mark: number) =>
  (branch: Branch): Passage[] => [next(changed(branch, { mark }))];
const mapping =
  (to: string) =>
  (branch: Branch): NatPassage[] => [
    { kind: 'mapped', branch: changed(branch, { destination: addressOf(to) }), ports: null },
  ];

/** Traces a packet past further programs. */
function past(
  beside: readonly HookProgram[],
  rules: Rules,
  question: Question = {},
  natChains: readonly NatChain[] = [],
): Trace {
  const packet = packetOf(question);
  const fake: ProgramSource = { programs: () => beside, natChains: () => natChains };
  return tracePacket(packet, worldOf(rules, packet, question), { sources: [...SOURCES, fake] });
}

const summaries = ({ outcomes }: Trace): string[] => outcomes.map(summary);

/** The tables that an outcome passed at a hook, and where the packet was going then. */
function passedAt({ path }: Outcome, hook: HookName): string[] {
  return path.flatMap(({ step, state }) =>
    step.hook === hook ? [`${step.table} to ${formatAddress(state.destination)}`] : [],
  );
}

const FORWARD = '*mangle\n:FORWARD ACCEPT\n-A FORWARD\n*filter\n:FORWARD ACCEPT\n-A FORWARD';
const OUTPUT =
  '*mangle\n:OUTPUT ACCEPT\n-A OUTPUT\n*nat\n:OUTPUT ACCEPT\n-A OUTPUT\n*filter\n:OUTPUT ACCEPT\n-A OUTPUT';

describe('Where does a program stand that is not of iptables?', () => {
  it('at its priority: one at FORWARD −10 drops after mangle and before filter', () => {
    const outcome = only(past([program('FORWARD', -10, dropping)], FORWARD));
    expect(outcome.verdict).toBe('drop');
    expect(outcome.path.map(({ step }) => step.table)).toEqual(['mangle', 'mangle']);
  });

  it('at its hook only: a packet for the node does not meet it', () => {
    const outcome = only(past([program('FORWARD', -10, dropping)], FORWARD, { to: '192.168.1.1:80' }));
    expect(outcome).toMatchObject({ verdict: 'accept', exit: { kind: 'local' } });
  });

  it('of type nat: in the nat step, whatever its number says', () => {
    const rules =
      '*mangle\n:PREROUTING ACCEPT\n-A PREROUTING\n*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination 10.244.1.5';
    const early = program<NatPassage>('PREROUTING', -190, mapping('10.244.1.6'));
    const outcome = only(past([], rules, {}, [early]));
    expect(rulesOf(outcome, 'mangle')).toEqual(['PREROUTING 1']);
    expect(rulesOf(outcome, 'nat')).toEqual([]);
    expect(destinationOf(outcome)).toBe('10.244.1.6:80');
    const late = program<NatPassage>('PREROUTING', 50, mapping('10.244.1.6'));
    expect(destinationOf(only(past([], rules, {}, [late])))).toBe('10.244.1.5:80');
  });

  it('is looked for once in a world, not once for each packet', () => {
    let asked = 0;
    const counting: ProgramSource = {
      programs: () => {
        asked++;
        return [];
      },
    };
    const packet = packetOf({});
    const world = worldOf(FORWARD, packet, {});
    const sources = [...SOURCES, counting];
    tracePacket(packet, world, { sources });
    tracePacket(packet, world, { sources });
    expect(asked).toBe(1);
  });

  it('a chain that the capture does not have is nowhere in the list', () => {
    const world = worldOf(FORWARD, packetOf({}), {});
    const priorities = programsOf(world).at.FORWARD.map((group) => group.map(({ priority }) => priority));
    expect(priorities).toEqual([[-150], [0]]);
  });
});

describe('Can a program send a packet elsewhere?', () => {
  /** As IPVS does: gives a packet for the address a server, and has OUTPUT see it from its start, once. */
  const balancing = (branch: Branch): Passage[] => {
    const { state } = branch;
    if (state.destination.value !== addressOf('10.96.0.1').value) return [next(branch)];
    const server = changed(branch, {
      destination: addressOf('8.8.4.4'),
      destinationLocal: null,
      inInterface: null,
      outInterface: 'eth0',
      route: { device: 'eth0', gateway: null, local: false },
    });
    return [{ kind: 'resume', branch: server, at: 'OUTPUT' }];
  };

  it('from OUTPUT to OUTPUT: the hook sees it again, with its new destination', () => {
    const question = { via: null, to: '10.96.0.1:80' };
    const outcome = only(past([program('OUTPUT', -98, balancing)], OUTPUT, question));
    expect(passedAt(outcome, 'OUTPUT')).toEqual([
      ...['mangle to 10.96.0.1', 'mangle to 10.96.0.1', 'nat to 10.96.0.1', 'nat to 10.96.0.1'],
      ...['mangle to 8.8.4.4', 'mangle to 8.8.4.4', 'filter to 8.8.4.4', 'filter to 8.8.4.4'],
    ]);
    expect(outcome).toMatchObject({ verdict: 'accept', exit: { kind: 'interface', name: 'eth0' } });
  });

  it('from INPUT to OUTPUT: FORWARD and the rest of INPUT do not see it', () => {
    const rules = `*filter
      :INPUT ACCEPT
      :FORWARD DROP
      :OUTPUT ACCEPT
      -A INPUT
      -A OUTPUT
      *security
      :INPUT DROP
      *nat
      :POSTROUTING ACCEPT
      -A POSTROUTING`;
    const question = { to: '10.96.0.1:80' };
    const packet = { ...packetOf(question), destinationIsLocal: true };
    const fake: ProgramSource = { programs: () => [program('INPUT', 99, balancing)] };
    const world = worldOf(rules, packet, question);
    const outcome = only(tracePacket(packet, world, { sources: [...SOURCES, fake] }));
    expect(outcome.verdict).toBe('accept');
    expect(outcome.path.map(({ step }) => step.hook)).not.toContain('FORWARD');
    expect(passedAt(outcome, 'INPUT')).toEqual(['filter to 10.96.0.1', 'filter to 10.96.0.1']);
    expect(passedAt(outcome, 'OUTPUT')).toEqual(['filter to 8.8.4.4', 'filter to 8.8.4.4']);
    expect(outcome.path.at(-1)?.step.hook).toBe('POSTROUTING');
  });

  it('not for ever', () => {
    const round = (branch: Branch): Passage[] => [{ kind: 'resume', branch, at: 'OUTPUT' }];
    const outcome = only(past([program('OUTPUT', 0, round)], OUTPUT, { via: null }));
    expect(outcome).toMatchObject({ verdict: 'unknown', reason: { code: 'sent-round' } });
  });
});

describe('Who of two at one priority is asked first?', () => {
  const LATER = 'the iptables-nft tables were registered after the fake ones, and so are asked first';
  const EARLIER = 'the fake tables were registered after the iptables-nft ones, and so are asked first';
  const dropped = '*filter\n:FORWARD DROP';

  it('a question, where both end the packet, each in its way', () => {
    expect(summaries(past([program('FORWARD', 0, rejecting)], dropped))).toEqual([
      `1 [${LATER}] drop`,
      `1 [${EARLIER}] reject`,
    ]);
  });

  it('no question, where one of them leaves the packet alone', () => {
    expect(summaries(past([program('FORWARD', 0, (branch) => [next(branch)])], dropped))).toEqual([
      '1 [] drop',
    ]);
    expect(summaries(past([program('FORWARD', 0, dropping)], FORWARD))).toEqual(['1 [] drop']);
  });

  it('a question, where one leaves the packet alone only as long as the other has not marked it', () => {
    const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m mark --mark 0x1 -j DROP';
    expect(summaries(past([program('FORWARD', 0, marking(1))], rules))).toEqual([
      `1 [${EARLIER}] drop`,
      `1 [${LATER}] accept`,
    ]);
  });

  it('a question, where one would act only between two others', () => {
    const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m mark --mark 0x1 -j DROP';
    const first = program('FORWARD', 0, marking(1), 'a', 2);
    const second = program('FORWARD', 0, marking(2), 'b', 1);
    const verdicts = past([first, second], rules).outcomes.map(({ verdict }) => verdict);
    expect([...new Set(verdicts)].sort()).toEqual(['accept', 'drop']);
  });

  it('no question, where the capture tells it', () => {
    const first = program('FORWARD', 0, rejecting, 'a', 1);
    const second = program('FORWARD', 0, dropping, 'b', 2);
    expect(summaries(past([first, second], FORWARD))).toEqual(['1 [] drop']);
    expect(summaries(past([second, first], FORWARD))).toEqual(['1 [] drop']);
  });

  it('one question for all hooks', () => {
    const rules = '*mangle\n:FORWARD ACCEPT\n-A FORWARD -j MARK --set-mark 2\n*filter\n:FORWARD DROP';
    const trace = past([program('FORWARD', -150, marking(1)), program('FORWARD', 0, rejecting)], rules);
    expect(summaries(trace)).toEqual([`1 [${LATER}] drop`, `1 [${EARLIER}] reject`]);
  });

  it('three of them: six orders, and no answers that contradict each other', () => {
    const three = ['a', 'b', 'c'].map((by, at) => program('FORWARD', 0, marking(at + 1), by));
    const again = ['a', 'c'].map((by, at) => program('POSTROUTING', -150, marking(at + 1), by));
    const trace = past([...three, ...again], '*filter\n:FORWARD ACCEPT');
    expect(trace.outcomes).toHaveLength(6);
    expect(new Set(trace.outcomes.map(({ given }) => given.map(flat).sort().join())).size).toBe(6);
  });

  it('asked after chance has split the ways, it is settled before: shares add up to 1', () => {
    const rules = `*mangle
      :PREROUTING ACCEPT
      -A PREROUTING -m statistic --mode random --probability 0.5 -j MARK --set-mark 4
      *filter
      :FORWARD DROP`;
    const trace = past([program('FORWARD', 0, rejecting)], rules);
    expect(sumsByGiven(trace)).toEqual([1, 1]);
  });

  it('a program that is tried out is passed once', () => {
    const trace = ask({ 'iptables-nft': FORWARD, 'iptables-legacy': FORWARD });
    expect(summaries(trace)).toEqual(['1 [] accept']);
    expect(only(trace).path).toHaveLength(8);
  });
});
