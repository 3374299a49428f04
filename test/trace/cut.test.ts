import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assumptionNote } from '../../src/explain/words/assumption-words.ts';
import { reasonNote } from '../../src/explain/words/reason-words.ts';
import { mergeRulesets } from '../../src/iptables/merge.ts';
import type { Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Outcome, Trace } from '../../src/trace/outcome.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { destinationOf, only, packetOf, summary } from './ask.ts';
import { nodeOf } from './node.ts';

const DEMO = join(import.meta.dirname, '../../fixtures/demo/iptables-save.txt');

function read(text: string, cut = false, name = 'rules'): Ruleset[] {
  return parseSave({ name, bytes: Buffer.from(text), cut }, {}, new ProblemList());
}

function trace(rulesets: readonly Ruleset[], to = '8.8.4.4:80'): Trace {
  return tracePacket(packetOf({ to }), {
    rulesets,
    host: nodeOf(),
    flows: null,
    recoverDestination: () => null,
  });
}

function cutChains(text: string): string[] {
  const [ruleset] = read(text);
  return [...(ruleset?.tables.values() ?? [])].flatMap(({ chains }) =>
    [...chains.values()].filter(({ cut }) => cut !== undefined).map(({ table, name }) => `${table} ${name}`),
  );
}

const NAT = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:A - [0:0]
:B - [0:0]
-A PREROUTING -d 8.8.4.4/32 -j A
-A PREROUTING -d 8.8.4.5/32 -j RETURN
-A A -p udp -j ACCEPT
`;

describe('which chains does a dump that broke off leave in doubt', () => {
  it('the one it broke off in and those behind it, not those before it', () => {
    expect(cutChains(NAT)).toEqual(['nat A', 'nat B']);
  });

  it('all, where it broke off among the declarations', () => {
    expect(cutChains(NAT.slice(0, NAT.indexOf(':OUTPUT')))).toEqual(['nat PREROUTING', 'nat INPUT']);
  });

  it('a last line without its end is a piece, and its chain in doubt', () => {
    expect(cutChains(`${NAT}-A B -j ACC`)).toEqual(['nat A', 'nat B']);
    expect(cutChains(`${NAT}COMM`)).toEqual(['nat A', 'nat B']);
  });

  it('none of a whole dump, also where an editor took the last line end', () => {
    expect(cutChains(`${NAT}COMMIT`)).toEqual([]);
    const [ruleset] = read(`${NAT}COMMIT\n# Completed on Fri Nov 21 14:26:54 2026`);
    expect(ruleset?.cut).toBeUndefined();
  });

  it('empty ones too, where rules do not stand in the order of the declarations', () => {
    const text = NAT.replace('-A A -p udp', '-A B -p udp').replace(
      ':A - [0:0]\n:B - [0:0]',
      ':B - [0:0]\n:A - [0:0]',
    );
    expect(cutChains(text)).toEqual(['nat B', 'nat A']);
    expect(cutChains(`${NAT}-A PREROUTING -j ACCEPT\n-A OUTPUT -j ACCEPT\n`)).toContain('nat INPUT');
  });

  it('the first of the tail of a dump, which may have lost rules at its start', () => {
    const tail = NAT.slice(NAT.indexOf('-A PREROUTING')).concat('COMMIT\n');
    const [ruleset] = read(tail);
    expect(ruleset?.tables.get('nat')?.chains.get('PREROUTING')?.cut).toMatchObject({ side: 'start' });
    expect(reasonOf(only(trace(ruleset === undefined ? [] : [ruleset])))).toBe(
      'the dump breaks off at rules:1, and nat PREROUTING has lost rules at its start: one of them may decide',
    );
  });
});

