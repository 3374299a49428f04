import type { Field } from '../../nftables/expression.ts';
import { labelsOf } from '../labels.ts';
import { markBitsOf } from '../packet-mark.ts';
import { type Connection, shownConnection } from '../state.ts';
import type { NftContext } from './context.ts';
import { readSender } from './read-sender.ts';
import { ABSENT, EVERY, known, OPEN, type Reading, readBits } from './values.ts';
import { CT_STATES, CT_STATUS } from './words.ts';

/** @returns what is known of a key of the packet's connection (nft_ct_get_eval, net/netfilter/nft_ct.c). */
export function readCt({ key, direction }: Extract<Field, { kind: 'ct' }>, { state }: NftContext): Reading {
  // Of a packet that was not tracked, or not yet, only the state can be asked: it is invalid, or new where it has a zone.
  if (key === 'state') {
    const shown = shownConnection(state);
    if (shown !== null) return known(STATES[shown.state]);
    return known(state.untracked === 'UNTRACKED' ? CT_STATES.untracked : CT_STATES.invalid);
  }
  const { connection } = state;
  if (connection === null) return ABSENT;
  switch (key) {
    case 'status':
      return status(connection);
    case 'direction':
      return connection.direction === null ? OPEN : known(connection.direction === 'REPLY' ? 1 : 0);
    case 'mark':
      return readBits(markBitsOf(connection));
    case 'l3proto':
      return known(state.family === 'ipv4' ? 2 : 10);
    case 'protocol':
      return connection.quoted ? OPEN : known(state.protocol);
    case 'label':
      // A connection without labels reads as zero (nft_ct_get_eval); which bit a name stands for no listing tells.
      return labelsOf(connection)?.length === 0 ? known(0) : OPEN;
    case 'zone': {
      const { original, reply } = state.zones ?? { original: 0, reply: 0 };
      // Without a direction it is the zone's number, in whichever it holds.
      const zone =
        direction === 'reply' ? reply : direction === 'original' || original !== 0 ? original : reply;
      return zone === null ? OPEN : known(zone);
    }
    case 'proto-src':
    case 'proto-dst':
    case 'saddr':
    case 'daddr':
    case 'ip saddr':
    case 'ip daddr':
    case 'ip6 saddr':
    case 'ip6 daddr':
      return end(connection, key, direction ?? directionOf(connection), state.family);
    default:
      // Helper, label, id, expiration, bytes, …: in no capture, or changed with every packet.
      return OPEN;
  }
}

const STATES: Readonly<Record<Connection['state'], number>> = {
  NEW: CT_STATES.new,
  ESTABLISHED: CT_STATES.established,
  RELATED: CT_STATES.related,
};

function directionOf({ direction }: Connection): 'original' | 'reply' {
  return direction === 'REPLY' ? 'reply' : 'original';
}

function status(connection: Connection): Reading {
  const { seenReply, assured, confirmed, snat, dnat, sourceDecided, destinationDecided } = connection;
  let bits = 0;
  let open = 0;
  const add = (bit: number, set: boolean | null): void => {
    if (set === null) open |= bit;
    else if (set) bits |= bit;
  };
  add(CT_STATUS['seen-reply'], seenReply);
  add(CT_STATUS.assured, assured);
  add(CT_STATUS.confirmed, confirmed);
  add(CT_STATUS.snat, snat);
  add(CT_STATUS.dnat, dnat);
  add(CT_STATUS['snat-done'], sourceDecided);
  add(CT_STATUS['dnat-done'], destinationDecided);
  // Whether a helper expected it or changed its sequence numbers is not told.
  if (connection.state === 'RELATED' || connection.fromCapture)
    open |= CT_STATUS.expected | CT_STATUS['seq-adjust'];
  if (open === 0) return known(bits);
  return { kind: 'partly', bits: BigInt(bits), known: EVERY & ~BigInt(open) };
}

function end(
  connection: Connection,
  key: string,
  direction: 'original' | 'reply',
  family: 'ipv4' | 'ipv6',
): Reading {
  if ((key.startsWith('ip ') && family !== 'ipv4') || (key.startsWith('ip6 ') && family !== 'ipv6'))
    return ABSENT;
  if (connection.quoted) return OPEN;
  const source = key.endsWith('saddr') || key === 'proto-src';
  const reply = direction === 'reply';
  if (key.startsWith('proto-')) {
    const port = reply
      ? source
        ? connection.replySourcePort
        : connection.replyDestinationPort
      : source
        ? connection.originalSourcePort
        : connection.originalDestinationPort;
    return port === null ? OPEN : known(port);
  }
  const address = reply
    ? source
      ? connection.replySource
      : connection.replyDestination
    : source
      ? connection.originalSource
      : connection.originalDestination;
  if ('value' in address) return known(address.value);
  // The client's address is asked as the packet's own is, but learning it here says nothing of the packet after NAT.
  return address.address !== null ? known(address.address.value) : readSender(address, family, null);
}
