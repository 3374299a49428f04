import type { FlowSource } from '../../../conntrack/scan-flows.ts';
import { listFlows } from '../../list-flows.ts';
import { type Known, QuestionError } from '../../question/question.ts';
import type { FlowAgreement } from './agreement.ts';

/**
 * Compares live flows with what the rules of today would do with their first packets, for whoever asks for nothing else of them.
 * @param service `namespace/name`; null: every flow
 * @returns null where no rules were captured, or flows are not known by the Service's name
 */
export async function compareFlows(
  service: string | null,
  known: Known,
  listings: readonly FlowSource[],
): Promise<FlowAgreement | null> {
  // What cannot be read is told by who reads the flows for their own sake.
  const silent = { add: () => undefined };
  const question = {
    ...{ svc: service, endpoint: null, client: null, state: null, problem: null },
    ...{ namespace: 'default', limit: 0 },
  };
  try {
    const { summary } = await listFlows(question, { known, listings, stats: null, problems: silent });
    return summary.agreement;
  } catch (error) {
    if (error instanceof QuestionError) return null;
    throw error;
  }
}
