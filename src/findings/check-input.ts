import type { Known } from '../explain/question/question.ts';
import type { CounterSample } from '../host/counter-sample.ts';
import type { AcrossCoverage, AcrossNodes } from './across/across-nodes.ts';
import type { Focus } from './focus.ts';
import type { ProxyHealth } from './proxy-health.ts';

/** Everything that findings are found in. */
export interface CheckInput {
  readonly known: Known;
  /** As the capture's manifest tells it (`Kubernetes v1.36.3`); null: not known. */
  readonly kubeProxyVersion: string | null;
  readonly kubeProxyFlags: readonly string[];
  /** `conntrack -S` as text, or null. */
  readonly conntrackStats: string | null;
  /** What counters did between two samples; null or absent: one was taken. */
  readonly counterSample?: CounterSample | null;
  /**
   * Inputs that end in the middle, or could not be read in part, by name: what is missing from them is not missing on the node.
   * Empty or absent: all were whole.
   */
  readonly cutInputs?: readonly string[];
  /** What could not be read when the state was taken, as the manifest tells it. */
  readonly toldProblems?: readonly string[];
  /** How kube-proxy itself fares; absent: nothing is known of that. */
  readonly proxyHealth?: ProxyHealth;
  /** How commands of kubectl begin that are printed; absent: with `kubectl` alone. */
  readonly kubectl?: readonly string[];
  /** Absent: everything is asked about. */
  readonly focus?: Focus;
  /** Where this node's connections were followed to other captured nodes; absent or null: there are none. */
  readonly across?: AcrossNodes | null;
}

/** What was compared with the API, and what was not. */
export interface Coverage {
  /** Service ports that the API says this node must serve; null where Services or endpoints were not captured. */
  readonly ports: number | null;
  /** Ports that were followed packet by packet, each to an end that the capture tells. */
  readonly followed: number;
  /** Ports that were not compared, while others may have been: each stands in one of them. Empty where none was (`reason`). */
  readonly gaps: readonly CoverageGap[];
  /** Why ports were not compared at all; null where they were. */
  readonly reason: string | null;
  /** Service ports named by the rules that packets were sent to instead, where nothing was compared. */
  readonly named: number;
  /** Whereto connections were followed over the captures of other nodes; null where none of the same time was checked with this one. */
  readonly across: AcrossCoverage | null;
}

/** Service ports that could not be compared with the API, for one reason. */
export interface CoverageGap {
  /** How many: a port counts once in each family. */
  readonly ports: number;
  /** `shop/web:http`, each once. */
  readonly names: readonly string[];
  /** A clause: what was not captured. */
  readonly reason: string;
}
