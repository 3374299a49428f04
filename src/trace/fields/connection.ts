import type { TupleSide } from '../../iptables/match.ts';
import type { Family } from '../../net/address.ts';
import { type AddressSet, allowsAddress, allowsPartly, type NumberSet } from '../../rules/value-set.ts';
import { type Answer, type Unknown, unknown, yesNo } from '../answer.ts';
import { askConnectionMark } from '../packet-mark.ts';
import type { QuotedFact } from '../question.ts';
import { type Connection, type PacketState, shownConnection } from '../state.ts';
import type { Evaluator } from './context.ts';
import { allowsNumber, numberOr, senderWithin } from './values.ts';

/**
 * The state of the packet, plus DNAT and SNAT once the connection has been rewritten (net/netfilter/xt_conntrack.c).
 * Without a connection a packet is INVALID, or UNTRACKED where a raw rule said so.
 */
export const state: Evaluator<'ct.state'> = ({ in: states }, { state }) => {
  const connection = shownConnection(state);
  if (connection === null) return yesNo(states.includes(state.untracked ?? 'INVALID'));
  return yesNo(
    states.includes(connection.state) ||
      (connection.dnat && states.includes('DNAT')) ||
      (connection.snat && states.includes('SNAT')),
  );
};

/** The protocol of the connection's entry. */
export const protocol: Evaluator<'ct.protocol'> = ({ in: set }, { state }) => {
  const connection = shownConnection(state);
  if (connection === null) return 'absent';
  if (connection.quoted) return ofQuoted({ fact: 'protocol', set });
  if (set.kind === 'named') return unknown({ code: 'protocol-name', of: 'connection', name: set.name });
  // A template is of protocol 0.
  return allowsNumber(set, state.connection === null ? 0 : state.protocol);
};

/** An address of one end of the connection's two tuples. */
export function address(
  tuple: TupleSide,
): (test: { readonly in: AddressSet }, context: { readonly state: PacketState }) => Answer {
  return ({ in: within }, { state }) => {
    const connection = shownConnection(state);
    if (connection === null) return 'absent';
    const { family } = state;
    if (connection.quoted) return ofQuoted({ fact: 'address', tuple, within, family });
    return endWithin(connection, tuple, within, family);
  };
}

function endWithin(connection: Connection, tuple: TupleSide, within: AddressSet, family: Family): Answer {
  switch (tuple) {
    case 'origsrc':
      return senderWithin(connection.originalSource, within, family);
    case 'origdst':
      return yesNo(allowsAddress(within, connection.originalDestination));
    case 'replsrc':
      return yesNo(allowsAddress(within, connection.replySource));
    case 'repldst': {
      const { address } = connection.replyDestination;
      return address === null
        ? unknown({ code: 'reply-destination', within, family })
        : yesNo(allowsAddress(within, address));
    }
  }
}

/** A port of one end of the connection's two tuples. */
export function port(
  tuple: TupleSide,
): (test: { readonly in: NumberSet }, context: { readonly state: PacketState }) => Answer {
  return ({ in: set }, { state }) => {
    const connection = shownConnection(state);
    if (connection === null) return 'absent';
    if (connection.quoted) return ofQuoted({ fact: 'port', tuple, set });
    const number = {
      origsrc: connection.originalSourcePort,
      origdst: connection.originalDestinationPort,
      replsrc: connection.replySourcePort,
      repldst: connection.replyDestinationPort,
    }[tuple];
    return numberOr(set, number, () => ({ code: 'connection-port', tuple, set }));
  };
}

/** A connection whose first packet is on its way is neither replied nor assured nor confirmed. */
export const status: Evaluator<'ct.status'> = ({ in: set }, { state }) => {
  const connection = shownConnection(state);
  if (connection === null) return 'absent';
  const answer = allowsPartly(set, statusOf(connection));
  return answer === null ? unknown({ code: 'ctstatus', set }) : yesNo(answer);
};

