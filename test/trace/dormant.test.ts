import { describe, expect, it } from 'vitest';
import { answerText } from '../../src/explain/words/question-words.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { packetOf, summary, worldOf } from './ask.ts';

/** A table that drops all that is forwarded, as nft prints it as JSON. */
function traced(flags: unknown, hook = 'forward', policy = 'drop') {
  const listing = {
    nftables: [
      { metainfo: { version: '1.0.6', json_schema_version: 1 } },
      { table: { family: 'ip', name: 'dd', handle: 1, ...(flags === undefined ? {} : { flags }) } },
      {
        chain: { family: 'ip', table: 'dd', name: 'c', handle: 1, type: 'filter', hook, prio: 0, policy },
      },
    ],
  };
  const packet = packetOf({});
  const nft = parseNftables(Buffer.from(JSON.stringify(listing)), 'nft.json', new ProblemList());
  return tracePacket(packet, {
    ...worldOf({}, packet, {}),
    rulesets: [
      { family: 'ipv4', backend: 'iptables-nft', backendAssumed: false, form: 'save', tables: new Map() },
    ],
    nft,
  }).outcomes;
}

describe('Do the chains of a table whose flags nft 1.0.6 garbled see packets?', () => {
  it.each(['dd', 'firewall', '', ['\u0001x']])('nobody knows: %j', (flags) => {
    const outcomes = traced(flags);
    expect(outcomes.map(({ verdict }) => verdict).toSorted()).toEqual(['accept', 'drop']);
    const words = outcomes
      .flatMap(({ given }) => given.map(({ question, held }) => answerText(question, held)))
      .join('; ');
    expect(words).toContain('table ip dd is dormant, so that its chains see no packet');
    expect(words).toContain('table ip dd is not dormant');
  });

  it.each(['dormant', 'dorm', ['dormant'], ['owner', 'dormant']])('no: %j', (flags) => {
    expect(traced(flags).map(({ verdict }) => verdict)).toEqual(['accept']);
  });

  it.each([undefined, 'owner', ['owner', 'persist']])('yes: %j', (flags) => {
    expect(traced(flags).map(summary)).toEqual(['1 [] drop']);
  });

  it('where they do nothing, or see other packets, it is not asked', () => {
    expect(traced('dd', 'forward', 'accept').map(({ given }) => given.length)).toEqual([0]);
    expect(traced('dd', 'input').map(({ given }) => given.length)).toEqual([0]);
  });
});
