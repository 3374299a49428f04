import { formatAddress, sameAddress } from '../../../src/net/address.ts';
import type { Outcome, PathEntry, Trace } from '../../../src/trace/outcome.ts';
import type { Observation, SeenStep } from '../node/observation.ts';
import type { Wire } from '../node/wire.ts';

/** How the tracer's answer stands to what the kernel did. */
export interface Judgement {
  /** The outcome that is the kernel's way; null where none is. */
  readonly outcome: Outcome | null;
  /** What differs, of the outcome that comes nearest; empty where one is the kernel's way. */
  readonly differences: readonly string[];
}

/**
 * Compares every outcome with what the kernel did, step by step. One of them must be its way.
 * @param untold steps, by name, that the kernel tells of only now and then, or not at all
 * @param compared `result`: where it ends alone
 */
export function judge(
  trace: Trace,
  seen: Observation,
  untold: (name: string) => boolean = () => false,
  compared: 'steps' | 'result' = 'steps',
): Judgement {
  const told = { ...seen, steps: seen.steps.filter(({ name }) => !untold(name)) };
  const compare = compared === 'steps' ? compareInOrder : compareResult;
  let nearest: { readonly common: number; readonly differences: string[] } | null = null;
  for (const outcome of trace.outcomes) {
    const path = outcome.path.filter((entry) => !untold(stepName(entry)));
    const { common, differences } = compare({ ...outcome, path }, told);
    if (differences.length === 0) return { outcome, differences };
    if (nearest === null || common > nearest.common) nearest = { common, differences };
  }
  return { outcome: null, differences: nearest?.differences ?? ['no outcome at all'] };
}

function compareResult(outcome: Outcome, seen: Observation): { common: number; differences: string[] } {
  const differences = endThatDiffers(outcome, seen);
  return { common: differences.length === 0 ? 1 : 0, differences };
}

function compareInOrder(outcome: Outcome, seen: Observation): { common: number; differences: string[] } {
  const traced = outcome.path.map(stepName);
  // The rule that would rewrite is what drops where there is no address to write.
  if (outcome.reason?.code === 'no-address')
    traced.push((traced.pop() ?? '').replace(/^(nft .*) accept$/, '$1 drop'));
  const kernel = seen.steps.map(({ name }) => name);
  let common = 0;
  while (common < traced.length && common < kernel.length && traced[common] === kernel[common]) common++;
  if (common < traced.length || common < kernel.length) {
    const rest = (names: readonly string[]): string =>
      names.slice(common, common + 6).join(', ') || '(nothing)';
    const after = common === 0 ? 'at first' : `after ${kernel[common - 1]}`;
    const next = outcome.path[common]?.step.rule?.text;
    return {
      common,
      differences: [
        `${after}: the kernel passes ${rest(kernel)}; traced ${rest(traced)}`,
        ...(next === undefined ? [] : [`the rule traced next: ${next}`]),
        `traced ${endOf(outcome)}; the kernel ${seenEnd(seen)}`,
      ],
    };
  }
  const differences = [...fieldsThatDiffer(outcome, seen.steps), ...endThatDiffers(outcome, seen)];
  return { common: common + (differences.length === 0 ? 1 : 0), differences };
}

/** @returns the step as {@link SeenStep} names it. */
export function stepName({ step }: PathEntry): string {
  if (step.program !== 'nft')
    return `${step.program === 'iptables' ? step.backend : step.program} ${step.table} ${step.chain} ${step.rule?.number ?? 'end'}`;
  const spot = step.rule === null ? 'end' : `${step.rule.number} ${nftVerdict(step.action, step.target)}`;
  return `nft ${step.family} ${step.table} ${step.chain} ${spot}`;
}

/** What nf_tables calls the verdict: that of a rule which translates is accept, and a rule that refuses drops. */
function nftVerdict(action: string, target: string | null): string {
  switch (action) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'unrecognised':
      return action;
    case 'jump':
    case 'goto':
      return `${action} ${target}`;
    case 'reject':
      return 'drop';
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
    case 'netmap':
      return 'accept';
    default:
      return 'continue';
  }
}

function isNative(entry: PathEntry | undefined): boolean {
  return entry?.step.program === 'nft';
}

/** The packet at every step: x_tables tells it as the rule found it, nf_tables its mark after the rule. */
function fieldsThatDiffer(outcome: Outcome, steps: readonly SeenStep[]): string[] {
  const differences: string[] = [];
  for (const [i, { name, mark, packet }] of steps.entries()) {
    const legacy = name.startsWith('iptables-legacy');
    const state = outcome.path[i]?.state;
    // A step of a native rule holds the packet as its statements left it.
    const next = outcome.path[i + 1];
    const marked = legacy || isNative(outcome.path[i]) ? state : isNative(next) ? undefined : next?.state;
    if (marked !== undefined && marked.mark !== null && marked.mark !== mark)
      differences.push(`${name}: mark 0x${mark.toString(16)}, traced 0x${marked.mark.toString(16)}`);
    if (!legacy || state === undefined || packet === null) continue;
    const ends = endsThatDiffer(
      packet,
      state.destination,
      state.destinationPort,
      state.source.address,
      state.sourcePort,
    );
    differences.push(...ends.map((text) => `${name}: ${text}`));
    if (state.ttl !== null && state.ttl !== packet.ttl)
      differences.push(`${name}: TTL ${packet.ttl}, traced ${state.ttl}`);
    if (((state.tos.bits ^ packet.tos) & state.tos.known) !== 0)
      differences.push(`${name}: TOS ${packet.tos}, traced ${state.tos.bits}`);
  }
  return differences;
}

