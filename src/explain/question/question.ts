import type { FlowTable } from '../../conntrack/flow-table.ts';
import type { Host } from '../../host/facts.ts';
import type { Ruleset } from '../../iptables/ruleset.ts';
import type { Cluster } from '../../kubernetes/objects.ts';
import type { AddressBook } from '../../names/addresses.ts';
import type { ProxyMode } from '../explanation.ts';

/** What `trace` is asked, as typed. */
export interface TraceQuestion {
  readonly destination: string;
  readonly from: string | null;
  readonly protocol: string | null;
  readonly sourcePort: number | null;
  readonly inInterface: string | null;
  readonly mark: number | null;
  readonly ctstate: string | null;
  readonly namespace: string;
  /** With `full`, rules that did not match are listed too. */
  readonly detail: 'answer' | 'path' | 'full';
}

/** What is known of the node and the cluster. */
export interface Known {
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  readonly cluster: Cluster;
  /** The cluster's addresses, indexed. */
  readonly book: AddressBook;
  readonly flows: FlowTable | null;
  /** The node's name, where the capture says. */
  readonly node: string | null;
  readonly proxyMode: ProxyMode;
}

/** The question cannot be asked as it stands. The message names what is wrong and the way out; it may quote what was typed. */
export class QuestionError extends Error {}
