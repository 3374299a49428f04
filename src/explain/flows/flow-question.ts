import type { Flow } from '../../conntrack/flow.ts';
import type { WantedFlows } from '../../conntrack/wanted-flows.ts';
import { dictionary } from '../../lookup/dictionary.ts';
import { type Address, parseAddress, sameAddress } from '../../net/address.ts';
import type { FlowProblemCode, Severity } from '../flow-list.ts';
import { withoutKind } from '../question/as-typed.ts';
import { type Known, QuestionError } from '../question/question.ts';
import { nearest } from '../words/nearest.ts';
import type { FlowPlace } from './flow-places.ts';
import type { RuleServices } from './rule-services.ts';
import { readService } from './service-question.ts';
import { readSpot, type Spot } from './spot.ts';

/** What `conntrack` is asked, as typed. Null: not asked for. */
export interface FlowQuestion {
  readonly svc: string | null;
  readonly endpoint: string | null;
  readonly client: string | null;
  readonly state: string | null;
  readonly problem: string | null;
  /** Completes names given without one. */
  readonly namespace: string;
  /** Most flows to list. */
  readonly limit: number;
}

/** A question, resolved. */
export interface FlowFilter {
  /** What `--svc` means in words; null: all flows. */
  readonly title: string | null;
  /** Which lines can hold what is asked for; null: any. */
  readonly wanted: WantedFlows | null;
  /** Null: every place. */
  readonly place: ((place: FlowPlace) => boolean) | null;
  readonly clients: readonly Address[] | null;
  readonly endpoints: readonly Spot[] | null;
  /** In upper case. */
  readonly state: string | null;
  readonly problem: string | null;
}

/** Words that `--problem` takes besides the codes. */
const PROBLEM_WORDS = ['any', 'stale', 'error', 'warning', 'info'] as const;

const CODES: Readonly<Record<FlowProblemCode, true>> = {
  'endpoint-gone': true,
  'address-reassigned': true,
  'never-translated': true,
  'service-deleted': true,
  'host-port-moved': true,
  'endpoint-not-serving': true,
  'endpoint-draining': true,
  'not-chosen': true,
  'not-programmed': true,
  'no-endpoints': true,
  'no-such-port': true,
  'foreign-nat': true,
  unreplied: true,
};

/** @returns the question's meaning. @throws QuestionError where it names nothing that is known. */
export function readFlowQuestion(question: FlowQuestion, known: Known, services: RuleServices): FlowFilter {
  const svc =
    question.svc === null
      ? null
      : readService(withoutKind(question.svc), question.namespace, known, services);
  return {
    title: svc?.title ?? null,
    wanted: svc?.wanted ?? null,
    place: svc?.matches ?? null,
    clients:
      question.client === null
        ? null
        : spotsOf('--client', question.client, question, known).map(({ address }) => address),
    endpoints: question.endpoint === null ? null : spotsOf('--endpoint', question.endpoint, question, known),
    state: question.state === null ? null : readState(question.state),
    problem: question.problem === null ? null : readProblem(question.problem),
  };
}

/** @returns true where the flow has the state: `ESTABLISHED`, …, or a status such as `UNREPLIED`. */
export function hasState(flow: Pick<Flow, 'state' | 'status'>, wanted: string): boolean {
  if (wanted === 'REPLIED') return !flow.status.includes('UNREPLIED');
  return flow.state === wanted || flow.status.includes(wanted);
}

/** @returns true where some problem is the one asked for. */
export function hasProblem(
  problems: readonly { readonly code: FlowProblemCode; readonly severity: Severity }[],
  stale: boolean,
  wanted: string,
): boolean {
  if (wanted === 'any') return problems.length > 0;
  if (wanted === 'stale') return stale;
  return problems.some(({ code, severity }) => code === wanted || severity === wanted);
}

/** @returns true where the answering place is one of those asked for. */
export function isAtSpot(spots: readonly Spot[], address: Address, port: number | null): boolean {
  return spots.some(
    (spot) => sameAddress(spot.address, address) && (spot.port === null || spot.port === port),
  );
}