function endThatDiffers(outcome: Outcome, seen: Observation): string[] {
  const difference = [`traced ${endOf(outcome)}; the kernel ${seenEnd(seen)}`];
  const { destination, source, exit } = outcome;
  if (outcome.verdict === 'unknown') return difference;
  if (outcome.verdict !== 'accept') {
    if (seen.out !== null || seen.delivered !== null) return difference;
    const answers = outcome.rejectWith === null ? undefined : ANSWERS[outcome.rejectWith];
    return answers !== undefined && seen.answer !== null && answers !== seen.answer ? difference : [];
  }
  if (exit?.kind === 'interface') {
    if (seen.out === null || seen.out.device !== exit.name) return difference;
    const { packet } = seen.out;
    const ends = endsThatDiffer(
      packet,
      destination.address,
      destination.port,
      source.sender.address,
      source.port,
    );
    return ends.map((text) => `leaving: ${text}`);
  }
  // Where routing rests on what is not known, so does the interface.
  if (exit === null) return seen.out === null && seen.delivered === null ? difference : [];
  if (seen.delivered === null) return difference;
  const { packet, destination: told } = seen.delivered;
  const to = told ?? destination.address;
  const ends = endsThatDiffer(
    { ...packet, destination: to },
    destination.address,
    destination.port,
    source.sender.address,
    source.port,
  );
  return ends.map((text) => `delivered: ${text}`);
}

/** A port or address that the trace leaves open may be any. */
function endsThatDiffer(
  packet: Wire,
  destination: Outcome['destination']['address'],
  destinationPort: number | null,
  source: Outcome['destination']['address'] | null,
  sourcePort: number | null,
): string[] {
  const differences: string[] = [];
  const differ = (what: string, kernel: string, traced: string): void => {
    differences.push(`${what} ${kernel}, traced ${traced}`);
  };
  if (!sameAddress(packet.destination, destination))
    differ('destination', formatAddress(packet.destination), formatAddress(destination));
  if (
    packet.destinationPort !== null &&
    destinationPort !== null &&
    packet.destinationPort !== destinationPort
  )
    differ('destination port', `${packet.destinationPort}`, `${destinationPort}`);
  if (source !== null && !sameAddress(packet.source, source))
    differ('source', formatAddress(packet.source), formatAddress(source));
  if (packet.sourcePort !== null && sourcePort !== null && packet.sourcePort !== sourcePort)
    differ('source port', `${packet.sourcePort}`, `${sourcePort}`);
  return differences;
}

/** What the sender gets for each `--reject-with` and each refusing route. */
const ANSWERS: Readonly<Record<string, string>> = {
  'icmp-net-unreachable': 'icmp 3/0',
  'icmp-host-unreachable': 'icmp 3/1',
  'icmp-proto-unreachable': 'icmp 3/2',
  'icmp-port-unreachable': 'icmp 3/3',
  'icmp-net-prohibited': 'icmp 3/9',
  'icmp-host-prohibited': 'icmp 3/10',
  'icmp-admin-prohibited': 'icmp 3/13',
  'icmp-ttl-exceeded': 'icmp 11/0',
  'icmp6-no-route': 'icmp6 1/0',
  'icmp6-adm-prohibited': 'icmp6 1/1',
  'icmp6-beyond-scope': 'icmp6 1/2',
  'icmp6-addr-unreachable': 'icmp6 1/3',
  'icmp6-port-unreachable': 'icmp6 1/4',
  'icmp6-policy-fail': 'icmp6 1/5',
  'icmp6-reject-route': 'icmp6 1/6',
  'icmp6-time-exceeded': 'icmp6 3/0',
  'tcp-reset': 'tcp-reset',
};

function endOf({ verdict, exit, destination, source, rejectWith, reason }: Outcome): string {
  const from = source.sender.address === null ? '?' : formatAddress(source.sender.address);
  const way = `${from} port ${source.port} to ${formatAddress(destination.address)} port ${destination.port}`;
  const where = exit === null ? '' : exit.kind === 'local' ? ', delivered' : `, out through ${exit.name}`;
  return `${verdict}${where} (${[way, rejectWith, reason?.code].filter(Boolean).join('; ')})`;
}

/** @returns where the kernel let the packet end, and what it was then, in words. */
export function resultOf(seen: Observation): string {
  return seenEnd(seen);
}

function seenEnd({ out, delivered, answer, errno }: Observation): string {
  const packet = out?.packet ?? delivered?.packet;
  const way =
    packet === undefined
      ? ''
      : ` (${formatAddress(packet.source)} port ${packet.sourcePort} to ${formatAddress(packet.destination)} port ${packet.destinationPort})`;
  const where =
    out !== null ? `sends it out through ${out.device}` : delivered !== null ? 'delivers it' : 'drops it';
  const told = [answer, errno === null ? null : `errno ${errno}`].filter((text) => text !== null);
  return where + way + (told.length === 0 ? '' : `, answering ${told.join(', ')}`);
}
