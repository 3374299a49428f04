import type { Mutant } from '../mutants.ts';

/** Faults that the evaluation of native rules can have, each in one place. */
export const NFT_MUTANTS: readonly Mutant[] = [
  {
    name: 'the end of an interval lies outside of it',
    file: 'trace/nft/values.js',
    find: 'value >= pattern.from && value <= pattern.to',
    replace: 'value >= pattern.from && (value < pattern.to || pattern.from === pattern.to)',
  },
  {
    name: 'a key that a map lacks does not break the rule',
    file: 'trace/nft/run-rule.js',
    find: 'if (element === null)\n                this.#broken(way);',
    replace: 'if (element === null)\n                this.from(way, at + 1);',
  },
  {
    name: 'a verdict map that lacks the key accepts',
    file: 'trace/nft/run-rule.js',
    find: 'if (element === null)\n                this.#broken(way);',
    replace:
      "if (element === null)\n                this.results.push({ kind: 'matched', branch: way, verdict: { kind: 'verdict', verdict: 'accept', chain: null } });",
  },
  {
    name: 'of two chains at one priority the one hooked first is asked first',
    file: 'trace/registration-order.js',
    find: 'return one.rank > other.rank;',
    replace: 'return one.rank < other.rank;',
  },
  {
    name: 'the element * is not looked at',
    file: 'trace/nft/look-up.js',
    find: 'return rest?.element ?? null;',
    replace: 'return null;',
  },
  {
    name: 'a mask is ignored',
    file: 'trace/nft/read.js',
    find: "operator === '&' ? x.bits & y.bits : x.bits | y.bits",
    replace: "operator === '&' ? x.bits : x.bits | y.bits",
  },
  {
    name: 'persistent is ignored',
    file: 'trace/nft/nat-statement.js',
    find: 'persistent: nat.persistent',
    replace: 'persistent: false',
  },
  {
    name: 'nat by prefix writes the whole address',
    file: 'trace/nft/nat-statement.js',
    find: 'if (nat.prefix && ',
    replace: 'if (false && ',
  },
  {
    name: 'goto comes back as jump does',
    file: 'trace/nft/walk.js',
    find: 'const caller = next.chain === base ? null : next.caller;',
    replace: 'const caller = next;',
  },
  {
    name: 'return in a base chain goes on with the next rule',
    file: 'trace/nft/walk.js',
    find: 'return next.caller;',
    replace: 'return next.caller ?? next;',
  },
  {
    name: 'a policy of drop lets packets pass',
    file: 'trace/nft/walk.js',
    find: "base.base?.policy === 'drop'",
    replace: "base.base?.policy === 'DROP'",
  },
  {
    name: '!= holds for a field that the packet lacks',
    file: 'trace/nft/match.js',
    find: "if (reading.kind === 'absent')\n        return 'absent';",
    replace: "if (reading.kind === 'absent')\n        return operator === '!=' ? 'yes' : 'absent';",
  },
  {
    name: 'a word of bits is compared as a whole',
    file: 'trace/nft/match.js',
    find: 'return (value & pattern.from) !== 0n;',
    replace: 'return value === pattern.from;',
  },
  {
    name: 'a header is written into packets that lack it',
    file: 'trace/nft/run-rule.js',
    find: "if (field.kind === 'payload' && read(field, context).kind === 'absent')",
    replace: 'if (false)',
  },
  {
    name: 'what a rule entered into a set is not met again',
    file: 'trace/nft/write-set.js',
    find: '(change) => change.set === name',
    replace: '() => false',
  },
  {
    name: 'nat goes by what a rule wrote into the header',
    file: 'trace/written-ends.js',
    find: "if (connection === null || connection.quoted || connection.direction !== 'ORIGINAL')",
    replace: 'if (true)',
  },
  {
    name: 'a packet does not count for its quota',
    file: 'trace/nft/judge-extra.js',
    find: 'used + length > bytes',
    replace: 'used > bytes',
  },
  {
    name: 'nat chains stand at the number that they print',
    file: 'trace/nat-step.js',
    find: "priority: manipulates(hook) === 'destination' ? -100 : 100,",
    replace: 'priority: chains[0]?.[0]?.priority ?? 0,',
  },
  {
    name: 'text: the operator is lost',
    file: 'nftables/text/parse-statement.js',
    find: 'const op = written ?? (',
    replace: 'const op = (',
  },
  {
    name: 'JSON: the operator is lost',
    file: 'nftables/json/read-statement.js',
    find: "return { kind: 'match', operator, left, right };",
    replace: "return { kind: 'match', operator: '==', left, right };",
  },
];
