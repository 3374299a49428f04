import type { Sees } from '../../explain/connection/connection-item.ts';
import type { Note } from '../../explain/explanation.ts';
import type { StepItem } from '../../explain/trace-list.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';

/** Who sends the connections that are followed to other nodes. */
export type AcrossSender = 'pod' | 'node' | 'external';

/** A connection that passes another node, or should, and does not work. */
export interface FailedConnection {
  readonly port: ExpectedPort;
  readonly sender: AcrossSender;
  /** `pod shop/client-a`, as a trace calls it. */
  readonly from: string;
  /** What was asked: `10.96.10.1:80`. */
  readonly asked: string;
  /** The endpoint that it was sent to. */
  readonly endpoint: string;
  /** The node the endpoint is on. */
  readonly far: string;
  /** Where the fault is: where it ends, that node, this one for an answer, or one between them; or where a rule wrote a wrong source. */
  readonly at: string;
  /** `unknown`: a router gets it for a pod of another node, and nobody says that the router knows the way. */
  readonly sees: Exclude<Sees, 'works'>;
  readonly reason: Note;
  /** What decided there, or wrote that source; null where it met nothing. */
  readonly step: StepItem | null;
  /** Whether it fails whatever the captures leave open. */
  readonly sure: boolean;
}

/** What came of following this node's connections to endpoints on others, and back. */
export interface AcrossNodes {
  /** The nodes whose captures they were followed over. */
  readonly nodes: readonly string[];
  /** Captured at about the same time, and not followed to: more nodes than one check reads. */
  readonly notTried: readonly string[];
  /** How many Service ports have an endpoint on one of `nodes`. */
  readonly ports: number;
  /** How many of them were followed there and back, to the end. */
  readonly followed: number;
  /** Minutes between this capture and the one that is furthest from it; null: not known. */
  readonly apartMinutes: number | null;
  readonly failed: readonly FailedConnection[];
}

/** What of it a report tells. */
export type AcrossCoverage = Pick<AcrossNodes, 'nodes' | 'notTried' | 'ports' | 'followed'>;

/** @returns what a report tells of it. */
export function coverageOf(across: AcrossNodes | null): AcrossCoverage | null {
  if (across === null) return null;
  const { nodes, notTried, ports, followed } = across;
  return { nodes, notTried, ports, followed };
}
