import type { Witness, WitnessSide } from '../../diff/document.ts';
import type { StepItem } from '../../explain/trace-list.ts';
import { socketText } from '../../net/socket.ts';
import { percent } from '../../words/numbers.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import { placeText } from '../trace/verdict-text.ts';
import { sign } from './change-lines.ts';
import { leavingText } from './leaving-text.ts';

type Ending = WitnessSide['outcomes'][number];

/** @returns one line: the packet, and what becomes of it on each side. */
export function witnessLine(witness: Witness, colours: Colours): string {
  const { packet, severity, service, destinations } = witness;
  const to = socketText(packet.destination.address, packet.destination.port);
  const name = service === null ? '' : ` (${serviceName(service)})`;
  const more = destinations.more + destinations.examples.length - 1;
  const others = more > 0 ? ` and ${more} more ${more === 1 ? 'destination' : 'destinations'}` : '';
  const extras = [
    ...(packet.mark === '0x0' ? [] : [`mark ${packet.mark}`]),
    ...(packet.state === 'NEW' ? [] : [`state ${packet.state}`]),
    ...(packet.entersAt === 'PREROUTING' && packet.inInterface !== null ? [`in ${packet.inInterface}`] : []),
    ...(packet.icmp === null ? [] : [`type ${packet.icmp.type}`]),
  ];
  const sender = senderText(witness);
  const what = `${packet.protocol} ${sender} → ${to}${name}${others}${extras.length === 0 ? '' : `, ${extras.join(', ')}`}`;
  const [before, after] = [
    sideText(witness.before, witness.after, witness),
    sideText(witness.after, witness.before, witness),
  ];
  return `${sign(severity, colours)} ${colours.name(escapeTerminal(what))}: before ${escapeTerminal(before)}, after ${colours.strong(escapeTerminal(after))}${conditionText(witness)}`;
}

function senderText({ packet, from }: Witness): string {
  const { address } = packet.source;
  if (packet.entersAt === 'OUTPUT') return from;
  return address === null || from === address ? from : `${address} (${from})`;
}

function serviceName({ namespace, name, port, via }: NonNullable<Witness['service']>): string {
  const kinds = {
    clusterIP: ' cluster IP',
    nodePort: ' node port',
    externalIP: ' external IP',
    loadBalancerIP: ' load balancer IP',
  };
  return `${namespace}/${name}${port === '' ? '' : `:${port}`}${via === null ? '' : kinds[via]}`;
}

/** Conditions under which the sides differ; where one side has none, the other's. */
function conditionText({ before, after }: Witness): string {
  const given = [...new Set([...before.given, ...after.given].map(({ text }) => text))];
  if (given.length === 0) return '';
  const more =
    given.length > 1
      ? ` and ${given.length - 1} more ${given.length === 2 ? 'condition' : 'conditions'}`
      : '';
  return escapeTerminal(`, if ${given[0] ?? ''}${more}`);
}

function sideText(side: WitnessSide, other: WitnessSide, witness: Witness): string {
  const accepted = side.outcomes.filter(({ verdict }) => verdict === 'accept');
  const refused = side.outcomes.filter(({ verdict }) => verdict !== 'accept');
  const parts = [
    ...(accepted.length === 0 ? [] : [acceptedText(accepted, other, witness)]),
    ...refusals(refused, side),
  ];
  return parts.join(' and ');
}

/** What one rule does to packets for several endpoints is told once, with their shares added up. */
function refusals(outcomes: readonly Ending[], side: WitnessSide): string[] {
  const shares = new Map<string, number>();
  for (const outcome of outcomes) {
    const text = refusedText(outcome, side);
    shares.set(text, (shares.get(text) ?? 0) + outcome.probability);
  }
  return [...shares].map(([text, share]) => `${share > 1 - 1e-9 ? '' : `${percent(share)} `}${text}`);
}

function acceptedText(outcomes: readonly Ending[], other: WitnessSide, witness: Witness): string {
  const own = placesOf(outcomes, witness);
  const passing = other.outcomes.filter(({ verdict }) => verdict === 'accept');
  const others = placesOf(passing, witness);
  if (own.size === 1 && own.has(ITSELF)) {
    const [first] = outcomes;
    const exit =
      first?.exit?.kind === 'interface'
        ? `, leaves through ${first.exit.name}`
        : first?.exit?.kind === 'local'
          ? ', to this node itself'
          : '';
    return `passes with destination unchanged${exit}${leavingText(outcomes, passing, exit)}`;
  }
  const lacking = [...own.keys()].filter((place) => !others.has(place));
  const count = own.size === 1 ? '1 endpoint' : `${own.size} endpoints`;
  const which =
    lacking.length === 0 || others.size === 0 || others.has(ITSELF)
      ? own.size <= 3
        ? ` ${[...own.keys()].join(' ')}`
        : ''
      : ` with ${shown(lacking)}`;
  const uneven =
    lacking.length === 0 &&
    [...own].some(([place, part]) => Math.abs(part - (others.get(place) ?? part)) > 1e-6);
  const shares = uneven ? ` (${shown([...own].map(([place, part]) => `${place} ${percent(part)}`))})` : '';
  return `${count}${shares === '' ? which : shares}${leavingText(outcomes, passing, '')}`;
}

const ITSELF = '';

function placesOf(outcomes: readonly Ending[], { packet }: Witness): Map<string, number> {
  const places = new Map<string, number>();
  for (const { destination, probability } of outcomes) {
    const same =
      destination.address === packet.destination.address && destination.port === packet.destination.port;
    const place = same ? ITSELF : socketText(destination.address, destination.port);
    places.set(place, (places.get(place) ?? 0) + probability);
  }
  return places;
}

function refusedText(outcome: Ending, { deciders }: WitnessSide): string {
  const verdict = {
    drop: 'DROP',
    reject: `REJECT with ${outcome.rejectWith}`,
    queue: 'QUEUE',
    unknown: 'UNKNOWN',
    accept: '',
  }[outcome.verdict];
  if (outcome.reason !== null) return `${verdict} (${outcome.reason.text})`;
  const decidedBy = deciders.find(({ id }) => id === outcome.decidedBy);
  return decidedBy === undefined ? verdict : `${verdict} by ${placeText(decidedBy)}`;
}

function shown(texts: readonly string[]): string {
  return texts.length <= 3 ? texts.join(' ') : `${texts.slice(0, 3).join(' ')} and ${texts.length - 3} more`;
}

/** @returns the two paths up to where they part. */
export function pathLines({ before, after, common }: Witness, colours: Colours): string[] {
  const shared = before.path.slice(0, common);
  const skipped = Math.max(0, shared.length - 3);
  return [
    ...(skipped === 0 ? [] : [colours.faint(`      ${skipped} steps alike, then`)]),
    ...shared.slice(skipped).map((step) => `      ${stepText(step)}`),
    ...partText('before', before, common),
    ...partText('after', after, common),
  ];
}

function partText(name: string, side: WitnessSide, common: number): string[] {
  const step = side.path[common];
  const lines = [`    ${name.padEnd(6)} ${step === undefined ? 'no further rule' : stepText(step)}`];
  const { decidedBy } = side;
  if (decidedBy !== null && decidedBy.id !== step?.id) lines.push(`           … ${stepText(decidedBy)}`);
  return lines;
}

function stepText(step: StepItem): string {
  const target = step.target === null ? '' : ` ${escapeTerminal(step.target)}`;
  const text = step.text === null ? '' : `  ${escapeTerminal(step.text)}`;
  return `${step.hook} ${placeText(step)}: ${step.action}${target}${text}`;
}
