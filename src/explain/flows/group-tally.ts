import type { Address } from '../../net/address.ts';
import type { Severity } from '../flow-list.ts';
import { type FlowFacts, isStale, severityOf } from './diagnose-flow.ts';
import type { FlowPlace } from './flow-places.ts';
import type { FlowStanding, FlowVerdict } from './flow-verdict.ts';
import { StateCounts } from './state-counts.ts';
import { ComparedWay } from './today/destination-tally.ts';

const GRAVITY: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1 };
const STUCK = 3;

/** Flows from one destination to one place that answers, counted. */
export class GroupTally {
  readonly place: FlowPlace;
  readonly to: Address;
  readonly spot: number;
  readonly toPort: number | null;
  /** Of its first flow; for flows that no rule translated it may differ between clients. */
  readonly standing: FlowStanding;
  /** What is wrong with its live flows; where that differs between clients, of the stuck ones, then of the worst. */
  verdict: FlowVerdict | null = null;
  #gravity = 0;
  flows = 0;
  live = 0;
  stale = 0;
  troubled = 0;
  unreplied = 0;
  masqueraded = 0;
  /** Some flow is of another conntrack zone than the default one. */
  zoned = false;
  /** Some live flow of the same way was not asked for. */
  others = false;
  /** Flows by state. */
  readonly states = new StateCounts();
  readonly compared = new ComparedWay();

  /** @param spot tells answering places apart, whichever destination was asked for */
  constructor(place: FlowPlace, to: Address, spot: number, toPort: number | null, standing: FlowStanding) {
    this.place = place;
    this.to = to;
    this.spot = spot;
    this.toPort = toPort;
    this.standing = standing;
  }

  /** Counts one flow. @param over see `isOver` @returns the severity of its worst problem; null without one. */
  add(facts: FlowFacts, over: boolean, standing: FlowStanding): Severity | null {
    this.flows++;
    this.states.add(facts);
    if (over) return null;
    this.live++;
    if (facts.unreplied) this.unreplied++;
    const { verdict } = standing;
    if (verdict === null) return facts.unreplied ? 'info' : null;
    const stale = isStale(facts, verdict);
    if (stale) this.stale++;
    const severity = severityOf(facts, verdict);
    const gravity = GRAVITY[severity] + (stale ? STUCK : 0);
    if (gravity > this.#gravity) {
      this.#gravity = gravity;
      this.verdict = verdict;
    }
    if (severity !== 'info') this.troubled++;
    return severity;
  }
}
