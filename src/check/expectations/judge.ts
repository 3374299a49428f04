import { explainTrace } from '../../explain/explain-trace.ts';
import { type Known, QuestionError } from '../../explain/question/question.ts';
import type { Finding } from '../../findings/finding.ts';
import type { ExpectationResult } from '../report.ts';
import type { ConntrackExpectation, Expectations, PacketExpectation } from './expectations.ts';
import { judgePacket } from './judge-packet.ts';
import { questionFor } from './question.ts';
import { countFlows } from './service-flows.ts';

/** @returns for each statement whether it holds, in the order of the file. */
export function judge(
  expectations: Expectations,
  known: Known,
  findings: readonly Finding[],
): ExpectationResult[] {
  const { file } = expectations;
  return [
    ...expectations.packets.map((packet) => resultOf(packet, file, judgeOne(packet, known))),
    ...expectations.conntrack.map((statement) =>
      resultOf(statement, file, judgeFlows(statement, known, findings)),
    ),
  ];
}

function resultOf(
  { name, line }: { readonly name: string; readonly line: number },
  file: string,
  differences: readonly string[],
): ExpectationResult {
  return { name, passed: differences.length === 0, message: differences.join('; '), file, line };
}

function judgeOne(packet: PacketExpectation, known: Known): string[] {
  try {
    const items = explainTrace(questionFor(packet), known);
    return items.flatMap((item) => judgePacket(packet, item));
  } catch (error) {
    if (error instanceof QuestionError) return [`cannot be asked: ${error.message}`];
    throw error;
  }
}

function judgeFlows(
  { service, stale, most }: ConntrackExpectation,
  known: Known,
  findings: readonly Finding[],
): string[] {
  if (known.flows === null) return ['cannot be told: the capture holds no conntrack listing'];
  const differences: string[] = [];
  if (stale === false) {
    const found = findings.find(({ code, objects }) => code === 'KP101' && objects.includes(service));
    if (found !== undefined) differences.push(found.message);
  }
  if (most !== null) {
    const count = countFlows(service, known);
    if (count === null) differences.push(`no Service ${service} in the capture`);
    else if (count > most) differences.push(`${count} flows, more than ${most}`);
  }
  return differences;
}
