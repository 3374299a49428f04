import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { type Family, parseAddress } from '../../src/net/address.ts';
import { parseProtocol } from '../../src/net/protocol.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Trace } from '../../src/trace/outcome.ts';
import { senderOf } from '../../src/trace/packet.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { answerOf, type Expected, withFilterOfKubeProxyTests } from './as-kube-proxy.ts';
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
  readonly family: Family;
  readonly nodeIPs: readonly string[];
  readonly iptablesSave: string;
  readonly flows: readonly FlowRow[];
}

const FILE = new URL('../../../shared/upstream/iptables-flows.json', import.meta.url);
const present = existsSync(FILE);
if (!present) console.log("skipped: kube-proxy's own flow expectations are not beside the project");
const rulesets: RuleSetOfTest[] = present ? JSON.parse(readFileSync(FILE, 'utf8')).rulesets : [];

describe.skipIf(!present)("Do kube-proxy's own expectations hold?", () => {
  let agreed = 0;
  let asked = 0;
  afterAll(() => console.log(`agree ${agreed} of ${asked}`));

  it.each(
    rulesets.map((ruleset) => [`${ruleset.seq} ${ruleset.name} (${ruleset.family})`, ruleset] as const),
  )('%s', (_, ruleset) => {
    const disagreements: string[] = [];
    const traced = tracer(ruleset);
    for (const flow of ruleset.flows) {
      asked++;
      const trace = traced(flow);
      const answer = answerOf(trace);
      if (answer.output === sorted(flow.output) && answer.masquerade === flow.masquerade) agreed++;
      else disagreements.push(describeRow(flow, answer, trace));
    }
    expect(disagreements).toEqual([]);
  });
});

function tracer({ iptablesSave, family, nodeIPs }: RuleSetOfTest): (flow: FlowRow) => Trace {
  const bytes = Buffer.from(withFilterOfKubeProxyTests(iptablesSave));
  const world = {
    rulesets: parseSave({ name: 'save', bytes }, { family }, new ProblemList()),
    host: nodeWith(family, nodeIPs),
    flows: null,
    recoverDestination: () => null,
  };
  return ({ from, to, port, protocol }) => {
    const source = parseAddress(from);
    const destination = parseAddress(to);
    if (source === null || destination === null) throw new Error(`not addresses: ${from}, ${to}`);
    const own = nodeIPs.includes(from) || from === '127.0.0.1' || from === '::1';
    return tracePacket(
      {
        family,
        protocol: parseProtocol(protocol) ?? 0,
        source: senderOf(source),
        sourcePort: null,
        destination,
        destinationIsLocal: false,
        destinationPort: port,
        icmp: null,
        entersAt: own ? 'OUTPUT' : 'PREROUTING',
        inInterface: own ? null : 'eth0',
        mark: 0,
        state: 'NEW',
      },
      world,
    );
  };
}

function sorted(output: string): string {
  return output.split(', ').sort().join(', ');
}

function describeRow(flow: FlowRow, answer: Expected, trace: Trace): string {
  const passed = trace.outcomes.map(({ path, verdict, reason }) =>
    [
      ...path.map(({ step }) => step.rule?.text ?? `${step.table} ${step.chain} end`),
      verdict,
      reason?.code,
    ].join('\n    '),
  );
  return `${flow.name}: ${flow.from} to ${flow.to}:${flow.port}/${flow.protocol}
  expected ${flow.output} ${flow.masquerade}, traced ${answer.output} ${answer.masquerade}
    ${passed.join('\n  or\n    ')}`;
}