/** The bits of the status word that are modelled; see `ct.status` of the fields. */
function statusOf(connection: Connection): { readonly bits: number; readonly known: number } {
  const { seenReply, assured, confirmed, snat, dnat } = connection;
  const expected = connection.state === 'RELATED' ? null : false;
  let bits = 0;
  let known = 0;
  for (const [at, held] of [expected, seenReply, assured, confirmed, snat, dnat].entries()) {
    if (held !== null) known |= 1 << at;
    if (held === true) bits |= 1 << at;
  }
  return { bits, known };
}

/** The seconds left are not known for a packet of now. */
export const expiration: Evaluator<'ct.expiration'> = ({ in: set }, { state }) =>
  shownConnection(state) === null ? 'absent' : unknown({ code: 'ctexpire', set });

/** Whether the packet goes the way of the connection's first one. */
export const direction: Evaluator<'ct.direction'> = ({ in: asked }, { state }) => {
  const connection = shownConnection(state);
  if (connection === null) return 'absent';
  if (connection.direction !== null) return yesNo(connection.direction === asked);
  const other = asked === 'ORIGINAL' ? 'REPLY' : 'ORIGINAL';
  return ofQuoted({ fact: 'direction', direction: asked }, (before, held) =>
    before.connection === null
      ? before
      : { ...before, connection: { ...before.connection, direction: held ? asked : other } },
  );
};

/** An ICMP error: rules are asked about the flow that it quotes. */
function ofQuoted(has: QuotedFact, refine?: Unknown['refine']): Answer {
  return unknown({ code: 'quoted-flow', has }, refine);
}

/** A packet without connection has none (net/netfilter/xt_connmark.c). */
export const mark: Evaluator<'ct.mark'> = (test, { state }) => {
  const connection = shownConnection(state);
  if (connection === null) return 'absent';
  return askConnectionMark(connection, test.in);
};

/** Only connections that another one announced have a helper's master (net/netfilter/xt_helper.c). */
export const helper: Evaluator<'ct.helper'> = (test, { state }) =>
  state.connection?.state === 'RELATED' ? unknown({ code: 'helper', name: test.in }) : 'absent';

/**
 * Conntrack counts a packet before any rule but those of raw sees it (nf_ct_refresh_acct, called by each protocol's handler), so that of a
 * connection that this packet opened the count is one. Connections are counted once a rule like this is there
 * (connbytes_mt_check, net/netfilter/xt_connbytes.c), unless somebody turned that off again; then it does not match.
 */
export const counted: Evaluator<'ct.counted'> = ({ in: { of, mode, set, text } }, { state, host }) => {
  const { connection } = state;
  if (connection === null || host.sysctls?.get('net.netfilter.nf_conntrack_acct') === '0') return 'absent';
  const isFirst = !connection.fromCapture && !connection.quoted && connection.state !== 'ESTABLISHED';
  const count = of === 'reply' ? 0 : mode === 'packets' ? 1 : state.length;
  const grown = isFirst ? null : growsTo(set, connection, of, mode);
  if (grown !== null) return yesNo(grown);
  return numberOr(set, isFirst ? count : null, () => ({
    code: 'match-connbytes',
    module: 'connbytes',
    text,
    rule: null,
  }));
};

/** iptables-save prints the end of an open range as 2^64 - 1. */
const MOST = 2 ** 63;

/** What the capture counted of a flow has become more since, by this packet at least. @returns null where that does not tell. */
function growsTo(
  set: NumberSet,
  { counted: listed, direction }: Connection,
  of: 'original' | 'reply' | 'both',
  mode: 'packets' | 'bytes' | 'avgpkt',
): boolean | null {
  if (listed === undefined || mode === 'avgpkt' || set.kind !== 'ranges') return null;
  const sides = of === 'both' ? (['original', 'reply'] as const) : [of];
  let least = 0;
  for (const side of sides) {
    const before = listed[side][mode];
    if (before === null) return null;
    least += before + (direction?.toLowerCase() === side ? 1 : 0);
  }
  if (set.ranges.every(({ to }) => to < least)) return false;
  return set.ranges.some(({ from, to }) => from <= least && to >= MOST) ? true : null;
}
