import { describe, expect, it } from 'vitest';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Outcome } from '../../src/trace/outcome.ts';
import { ask, type Question } from './ask.ts';
import { nodeOf } from './node.ts';

// What a run of the lanes found on 2026-11-28 (seeds 547110018 and 356120050).

/** Verdict, reason, and the answers it rests on. */
function way({ verdict, reason, given }: Outcome): string {
  const answers = given.map(({ question, held }) => `${held ? '' : 'not '}${question.code}`);
  return [verdict, ...(reason === null ? [] : [reason.code]), ...answers].join(' ');
}

describe('Is an ICMP error RELATED that a rule of raw gave another destination?', () => {
  const error: Question = {
    protocol: 'icmp',
    icmp: { type: 3, code: 1 },
    state: 'RELATED',
    to: '10.244.1.5',
  };
  const rewriting = (destination: string): string[] => {
    const text = `table ip t {\nchain c {\ntype filter hook prerouting priority -300; policy accept;\nip daddr set ${destination}\n}\n}\n`;
    const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
    if (nft === null) throw new Error('no rule set');
    const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate INVALID -j DROP';
    return ask(rules, { ...error, nft }).outcomes.map(way);
  };
  it('only if the flow that it quotes has its end there (nf_conntrack_inet_error: outer daddr)', () => {
    expect(rewriting('10.244.1.6')).toEqual(['accept quoted-flow', 'drop not quoted-flow']);
  });
  it('yes where the rule writes what stands there', () => {
    expect(rewriting('10.244.1.5')).toEqual(['accept']);
  });
});

describe('Does an ICMP redirect carry the mark of native rules at output, too (ip_rt_send_redirect)?', () => {
  // Seed 249040024: the packet leaves by the interface it came in by.
  const hairpin = { from: '192.168.1.7:1000', to: '192.168.1.8:80' } as const;
  const forward = (output: string): string[] => {
    const text = `table inet t {\nchain o {\ntype filter hook output priority 0; policy accept;\n${output}\n}\n}\n`;
    const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
    if (nft === null) throw new Error('no rule set');
    const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m connmark --mark 0x1/0x1 -j DROP';
    const host = nodeOf({ sysctls: { 'net.ipv4.conf.eth0.send_redirects': '1' } });
    return ask(rules, { ...hairpin, nft, host }).outcomes.map(way);
  };
  it('yes: the mark is not known from there', () => {
    expect(forward('ct mark set 0x1')).toEqual(['drop connmark', 'accept not connmark']);
  });
  it('not where they write another', () => {
    expect(forward('meta mark set 0x1')).toEqual(['accept']);
  });
});

describe('Has nat decided where no chain of nat is known (nf_nat_register_fn)?', () => {
  const confirmed = (more: string): string[] => {
    const text = `table inet t {\nchain p {\ntype filter hook prerouting priority -300; policy accept;\nct status == confirmed drop\n}\n${more}\n}\n`;
    const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
    if (nft === null) throw new Error('no rule set');
    return ask({}, { nft, from: '192.168.1.1:4000', to: '192.168.1.1:80', via: null }).outcomes.map(way);
  };
  it('only if there is one that was not captured: what comes back over lo may be confirmed, and nothing else', () => {
    expect(confirmed('')).toEqual(['drop nft-expression', 'accept not nft-expression']);
    expect(confirmed('chain n {\ntype nat hook output priority -100; policy accept;\n}')).toEqual(['accept']);
  });
});

describe('Is a packet of the node routed anew where nat writes what its header holds already?', () => {
  it('yes: the connection is answered from elsewhere (nf_nat_ipv4_local_fn compares its tuples; seed 349730049)', () => {
    const text =
      'table ip t {\nchain o {\ntype filter hook output priority -101; policy accept;\nip daddr set 172.16.0.7\n}\n}\n';
    const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
    if (nft === null) throw new Error('no rule set');
    const ends = (rules: string) =>
      ask(rules, { nft, from: '192.168.1.1:4000', to: '8.8.4.4:80', via: null }).outcomes.map(({ exit }) =>
        exit?.kind === 'interface' ? exit.name : exit?.kind,
      );
    expect(ends('*nat\n:OUTPUT ACCEPT\n-A OUTPUT -j DNAT --to-destination 172.16.0.7')).toEqual(['eth1']);
    expect(ends('*nat\n:OUTPUT ACCEPT')).toEqual(['eth0']);
  });
});
