import { AddressIds } from '../conntrack/address-ids.ts';
import type { ConntrackStats } from '../conntrack/parse-stats.ts';
import { FlowScanner, type FlowSource, type ProblemSink } from '../conntrack/scan-flows.ts';
import type { WantedFlows } from '../conntrack/wanted-flows.ts';
import type { CounterSample } from '../host/counter-sample.ts';
import { sysctlNumber } from '../host/sysctl.ts';
import { parseAddress } from '../net/address.ts';
import { formatProtocol } from '../net/protocol.ts';
import { compareText } from '../words/compare-text.ts';
import type { FlowItem, FlowListSummary, TableFill } from './flow-list.ts';
import { remarkOnCounters } from './flows/counter-remarks.ts';
import { DistinctFlows, SeenFlows } from './flows/distinct-flows.ts';
import { findInFlows } from './flows/findings.ts';
import { FlowJoin } from './flows/flow-join.ts';
import { type FlowQuestion, readFlowQuestion } from './flows/flow-question.ts';
import { FlowTally } from './flows/flow-tally.ts';
import { serviceFlows } from './flows/service-flows.ts';
import { FirstPackets } from './flows/today/first-packets.ts';
import type { Known } from './question/question.ts';
import { Namer } from './trace/namer.ts';

/** Clients told by name in the summary. */
const TOP_CLIENTS = 10;

/** What `conntrack` reads besides what every answer knows. */
export interface FlowInput {
  readonly known: Known;
  /** Listings of one node, in order. */
  readonly listings: readonly FlowSource[];
  /** `conntrack -S`; null where it was not captured. */
  readonly stats: ConntrackStats | null;
  /** What counters did between two samples. Absent or null: one was taken. */
  readonly sample?: CounterSample | null;
  readonly problems: ProblemSink;
}

/**
 * Answers `conntrack`: reads the listings once, joins each flow to Service, endpoint and client, and says what is wrong.
 * @throws QuestionError where the question names nothing that is known, and what reading the listings throws
 */
export async function listFlows(
  question: FlowQuestion,
  input: FlowInput,
): Promise<{ readonly summary: FlowListSummary; readonly items: readonly FlowItem[] }> {
  const { known, stats } = input;
  const join = new FlowJoin(known, new Namer(known));
  const filter = readFlowQuestion(question, known, join.services);
  const ids = new AddressIds();
  const tally = new FlowTally(join, filter, question.limit, ids, firstPacketsOf(question, known));
  const read = await scanListings(input, filter.wanted, tally, ids);
  const { items } = tally;
  const table = fillOf(known, read.entries);
  return {
    summary: {
      asked: {
        svc: filter.title,
        endpoint: question.endpoint,
        client: question.client,
        state: filter.state,
        problem: filter.problem,
      },
      ...read,
      flows: tally.flows,
      live: tally.live,
      stale: tally.stale,
      agreement: tally.agreement,
      listed: items.length,
      states: statesOf(tally),
      problems: tally.problems
        .list()
        .sort(
          (a, b) => RANK[a.severity] - RANK[b.severity] || b.flows - a.flows || (a.code < b.code ? -1 : 1),
        ),
      findings: findInFlows(tally, table, ids, known),
      services: serviceFlows(tally.groups, join),
      clients: tally.clients.largest(TOP_CLIENTS).flatMap(({ index, count }) => {
        const address = parseAddress(ids.textOf(index));
        return address === null ? [] : [{ client: join.client(address), flows: count }];
      }),
      table,
      counters: stats === null ? null : Object.fromEntries(stats.totals),
      counterRemarks: stats === null ? [] : remarkOnCounters(stats, input.sample),
    },
    items,
  };
}

/** Flows are compared with rules where these were captured, of whatever program; of flows with a problem alone it says nothing. */
function firstPacketsOf({ problem }: FlowQuestion, known: Known): FirstPackets | null {
  const isTold = known.rulesets.length > 0 || (known.nft ?? null) !== null;
  return isTold && problem === null ? new FirstPackets(known) : null;
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

async function scanListings(
  { listings, problems }: FlowInput,
  wanted: WantedFlows | null,
  tally: FlowTally,
  ids: AddressIds,
): Promise<Pick<FlowListSummary, 'entries' | 'unreadable'>> {
  const [, ...later] = listings;
  const seen = new SeenFlows();
  // What cannot be read is told when the listing is read for its flows.
  const silent = { add: () => undefined };
  for (const listing of later) await new FlowScanner(seen, wanted, silent, ids).scan(listing);
  let entries: number | null = 0;
  let unreadable = 0;
  for (const [index, listing] of listings.entries()) {
    const visitor = later.length === 0 ? tally : new DistinctFlows(tally, seen.keys, index === 0);
    const result = await new FlowScanner(visitor, wanted, problems, ids).scan(listing);
    entries = entries === null || result.entries === null ? null : entries + result.entries;
    unreadable += result.unreadable;
  }
  return { entries, unreadable };
}

/** `udp REPLIED`, `tcp ESTABLISHED`, most first. */
function statesOf({ states }: FlowTally): Record<string, number> {
  const named = [...states].flatMap(([protocol, counts]) =>
    [...counts].map(([state, count]): [string, number] => [`${formatProtocol(protocol)} ${state}`, count]),
  );
  return Object.fromEntries(named.sort((a, b) => b[1] - a[1] || compareText(a[0], b[0])));
}

/** The kernel's own count where sysctls were captured: a listing may be cut, or of one family. */
function fillOf({ host }: Known, entries: number | null): TableFill {
  const count = sysctlNumber(host, 'net.netfilter.nf_conntrack_count') ?? entries;
  const max =
    sysctlNumber(host, 'net.netfilter.nf_conntrack_max') ?? sysctlNumber(host, 'net.nf_conntrack_max');
  return { count, max, fill: count === null || max === null || max === 0 ? null : count / max };
}
