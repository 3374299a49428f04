import { InputError } from '../capture/input-error.ts';
import { unreadable } from '../capture/source.ts';
import { type CheckQuestion, checkCapture, findingCodes, withHead } from '../check/check-capture.ts';
import type { Expectations } from '../check/expectations/expectations.ts';
import { parseExpectations } from '../check/expectations/parse-expectations.ts';
import type { About } from '../check/filter.ts';
import { type NodeProfile, profileOf } from '../check/nodes/node-profile.ts';
import type { CheckReport } from '../check/report.ts';
import { isNamed } from '../diff/is-named.ts';
import type { FlowAgreement } from '../explain/flows/today/agreement.ts';
import type { Known } from '../explain/question/question.ts';
import { nearest } from '../explain/words/nearest.ts';
import type { AcrossNodes } from '../findings/across/across-nodes.ts';
import { CheckContext } from '../findings/context.ts';
import { readSmallFile } from '../kubernetes/api/small-file.ts';
import { toldAll } from '../problems/told-problem.ts';
import type { Capture } from './capture.ts';
import { inputOf } from './input-of.ts';
import { UsageError } from './usage-error.ts';

/** A capture that was checked. */
export interface Checked {
  readonly report: CheckReport;
  /** For the comparison with other nodes; null where there is none, or the node has no name. */
  readonly profile: NodeProfile | null;
}

/** @returns what came of following a node's connections to others; null where there are none. */
type Follow = (known: Known) => Promise<AcrossNodes | null>;

/**
 * Checks one capture.
 * @param expect a file of expectations; null: that of the capture
 * @param isCompared whether other nodes are there to be compared with
 * @param follow follows its connections to other nodes; null: there are none
 * Throws InputError where the expectations cannot be read or hold mistakes.
 */
export async function checkOne(
  capture: Capture,
  expect: string | null,
  question: CheckQuestion,
  isCompared: boolean,
  follow: Follow | null = null,
): Promise<Checked> {
  const expectations = readExpectations(capture, expect);
  const alone = await inputOf(capture);
  if (question.about != null) refuseUnknown(question.about, alone.known);
  const input = follow === null ? alone : { ...alone, across: await follow(alone.known) };
  const context = new CheckContext(input);
  const answer = checkCapture({ context, expectations }, question);
  const profile = isCompared ? profileOf(context, capture.info.takenAt) : null;
  const flows = await agreementOf(capture, input.known, question);
  return { report: withHead(answer, flows, capture.info, toldAll(capture.problems.list())), profile };
}

/** How live flows compare with the rules; of one Service, those to it. */
async function agreementOf(
  { flowListings }: Capture,
  known: Known,
  { about = null, only }: CheckQuestion,
): Promise<FlowAgreement | null> {
  // A namespace has no flows of its own, and codes are of findings.
  if (flowListings.length === 0 || only !== null || (about !== null && about.name === null)) return null;
  const { compareFlows } = await import('../explain/flows/today/compare-flows.ts');
  const service = about === null ? null : `${about.namespace}/${about.name}`;
  return await compareFlows(service, known, flowListings);
}

/** Nothing is found about what is not there: a name that was misspelt must not pass for healthy. */
function refuseUnknown({ namespace, name }: About, known: Known): void {
  const { services } = known.cluster;
  if (name !== null) {
    if (isNamed(known, { namespace, name })) return;
    const names = (services ?? []).map((one) => `${one.namespace}/${one.name}`);
    throw unknownName(`--svc ${namespace}/${name}: no Service of this name`, `${namespace}/${name}`, names);
  }
  const namespaces = [...new Set((services ?? []).map((one) => one.namespace))];
  if (services === null || namespaces.includes(namespace)) return;
  throw unknownName(`-n ${namespace}: no Service of this namespace`, namespace, namespaces);
}

/** Services of other namespaces that have the name, or one like it. */
function namesakes(typed: string, names: readonly string[]): string[] {
  const bare = (text: string): string => text.slice(text.indexOf('/') + 1);
  return names.filter((one) => nearest(bare(typed), [bare(one)]).length > 0);
}

function unknownName(message: string, typed: string, names: readonly string[]): UsageError {
  const [near] = [...nearest(typed, names), ...namesakes(typed, names)];
  const hint = near === undefined ? '' : ` (Did you mean ${near}?)`;
  return new UsageError('question', `${message}, in API objects or in comments of rules${hint}`);
}

/**
 * Reads the expectations of a capture, if any, or of a file of their own. A mistake in the file is an error: a statement that is not
 * understood must not pass for one that holds. Throws InputError.
 */
export function readExpectations(capture: Capture | null, expect: string | null): Expectations | null {
  const text = expect === null ? (capture?.expectations() ?? null) : readText(expect);
  if (text === null) return null;
  const file = expect ?? `${capture?.info.origin.replace(/\/+$/, '')}/expect.yaml`;
  const { expectations, mistakes } = parseExpectations(text, file, findingCodes());
  if (mistakes.length === 0) return expectations;
  const lines = mistakes.slice(0, 20).map(({ line, message }) => `${file}:${line}: ${message}`);
  const more = mistakes.length > 20 ? `\n  … and ${mistakes.length - 20} more` : '';
  throw new InputError('expectations', `${lines.join('\n  ')}${more}`, file);
}

function readText(path: string): string {
  try {
    return readSmallFile(path, true).toString('utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}