describe('what becomes of a packet where the dump broke off', () => {
  it('is not known at the end of the chain that may lack rules', () => {
    const { verdict, reason } = only(trace(read(NAT)));
    expect(verdict).toBe('unknown');
    expect(reason === null ? null : reasonNote(reason)).toEqual({
      code: 'dump-cut',
      text: 'the dump breaks off at rules:10, in nat A, behind rule 1: a rule that is missing may decide',
      settle: 'take the dump again on the node with `iptables-save -c`, and copy the file whole',
    });
  });

  it('is certain where rules before the cut decide, also by RETURN', () => {
    const filter = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n';
    const dnat = NAT.replace('-p udp -j ACCEPT', '-p tcp -j DNAT --to-destination 10.0.0.7:8080');
    const post = dnat
      .replace(':A - [0:0]\n', '')
      .replace('POSTROUTING ACCEPT', 'POSTROUTING ACCEPT [0:0]\n:A -');
    const outcome = only(trace(read(filter + post)));
    expect(destinationOf(outcome)).toBe('10.0.0.7:8080');
    // POSTROUTING stands before the chain that was cut, and is known to be empty.
    expect(outcome.verdict).toBe('accept');
    const cutBuiltIn = NAT.slice(0, NAT.indexOf('-A A'));
    expect(
      only(trace(read(filter + cutBuiltIn), '8.8.4.5:80')).path.map(({ step }) => step.action),
    ).toContain('return');
  });

  it('is not known where a whole table is missing that kube-proxy uses', () => {
    const filter =
      '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -j ACC';
    expect(reasonOf(only(trace(read(filter))))).toBe(
      'the dump breaks off at rules:4, before table nat: what its chain PREROUTING does is not known',
    );
    const next = '# Generated by iptables-save v1.8.9 (nf_tables) on Fri Nov 21\n';
    const whole = `${next}${filter.replace(/ACC$/, 'ACCEPT\nCOMMIT\n')}`;
    expect(only(trace(read(whole))).verdict).toBe('accept');
    expect(only(trace(read(whole + next))).verdict).toBe('unknown');
    expect(only(trace(read(whole, true))).verdict).toBe('unknown');
  });

  it('rests on a seldom table being absent, and says so', () => {
    const filter = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n';
    const { outcomes, assumptions } = trace(read(`${filter}${NAT}-A B -j ACCEPT\n`), '8.8.4.6:80');
    expect(outcomes.map(summary)).toEqual(['1 [] accept']);
    expect(assumptions.map((each) => assumptionNote(each, false).text)).toContain(
      'table raw is not in the dump, which breaks off at rules:16; it is taken to hold no rules',
    );
  });

  it('is certain again once another file holds the whole table', () => {
    const whole = `${NAT.replace('-p udp', '-p tcp')}COMMIT\n*filter\n:FORWARD ACCEPT\nCOMMIT\n`;
    for (const pieces of [
      [NAT, whole],
      [whole, NAT],
    ]) {
      const united = mergeRulesets(
        pieces.flatMap((text, index) => read(text, false, `file ${index}`)),
        new ProblemList(),
      );
      expect(trace(united).outcomes.map(summary)).toEqual(['1 [] accept']);
    }
  });
});

describe('a real dump cut anywhere', () => {
  it.each(['10.96.10.1:80', '10.96.10.4:80', '198.51.100.12:80'])(
    'gives %s the answer of the whole dump, or none',
    (to) => {
      const whole = readFileSync(DEMO, 'utf8');
      const answerOf = ({ outcomes }: Trace) =>
        outcomes.map((outcome) => `${summary(outcome)} ${destinationOf(outcome)}`);
      const right = answerOf(trace(read(whole), to));
      expect(right.join()).not.toContain('unknown');
      let known = 0;
      for (let end = 200; end < whole.length; end += 1499) {
        const rulesets = read(whole.slice(0, end));
        const answer = answerOf(trace(rulesets, to));
        if (rulesets.length === 0 || answer.join() === right.join()) known++;
        else
          expect(answer.filter((line) => line.includes('unknown')).length, `cut at byte ${end}`).toBe(
            answer.length,
          );
      }
      expect(known).toBeGreaterThan(2);
    },
  );
});

function reasonOf({ reason }: Outcome): string | null {
  return reason === null ? null : reasonNote(reason).text;
}
