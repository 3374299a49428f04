import type { WatchedFlow } from '../../explain/flows/flow-watch.ts';
import { socketText } from '../../net/socket.ts';
import { counted } from '../../words/numbers.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import type { TextOptions } from '../text-options.ts';
import { wrap } from '../wrap.ts';
import { clientName, podName } from './words.ts';

const VERBS: Readonly<Record<WatchedFlow['kind'], string>> = {
  new: 'begins',
  update: 'changes',
  destroy: 'ends',
};

/** What later lines of an event begin with: under its flow. */
const HANG = ' '.repeat(18);

/**
 * @param time of the event, `14:03:12`. @param asOf what a problem rests on, where the rules were read before the event
 * @returns one event as a line, and a line for each thing that is wrong with its flow
 */
export function renderFlowEvent(
  { kind, flow, problems }: WatchedFlow,
  time: string,
  asOf: string | null,
  { colours, width }: TextOptions,
): string {
  const verb = paintOf(kind, colours)(VERBS[kind].padEnd(7));
  const facts = factsOf(kind, flow);
  const tail = facts.length === 0 ? '' : `, ${escapeTerminal(facts.join(', '))}`;
  const first = `${time}  ${verb} ${flow.protocol} ${wayOf(flow)}${tail}`;
  const lines = problems.map(({ code, severity, message }) => {
    const paint =
      severity === 'error' ? colours.bad : severity === 'warning' ? colours.warning : colours.faint;
    const when = asOf === null ? '' : ` (${asOf})`;
    return `${HANG}${paint(code)}: ${escapeTerminal(message + when)}`;
  });
  return [first, ...lines].map((line) => `${wrap(line, width, HANG)}\n`).join('');
}

function paintOf(kind: WatchedFlow['kind'], colours: Colours): (text: string) => string {
  if (kind === 'new') return colours.strong;
  return kind === 'update' ? (text) => text : colours.faint;
}

/** Who asks → what was asked for → who answers. */
function wayOf({ client, original, reply, service, endpoint }: WatchedFlow['flow']): string {
  const from = clientName(client);
  const source = socketText(original.source.address, original.source.port);
  const asked = socketText(original.destination.address, original.destination.port);
  const answers = socketText(reply.source.address, reply.source.port);
  const port = service?.port == null || service.port === '' ? '' : `:${service.port}`;
  const name =
    service?.name == null ? '' : escapeTerminal(`${service.namespace ?? '?'}/${service.name}${port}`);
  const pod = podName(endpoint);
  const where =
    endpoint?.node == null ? '' : endpoint.thisNode === true ? ' on this node' : ` on ${endpoint.node}`;
  const who = pod === '-' ? '' : ` ${pod}${escapeTerminal(where)}`;
  return [
    from === '' ? source : `${source} (${from})`,
    name === '' ? asked : `${name} (${asked})`,
    ...(answers === asked ? (name === '' && who !== '' ? [who.trim()] : []) : [`${answers}${who}`]),
  ].join(' → ');
}

function factsOf(kind: WatchedFlow['kind'], flow: WatchedFlow['flow']): string[] {
  const { state, status, original, reply, service } = flow;
  const untranslated =
    service !== null &&
    socketText(original.destination.address, original.destination.port) ===
      socketText(reply.source.address, reply.source.port);
  const packets =
    original.packets === null || reply.packets === null
      ? []
      : [`${counted(original.packets, 'packet')} there, ${reply.packets} back`];
  const never = status.includes('UNREPLIED');
  return [
    ...(state === null ? [] : [state]),
    ...(kind === 'destroy' && never ? ['never answered'] : status.filter((word) => word !== 'UNREPLIED')),
    ...(kind !== 'new' && kind !== 'destroy' && never ? ['not answered yet'] : []),
    ...(untranslated ? ['not translated'] : []),
    ...(kind === 'destroy' ? packets : []),
  ];
}