/**
 * States and statuses as conntrack(8) prints them: of TCP, SCTP and DCCP (net/netfilter/nf_conntrack_proto_*.c, 6.12), and the
 * bits of a flow's status.
 */
const STATES = [
  ...['ESTABLISHED', 'SYN_SENT', 'SYN_SENT2', 'SYN_RECV', 'FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT'],
  ...['CLOSE', 'NONE', 'LISTEN'],
  ...['COOKIE_WAIT', 'COOKIE_ECHOED', 'SHUTDOWN_SENT', 'SHUTDOWN_RECD', 'SHUTDOWN_RECV', 'SHUTDOWN_ACK_SENT'],
  ...['CLOSED', 'HEARTBEAT_SENT', 'HEARTBEAT_ACKED'],
  ...['REQUEST', 'RESPOND', 'PARTOPEN', 'OPEN', 'CLOSEREQ', 'CLOSING', 'TIMEWAIT', 'IGNORE', 'INVALID'],
  ...['UNREPLIED', 'REPLIED', 'ASSURED', 'OFFLOAD', 'HW_OFFLOAD', 'SEEN_REPLY', 'DYING', 'FIXED_TIMEOUT'],
];

/** What `ss` and netstat call them. */
const OTHER_NAMES = dictionary<string>({
  ESTAB: 'ESTABLISHED',
  'SYN-SENT': 'SYN_SENT',
  'SYN-RECV': 'SYN_RECV',
  'TIME-WAIT': 'TIME_WAIT',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  'LAST-ACK': 'LAST_ACK',
  'FIN-WAIT-1': 'FIN_WAIT',
  'FIN-WAIT-2': 'FIN_WAIT',
  FIN_WAIT1: 'FIN_WAIT',
  FIN_WAIT2: 'FIN_WAIT',
});

function readState(text: string): string {
  const word = text.toUpperCase();
  if (STATES.includes(word)) return word;
  const near = OTHER_NAMES[word] ?? nearest(word, STATES)[0];
  const hint = near === undefined ? '' : ` (Did you mean ${near}?)`;
  throw new QuestionError(
    `--state ${text} is no state that conntrack knows${hint}; there are ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT, CLOSE_WAIT, LAST_ACK, TIME_WAIT, CLOSE, UNREPLIED, REPLIED, ASSURED and those of SCTP and DCCP`,
  );
}

function readProblem(text: string): string {
  const word = text.toLowerCase();
  if (Object.hasOwn(CODES, word) || PROBLEM_WORDS.some((each) => each === word)) return word;
  const [near] = nearest(word, [...PROBLEM_WORDS, ...Object.keys(CODES)]);
  throw new QuestionError(
    `--problem ${text} is none of ${[...PROBLEM_WORDS, ...Object.keys(CODES)].join(', ')}${near === undefined ? '' : ` (Did you mean ${near}?)`}`,
  );
}

/** An address with or without port, or a pod by name. */
function spotsOf(option: string, text: string, { namespace }: FlowQuestion, known: Known): Spot[] {
  const literal = readSpot(text);
  if (literal !== null) return [literal];
  const slash = text.replace(/^pod:/, '');
  const [first = '', second] = slash.split('/');
  const wanted = second === undefined ? { namespace, name: first } : { namespace: first, name: second };
  if (known.cluster.pods === null) {
    throw new QuestionError(
      `${option} ${text}: the capture holds no pods (pods.json); give an address instead`,
    );
  }
  const pod = known.book.podNamed(wanted.namespace, wanted.name);
  if (pod === null) {
    throw new QuestionError(
      `${option} ${text}: no pod ${wanted.namespace}/${wanted.name} in the capture; an address works without names`,
    );
  }
  return pod.ips.flatMap((ip) => {
    const address = parseAddress(ip);
    return address === null ? [] : [{ address, port: null }];
  });
}
