import type { DemoName } from '../capture/demo.ts';
import type { Needs } from '../capture/live/live-state.ts';
import type { NodeTarget } from '../capture/live/reach-node.ts';
import type { ClusterAccess } from '../command/kubectl-argv.ts';
import type { FlowQuestion } from '../explain/flows/flow-question.ts';
import type { TraceQuestion } from '../explain/question/question.ts';
import type { Format, PageFormat, PlainFormat, TraceFormat } from '../render/format.ts';
import type { AskedService } from './asked-service.ts';

/** What each command was asked: argv as values. A command's `run` sees nothing else of the command line. */

/** Where the state comes from. */
export interface SourceRequest {
  /** `-f` arguments in order. */
  readonly files: readonly string[];
  /** A capture bundled with the program. */
  readonly demo: DemoName | false;
  /** A conntrack entry that the question quotes: it is of this node, too. */
  readonly typed?: string;
  /** Counts where there are neither files nor demo. Absent: then no state was named. */
  readonly live?: LiveRequest;
  /** `--explain-input`, and how that is written: what the input was recognised as is told, and the question is not answered. */
  readonly explained?: PlainFormat;
}

/** A live node, and what is needed of it. */
export interface LiveRequest {
  /** Null: this machine. */
  readonly target: NodeTarget | null;
  readonly access: ClusterAccess;
  /** `-l`: which of the nodes, where all are read. Absent: all. */
  readonly selector?: string;
  /** How many of them are asked at once. Absent: as is usual. */
  readonly atOnce?: number;
  /** False: `--no-api`. */
  readonly api: boolean;
  /** Pods that the question names, besides the node's own and those behind Services; or all of the cluster. */
  readonly pods: 'all' | readonly { readonly namespace: string; readonly name: string }[];
  readonly needs: Needs;
  /** The Service that the question names; absent: none, or not known yet. */
  readonly asked?: AskedService;
  /** Print what would be run, and run nothing. */
  readonly showCommands: boolean;
  /** Further nodes are read where the packet gets there. Absent: they are not. */
  readonly follow?: true;
  /** Print the rights that this takes in the cluster, and run nothing. */
  readonly showRole?: boolean;
}

/** What every command shares. */
export interface CommonRequest<F extends Format = PlainFormat> {
  readonly sources: SourceRequest;
  /** How the answer is written. */
  readonly output: F;
}

/** What may be asked again and again. */
export interface Watched {
  /** Seconds between two answers. Null or absent: there is one answer. */
  readonly watch?: number | null;
}

/** `trace <destination>`. */
export interface TraceRequest extends CommonRequest<TraceFormat>, TraceQuestion, Watched {
  /** No detail was asked for: the text is one screen, with the cause and what to do. */
  readonly screen: boolean;
}

/** `why <service>`. */
export interface WhyRequest extends CommonRequest<PageFormat>, TraceQuestion, Watched {}

/** `services`. */
export interface ServicesRequest extends CommonRequest, Watched {
  /** As typed; null: all. */
  readonly service: string | null;
  /** `screen`: the broken ones first, and on a terminal what fits; `wide`: all, with endpoints; `name`: names alone. */
  readonly listing: 'screen' | 'wide' | 'name';
  /** Null: all. */
  readonly namespace: string | null;
}

/** `chain <name>`. */
export interface ChainRequest extends CommonRequest {
  readonly name: string;
}

/** `conntrack`. */
export interface ConntrackRequest extends CommonRequest<PageFormat>, FlowQuestion {
  /** Of the text: one screen, or all. */
  readonly detail: 'answer' | 'full';
  /** A line of a tool, whose flow is asked for; null: none. */
  readonly line: string | null;
  /** Flows are told as they come and go. */
  readonly watch: boolean;
}

/** `diff <before> <after>`. */
export interface DiffRequest {
  readonly before: SourceRequest;
  readonly after: SourceRequest;
  readonly output: PageFormat;
  /** As typed: `pod:NAMESPACE/NAME`, `node`, an address or a network; null: everybody. */
  readonly from: string | null;
  readonly service: { readonly namespace: string; readonly name: string } | null;
  /** Classes of packets that may be traced in each family; null: as many as is usual. */
  readonly budget: number | null;
  /** Link-local addresses that a start of the node made up anew count as a difference. */
  readonly strict: boolean;
  /** With `path`, each witness has its two paths. */
  readonly detail: 'answer' | 'path' | 'full';
}

/** `capture -w <path>`. */
export interface CaptureRequest extends CommonRequest {
  /** As typed: a folder, or a file that ends in `.tar.gz`. */
  readonly write: string;
  readonly force: boolean;
  readonly allNodes: boolean;
  /** Rename everything that tells whose the capture is. */
  readonly redact: boolean;
}
