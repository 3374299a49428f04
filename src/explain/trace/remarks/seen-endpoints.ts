import { formatAddress } from '../../../net/address.ts';
import { socketText } from '../../../net/socket.ts';
import type { Outcome } from '../../../trace/outcome.ts';
import { seenSockets } from '../../services/seen-sockets.ts';
import type { Remark } from '../../trace-list.ts';
import { type RemarkContext, remark } from './context.ts';
import { isTranslated, placeOf, translatedBy } from './path-facts.ts';

const SHOWN = 3;

/** Holds where a rule sends the packet against what a pasted table of kubectl shows: which of them is older, nothing tells. */
export function seenElsewhere(outcome: Outcome, { trace, known, namer }: RemarkContext): readonly Remark[] {
  const by = translatedBy(outcome);
  if (outcome.verdict !== 'accept' || by === null || !isTranslated(outcome, trace)) return [];
  // Without such a table the Service need not be named for each outcome.
  if (known.cluster.seen === undefined) return [];
  const service = namer.serviceOf(trace);
  const seen = service === null ? null : seenSockets(known.cluster, service);
  if (service === null || seen === null || !seen.isWhole) return [];
  const { address, port } = outcome.destination;
  const socket = socketText(formatAddress(address), port);
  const { sockets } = seen;
  if (sockets.includes(socket)) return [];
  // A table of one family says nothing of the other.
  const own = sockets.filter((one) => one.startsWith('[') === socket.startsWith('['));
  if (sockets.length > 0 && own.length === 0) return [];
  const name = `${service.namespace}/${service.name}`;
  const has = own.length === 0 ? 'no endpoint' : `endpoint${own.length === 1 ? '' : 's'} ${shown(own)}`;
  const text = `${placeOf(by)} sends the packet to ${socket}, but kubectl shows ${has} of ${name}: the rules are stale, or the table is older`;
  return remark('seen-elsewhere', 'may-break', text);
}

function shown(sockets: readonly string[]): string {
  const more = sockets.length > SHOWN ? ` and ${sockets.length - SHOWN} more` : '';
  return `${sockets.slice(0, SHOWN).join(', ')}${more}`;
}
