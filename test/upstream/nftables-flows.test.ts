import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/net/address.ts';
import { parseProtocol } from '../../src/net/protocol.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import type { NftRuleset } from '../../src/nftables/ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Trace } from '../../src/trace/outcome.ts';
import { senderOf } from '../../src/trace/packet.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { type Expected, isTranslated, outputsOf } from './as-kube-proxy.ts';
import { nodeWith } from './node.ts';

interface FlowRow extends Expected {
  readonly name: string;
  readonly from: string;
  readonly protocol: string;
  readonly to: string;
  readonly port: number;
}

interface RuleSetOfTest {
  readonly name: string;
  readonly seq: number;
  readonly nodeIPs: readonly string[];
  readonly nftText: string;
  readonly nftJson: object;
  readonly flows: readonly FlowRow[];
}

const FILE = new URL('../../../shared/upstream/nftables-flows.json', import.meta.url);
const present = existsSync(FILE);
if (!present) console.log("skipped: kube-proxy's own flow expectations are not beside the project");
const rulesets: RuleSetOfTest[] = present ? JSON.parse(readFileSync(FILE, 'utf8')) : [];

describe.skipIf(!present).each(['text', 'json'] as const)(
  "Do kube-proxy's own expectations of its nftables mode hold, read from %s?",
  (form) => {
    let agreed = 0;
    let asked = 0;
    afterAll(() => console.log(`${form}: agree ${agreed} of ${asked}`));

    it.each(rulesets.map((ruleset) => [`${ruleset.seq} ${ruleset.name}`, ruleset] as const))(
      '%s',
      (_, ruleset) => {
        const disagreements: string[] = [];
        const text = form === 'text' ? ruleset.nftText : JSON.stringify(ruleset.nftJson);
        const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
        if (nft === null) throw new Error('no rules');
        for (const flow of ruleset.flows) {
          asked++;
          const trace = traced(flow, nft, ruleset.nodeIPs);
          const output = outputsOf(trace);
          const masquerade = isMarked(trace);
          if (output === sorted(flow.output) && masquerade === flow.masquerade) agreed++;
          else disagreements.push(describeRow(flow, { output, masquerade }, trace));
        }
        expect(disagreements).toEqual([]);
      },
    );
  },
);

function traced({ from, to, port, protocol }: FlowRow, nft: NftRuleset, nodeIPs: readonly string[]): Trace {
  const source = parseAddress(from);
  const destination = parseAddress(to);
  if (source === null || destination === null) throw new Error(`not addresses: ${from}, ${to}`);
  const { family } = destination;
  const own = nodeIPs.includes(from) || from === '127.0.0.1' || from === '::1';
  return tracePacket(
    {
      family,
      protocol: parseProtocol(protocol) ?? 0,
      source: senderOf(source),
      sourcePort: 40000,
      destination,
      destinationIsLocal: false,
      destinationPort: port,
      icmp: null,
      entersAt: own ? 'OUTPUT' : 'PREROUTING',
      inInterface: own ? null : 'eth0',
      mark: 0,
      state: 'NEW',
    },
    {
      rulesets: [],
      nft,
      host: nodeWith(
        family,
        nodeIPs.filter((ip) => ip.includes(':') === (family === 'ipv6')),
      ),
      flows: null,
      recoverDestination: () => null,
    },
  );
}

/** kube-proxy's tests call a packet masqueraded when it was marked for it and translated, before any postrouting. */
function isMarked(trace: Trace): boolean {
  return trace.outcomes.some(
    (outcome) =>
      isTranslated(outcome) &&
      (((outcome.path.findLast(({ step }) => step.hook !== 'POSTROUTING')?.state.mark ?? 0) & 0x4000) !== 0 ||
        outcome.source.rewrite !== 'none'),
  );
}

function sorted(output: string): string {
  return output.split(', ').sort().join(', ');
}

function describeRow(flow: FlowRow, answer: Expected, trace: Trace): string {
  const passed = trace.outcomes.map(({ path, verdict, reason }) =>
    [...path.map(({ step }) => `${step.chain} ${step.rule?.text ?? 'end'}`), verdict, reason?.code].join(
      '\n    ',
    ),
  );
  return `${flow.name}: ${flow.from} to ${flow.to}:${flow.port}/${flow.protocol}
  expected ${flow.output} ${flow.masquerade}, traced ${answer.output} ${answer.masquerade}
    ${passed.join('\n  or\n    ')}`;
}
