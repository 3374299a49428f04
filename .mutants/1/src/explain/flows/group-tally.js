import { isOver, isStale, severityOf } from './diagnose-flow.js';
/** Flows from one destination to one place that answers, counted. */
export class GroupTally {
    place;
    to;
    toPort;
    /** Of its first flow; for flows that no rule translated it may differ between clients. */
    standing;
    flows = 0;
    live = 0;
    stale = 0;
    troubled = 0;
    unreplied = 0;
    masqueraded = 0;
    /** Some flow is of another conntrack zone than the default one. */
    zoned = false;
    states = new Map();
    /** Flows by the number of the address that masquerading gave them. */
    natSources = new Map();
    constructor(place, to, toPort, standing) {
        this.place = place;
        this.to = to;
        this.toPort = toPort;
        this.standing = standing;
    }
    /** Counts one flow. @returns the severity of its worst problem; null without one. */
    add(facts, standing) {
        this.flows++;
        const key = facts.state ?? (facts.unreplied ? 'UNREPLIED' : 'REPLIED');
        this.states.set(key, (this.states.get(key) ?? 0) + 1);
        if (isOver(facts))
            return null;
        this.live++;
        if (facts.unreplied)
            this.unreplied++;
        const { verdict } = standing;
        if (verdict === null)
            return facts.unreplied ? 'info' : null;
        if (this.standing.verdict === null)
            this.standing = standing;
        if (isStale(facts, verdict))
            this.stale++;
        const severity = severityOf(facts, verdict);
        if (severity !== 'info')
            this.troubled++;
        return severity;
    }
}
