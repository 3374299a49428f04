import { describe, expect, it } from 'vitest';
import { readStatement } from '../../src/nftables/json/read-statement.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import type { NftRuleset } from '../../src/nftables/ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Trace } from '../../src/trace/outcome.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { destinationOf, packetOf, type Question, summary, worldOf } from './ask.ts';

function parse(text: string): NftRuleset {
  const ruleset = parseNftables(Buffer.from(text), 'nft', new ProblemList());
  if (ruleset === null) throw new Error('no rule set');
  return ruleset;
}

/** A packet through native rules alone. */
function trace(text: string, question: Question = {}): Trace {
  const packet = packetOf(question);
  const { family } = packet;
  return tracePacket(packet, {
    ...worldOf({}, packet, question),
    rulesets: [{ family, backend: 'iptables-nft', backendAssumed: false, form: 'save', tables: new Map() }],
    nft: parse(text),
  });
}

function verdicts(text: string, question: Question = {}): string[] {
  return trace(text, question).outcomes.map(summary);
}

/** A rule that drops in the forward hook, and sets in front of it. */
function dropping(rule: string, sets = ''): string {
  return `table inet t {
	${sets}
	chain c {
		type filter hook forward priority filter; policy accept;
		${rule} drop
	}
}
`;
}

function nat(rule: string): string {
  return `table ip t {
	chain n {
		type nat hook prerouting priority dstnat; policy accept;
		${rule}
	}
}
`;
}

describe('a comment of a base chain', () => {
  const base = 'type filter hook forward priority filter; policy drop;';
  it.each([`comment "a; {b"\n${base}`, `${base}\ncomment "a; {b"`])('%s', (head) => {
    const text = `table inet t {\nchain c {\n${head}\ntcp dport 1 accept\n}\n}\n`;
    const chain = parse(text).tables.get('inet t')?.chains.get('c');
    expect([chain?.comment, chain?.base?.hook, chain?.rules.length]).toEqual(['a; {b', 'forward', 1]);
    expect(verdicts(text)).toEqual(['1 [] drop']);
  });
});
