import { AddressIds } from '../conntrack/address-ids.js';
import { FlowScanner } from '../conntrack/scan-flows.js';
import { sysctlNumber } from '../host/sysctl.js';
import { parseAddress } from '../net/address.js';
import { formatProtocol } from '../net/protocol.js';
import { remarkOnCounters } from './flows/counter-remarks.js';
import { DistinctFlows, SeenFlows } from './flows/distinct-flows.js';
import { findInFlows } from './flows/findings.js';
import { FlowJoin } from './flows/flow-join.js';
import { readFlowQuestion } from './flows/flow-question.js';
import { FlowTally } from './flows/flow-tally.js';
import { serviceFlows } from './flows/service-flows.js';
import { Namer } from './trace/namer.js';
/** Clients told by name in the summary. */
const TOP_CLIENTS = 10;
/**
 * Answers `conntrack`: reads the listings once, joins each flow to Service, endpoint and client, and says what is wrong.
 * @throws QuestionError where the question names nothing that is known, and what reading the listings throws
 */
export async function listFlows(question, input) {
    const { known, stats } = input;
    const join = new FlowJoin(known, new Namer(known));
    const filter = readFlowQuestion(question, known, join.services);
    const ids = new AddressIds();
    const tally = new FlowTally(join, filter, question.limit, ids);
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
            listed: items.length,
            states: statesOf(tally),
            problems: [...tally.problems.values()].sort((a, b) => RANK[a.severity] - RANK[b.severity] || b.flows - a.flows || (a.code < b.code ? -1 : 1)),
            findings: findInFlows(tally, table, ids, known),
            services: serviceFlows(tally.groups, join),
            clients: tally.clients.largest(TOP_CLIENTS).flatMap(({ index, count }) => {
                const address = parseAddress(ids.textOf(index));
                return address === null ? [] : [{ client: join.client(address), flows: count }];
            }),
            table,
            counters: stats === null ? null : Object.fromEntries(stats.totals),
            counterRemarks: stats === null ? [] : remarkOnCounters(stats),
        },
        items,
    };
}
const RANK = { error: 0, warning: 1, info: 2 };
async function scanListings({ listings, problems }, wanted, tally, ids) {
    const [, ...later] = listings;
    const seen = new SeenFlows();
    // What cannot be read is told when the listing is read for its flows.
    const silent = { add: () => undefined };
    for (const listing of later)
        await new FlowScanner(seen, wanted, silent, ids).scan(listing);
    let entries = 0;
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
function statesOf({ states }) {
    const named = [...states].map(([key, count]) => {
        const [protocol = '', state = ''] = key.split(' ');
        return [`${formatProtocol(Number(protocol))} ${state}`, count];
    });
    return Object.fromEntries(named.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}
/** The kernel's own count where sysctls were captured: a listing may be cut, or of one family. */
function fillOf({ host }, entries) {
    const count = sysctlNumber(host, 'net.netfilter.nf_conntrack_count') ?? entries;
    const max = sysctlNumber(host, 'net.netfilter.nf_conntrack_max') ?? sysctlNumber(host, 'net.nf_conntrack_max');
    return { count, max, fill: count === null || max === null || max === 0 ? null : count / max };
}
