import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/facts.ts';
import type { Outcome } from '../../src/trace/outcome.ts';
import { ask } from './ask.ts';
import { nodeOf } from './node.ts';

// A policy rule asks for the packet's mark (fib_rule_match, net/core/fib_rules.c), and no capture tells that mark.

/** Another zone's connection has a mark of its own, which no listing gives away before conntrack looks it up. */
const UNKNOWN_MARK = `*raw
  :PREROUTING ACCEPT
  -A PREROUTING -j CT --zone 1
  -A PREROUTING -j CONNMARK --restore-mark
  *nat
  :PREROUTING ACCEPT
  -A PREROUTING -d 10.96.0.1 -j DNAT --to-destination 10.244.1.5`;
const byMark = { priority: 100, src: 'all', fwmark: '0x100', fwmask: '0x300', table: '100' };

function nodeWith(rules: readonly object[], hairpin = false): Host {
  const node = nodeOf({ rules, routes: ['default via 172.16.0.254 dev eth1 table 100'] });
  const links = (node.links ?? []).map((link) => (link.master === 'cni0' ? { ...link, hairpin } : link));
  return { ...node, links };
}

function ends(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => {
    const { exit, reason, verdict } = outcome;
    const end = exit?.kind === 'interface' ? exit.name : (reason?.code ?? verdict);
    return `${outcome.given
      .map(({ question, held }) => `${held ? '' : 'not '}${question.code}`)
      .join()}: ${end}`;
  });
}

describe('Where does a packet go whose mark is not known, past policy rules that ask for it?', () => {
  const toItself = { from: '10.244.1.5:1000', via: 'cni0', to: '10.96.0.1:80' };
  const traced = (question: object, rules: readonly object[] = [byMark], hairpin = false) =>
    ask(UNKNOWN_MARK, { ...toItself, host: nodeWith(rules, hairpin), ...question });

  it('both ways; where the route stays, the bridge is asked whether its port sends frames back (should_deliver)', () => {
    const { outcomes, assumptions } = traced({});
    expect(ends(outcomes).sort()).toEqual(['mark: eth1', 'not mark: bridge-hairpin-off']);
    expect(assumptions.map(({ code }) => code)).not.toContain('route-unknown');
    expect(ends(traced({}, [byMark], true).outcomes).sort()).toEqual(['mark: eth1', 'not mark: cni0']);
  });
  it('a rule turned round takes what has another mark', () => {
    const { outcomes } = traced({}, [{ ...byMark, not: null }]);
    expect(ends(outcomes).sort()).toEqual(['mark: bridge-hairpin-off', 'not mark: eth1']);
  });
  it('rules of one mark are one question, and one that leads where the others do is none', () => {
    const twice = [byMark, { ...byMark, priority: 101, table: 'main' }];
    expect(ends(traced({}, twice).outcomes).sort()).toEqual(['mark: eth1', 'not mark: bridge-hairpin-off']);
    expect(ends(traced({}, [{ ...byMark, table: 'main' }]).outcomes)).toEqual([': bridge-hairpin-off']);
  });
  it('of a process’s packet raw may lose the mark: it goes on as its socket’s mark routed it, whatever mangle asks (ipt_mangle_out)', () => {
    const rules = `*raw
      :OUTPUT ACCEPT
      -A OUTPUT -j CT --zone mark
      -A OUTPUT -j CONNMARK --restore-mark
      *mangle
      :OUTPUT ACCEPT
      -A OUTPUT -m mark ! --mark 0x0 -j RETURN`;
    const sent = { via: null, from: '192.168.1.1:1000', to: '10.244.1.5:80', mark: 0x100 } as const;
    const { outcomes } = ask(rules, { ...sent, host: nodeWith([byMark]) });
    expect([...new Set(outcomes.map(({ exit }) => exit?.kind === 'interface' && exit.name))]).toEqual([
      'eth1',
    ]);
  });
  it('and a process’s packet that mangle gave such a mark (ip_route_me_harder)', () => {
    const rules = '*mangle\n:OUTPUT ACCEPT\n-A OUTPUT -j CONNMARK --restore-mark';
    const answer = { via: null, from: '192.168.1.1:1000', to: '8.8.4.4:80', state: 'ESTABLISHED' } as const;
    const question = { ...answer, host: nodeWith([byMark]) };
    expect(ends(ask(rules, question).outcomes).sort()).toEqual(['mark: eth1', 'not mark: eth0']);
  });
});
