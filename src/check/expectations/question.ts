import { plainQuestion, type TraceQuestion } from '../../explain/question/question.ts';
import type { PacketExpectation } from './expectations.ts';

/** @returns the question that `trace` would ask about the packet of an expectation. */
export function questionFor({
  from,
  to,
  protocol,
  sourcePort,
}: Pick<PacketExpectation, 'from' | 'to' | 'protocol' | 'sourcePort'>): TraceQuestion {
  return {
    ...plainQuestion(to),
    from,
    protocol,
    sourcePort,
  };
}
