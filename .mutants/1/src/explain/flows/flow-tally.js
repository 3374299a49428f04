import { emptyRow } from '../../conntrack/flow-row.js';
import { parseAddress } from '../../net/address.js';
import { hasPorts } from '../../net/protocol.js';
import { AffinityTally } from './affinity-tally.js';
import { Counts } from './counts.js';
import { isOver, isStale, severityOf } from './diagnose-flow.js';
import { describeFlow } from './flow-item.js';
import { hasProblem, hasState, isAtSpot } from './flow-question.js';
import { SOUND } from './flow-verdict.js';
import { GroupTally } from './group-tally.js';
import { PortTally } from './port-tally.js';
import { WorstFirst } from './worst-first.js';
/**
 * Counts a listing's flows as they go by. What it keeps grows with destinations and endpoints, not with flows; only the
 * flows to be listed are kept, up to the limit.
 */
export class FlowTally {
    groups = [];
    states = new Map();
    problems = new Map();
    affinity = new AffinityTally();
    ports = new PortTally();
    clients = new Counts();
    flows = 0;
    live = 0;
    stale = 0;
    #join;
    #filter;
    #ids;
    #listed;
    #places = new Map();
    /** By address: 0 not looked at, 1 something known may be there, 2 nothing is. */
    #reach = new Counts();
    #addresses = new Map();
    #clientIds;
    #row = emptyRow();
    constructor(join, filter, limit, ids) {
        this.#join = join;
        this.#filter = filter;
        this.#ids = ids;
        this.#listed = new WorstFirst(limit);
        this.#clientIds =
            filter.clients === null ? null : new Set(filter.clients.map((address) => ids.of(address)));
    }
    /** The flows to list, the worst first. */
    get items() {
        return this.#listed.list();
    }
    flow(flow) {
        const row = this.#row;
        const { original, reply } = flow;
        row.protocol = flow.protocol;
        row.state = flow.state;
        row.timeoutSeconds = flow.timeoutSeconds;
        row.unreplied = flow.status.includes('UNREPLIED');
        row.assured = flow.status.includes('ASSURED');
        row.zone = original.zone ?? reply.zone ?? flow.zone ?? 0;
        row.offloaded = flow.status.some((status) => status.endsWith('OFFLOAD'));
        for (const [tuple, from] of [
            [row.original, original],
            [row.reply, reply],
        ]) {
            tuple.source = this.#ids.of(from.source);
            tuple.destination = this.#ids.of(from.destination);
            tuple.sourcePort = from.sourcePort ?? -1;
            tuple.destinationPort = from.destinationPort ?? -1;
        }
        this.row(row, () => flow);
    }
    row(row, read) {
        const { original, reply } = row;
        if (this.#clientIds !== null && !this.#clientIds.has(original.source))
            return;
        const { state } = this.#filter;
        if (state !== null && !hasState(statusOf(row), state))
            return;
        const tally = this.#placeOf(row);
        if (tally === null) {
            // Nothing that is known has this destination, and no rule translated the flow.
            if (this.#filter.place !== null || !this.#isAsked(row, null))
                return;
            this.#count(row, null, read);
            return;
        }
        if (!tally.asked)
            return;
        const key = reply.source * 65_537 + reply.sourcePort + 1;
        let group = tally.groups.get(key);
        const to = group?.to ?? this.#address(reply.source);
        const untranslated = reply.source === original.destination && reply.sourcePort === original.destinationPort;
        let standing = group?.standing ?? SOUND;
        // Where a rule translated, the standing does not depend on the client.
        if (group === undefined || untranslated) {
            standing = this.#join.stand(tally.place, this.#address(original.source), to, portOf(reply.sourcePort));
        }
        const verdict = isOver(row) ? null : standing.verdict;
        if (!this.#isAsked(row, verdict))
            return;
        if (group === undefined) {
            group = new GroupTally(tally.place, to, portOf(reply.sourcePort), standing);
            tally.groups.set(key, group);
            this.groups.push(group);
        }
        if (row.zone !== 0)
            group.zoned = true;
        const before = group.stale;
        const severity = group.add(row, standing);
        this.stale += group.stale - before;
        if (reply.destination !== original.source || reply.destinationPort !== original.sourcePort) {
            group.masqueraded++;
            group.natSources.set(reply.destination, (group.natSources.get(reply.destination) ?? 0) + 1);
        }
        if (verdict !== null && severity !== null)
            this.#countProblem(verdict.code, severity);
        if (!isOver(row))
            this.affinity.add(tally.place, original.source, key, to);
        this.#count(row, severity, read);
    }
    #count(row, severity, read) {
        const { protocol, original, reply } = row;
        this.flows++;
        const over = isOver(row);
        if (!over)
            this.live++;
        const state = `${protocol} ${row.state ?? (row.unreplied ? 'UNREPLIED' : 'REPLIED')}`;
        this.states.set(state, (this.states.get(state) ?? 0) + 1);
        this.clients.add(original.source);
        if (row.unreplied && !over)
            this.#countProblem('unreplied', 'info');
        if (hasPorts(protocol) &&
            (reply.destination !== original.source || reply.destinationPort !== original.sourcePort)) {
            this.ports.add(protocol, reply.destination, reply.source, reply.sourcePort);
        }
        const worst = severity ?? (row.unreplied && !over ? 'info' : null);
        this.#listed.offer(worst, () => {
            const flow = read();
            return flow === null ? null : describeFlow(flow, this.#join);
        });
    }
    #countProblem(code, severity) {
        const key = `${code} ${severity}`;
        const known = this.problems.get(key);
        if (known === undefined)
            this.problems.set(key, { code, severity, flows: 1 });
        else
            known.flows++;
    }
    #isAsked(row, verdict) {
        const { endpoints, problem: wanted } = this.#filter;
        if (endpoints !== null) {
            if (!isAtSpot(endpoints, this.#address(row.reply.source), portOf(row.reply.sourcePort)))
                return false;
        }
        if (wanted === null)
            return true;
        const problems = [];
        if (verdict !== null)
            problems.push({ code: verdict.code, severity: severityOf(row, verdict) });
        if (row.unreplied && !isOver(row))
            problems.push({ code: 'unreplied', severity: 'info' });
        return hasProblem(problems, verdict !== null && isStale(row, verdict), wanted);
    }
    /** @returns null where the destination is nothing that is known, and the flow was not translated. */
    #placeOf({ protocol, original, reply }) {
        const { destination, destinationPort } = original;
        if (reply.source === destination && reply.sourcePort === destinationPort) {
            if (this.#reach.of(destination) === 0) {
                this.#reach.add(destination, this.#join.mayBe(this.#address(destination)) ? 1 : 2);
            }
            if (this.#reach.of(destination) === 2 && this.#filter.place === null)
                return null;
        }
        const key = (destination * 65_537 + destinationPort + 1) * 256 + protocol;
        const known = this.#places.get(key);
        if (known !== undefined)
            return known;
        const place = this.#join.place(protocol, this.#address(destination), portOf(destinationPort));
        const asked = this.#filter.place?.(place) ?? true;
        const tally = { place, asked, groups: new Map() };
        this.#places.set(key, tally);
        return tally;
    }
    #address(id) {
        const known = this.#addresses.get(id);
        if (known !== undefined)
            return known;
        const address = parseAddress(this.#ids.textOf(id)) ?? { family: 'ipv4', value: 0n };
        if (this.#addresses.size < MOST_ADDRESSES)
            this.#addresses.set(id, address);
        return address;
    }
}
const MOST_ADDRESSES = 50_000;
/** Rows have -1 where a protocol has no ports. */
function portOf(port) {
    return port < 0 ? null : port;
}
function statusOf(row) {
    const status = [
        ...(row.unreplied ? ['UNREPLIED'] : []),
        ...(row.assured ? ['ASSURED'] : []),
        ...(row.offloaded ? ['OFFLOAD'] : []),
    ];
    return { ...row, status };
}
