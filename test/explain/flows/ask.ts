import { join } from 'node:path';
import type { FlowItem, FlowListSummary } from '../../../src/explain/flow-list.ts';
import type { FlowQuestion } from '../../../src/explain/flows/flow-question.ts';
import { listFlows } from '../../../src/explain/list-flows.ts';
import type { Known } from '../../../src/explain/question/question.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import { openCapture } from '../../support/open-capture.ts';

/** A captured node whose flows are what a test gives: shop/web is 10.96.10.1:80 with 10.244.1.11, .1.12 and .2.11 port 8080. */
export const DEMO = join(import.meta.dirname, '../../../fixtures/demo');

let opened: Promise<Known> | null = null;

/** @returns what is known of the demo capture. */
export async function demo(): Promise<Known> {
  opened ??= openCapture(DEMO).then(({ known }) => known);
  return await opened;
}

/** Asks about these listings on the demo's node, or on another. */
export async function ask(
  listings: readonly (readonly string[])[],
  question: Partial<FlowQuestion> = {},
  known: Known | null = null,
): Promise<{ readonly summary: FlowListSummary; readonly items: readonly FlowItem[] }> {
  const nothing = { svc: null, endpoint: null, client: null, state: null, problem: null };
  return await listFlows(
    { ...nothing, namespace: 'default', limit: 1000, ...question },
    {
      known: known ?? (await demo()),
      listings: listings.map((lines, index) => ({
        name: `flows-${index}`,
        chunks: () => [Buffer.from(`${lines.join('\n')}\n`)],
      })),
      stats: null,
      problems: new ProblemList(),
    },
  );
}

/** A flow as text: `from`, `asked` and `answers` as ADDRESS:PORT, IPv4. */
export interface Line {
  readonly protocol?: 'tcp' | 'udp';
  readonly state?: string;
  readonly from?: string;
  readonly asked: string;
  /** Where answers come from; by default where the client asked. */
  readonly answers?: string;
  /** Where answers go; by default to the client. */
  readonly back?: string;
  readonly status?: string;
  readonly timeout?: number;
}

/** @returns a line of `conntrack -L`. */
export function line(flow: Line): string {
  const { asked, from = '10.244.1.13:40000', answers = asked, back = from, timeout = 100 } = flow;
  const protocol = flow.protocol ?? 'tcp';
  const state = protocol === 'udp' ? '' : `${flow.state ?? 'ESTABLISHED'} `;
  const unreplied = flow.status === 'UNREPLIED' ? '[UNREPLIED] ' : '';
  const head = protocol === 'udp' ? 'udp      17' : 'tcp      6';
  return `${head} ${timeout} ${state}${tuple(from, asked)} ${unreplied}${tuple(answers, back)} mark=0 use=1`;
}

function tuple(source: string, destination: string): string {
  const [from = '', sport = ''] = source.split(':');
  const [to = '', dport = ''] = destination.split(':');
  return `src=${from} dst=${to} sport=${sport} dport=${dport}`;
}

/** Asks about one flow. */
export async function askOne(flow: Line, known: Known | null = null): Promise<FlowItem> {
  const { items } = await ask([[line(flow)]], {}, known);
  const [item] = items;
  if (item === undefined) throw new Error('not listed');
  return item;
}
