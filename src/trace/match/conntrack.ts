import type { MatchOf, TupleSide } from '../../iptables/match.ts';
import { parseRuleSyntax } from '../../iptables/syntax.ts';
import { type Prefix, prefixContains } from '../../net/prefix.ts';
import { parseProtocol } from '../../net/protocol.ts';
import { rangeContains } from '../../net/range.ts';
import { type Answer, type Unknown, unknown, yesNo } from '../answer.ts';
import type { QuotedFact } from '../question.ts';
import { type Connection, shownConnection } from '../state.ts';
import type { MatchContext } from './context.ts';
import { senderWithin } from './sender.ts';

/**
 * `--ctstate` (net/netfilter/xt_conntrack.c): the state of the packet, plus DNAT and SNAT once the connection has been
 * rewritten. Without a connection a packet is INVALID, or UNTRACKED where a raw rule said so.
 */
export function ctstate(match: MatchOf<'ctstate'>, { state }: MatchContext): Answer {
  const connection = shownConnection(state);
  if (connection === null) return yesNo(match.states.includes(state.untracked ?? 'INVALID'));
  return yesNo(
    match.states.includes(connection.state) ||
      (connection.dnat && match.states.includes('DNAT')) ||
      (connection.snat && match.states.includes('SNAT')),
  );
}

/** `--ctproto`. */
export function ctproto(match: MatchOf<'ctproto'>, context: MatchContext): Answer {
  const { state } = context;
  const connection = shownConnection(state);
  if (connection === null) return withoutConnection(context);
  if (connection.quoted) return ofQuoted({ fact: 'protocol', name: match.name });
  const number = match.number ?? parseProtocol(match.name);
  // A template is of protocol 0.
  const protocol = state.connection === null ? 0 : state.protocol;
  return number === null
    ? unknown({ code: 'protocol-name', of: 'connection', name: match.name })
    : yesNo(number === protocol);
}

/** `--ctorigsrc`, `--ctorigdst`, `--ctreplsrc`, `--ctrepldst`. */
export function ctaddress(match: MatchOf<'ctaddress'>, context: MatchContext): Answer {
  const connection = shownConnection(context.state);
  if (connection === null) return withoutConnection(context);
  if (connection.quoted) return ofQuoted({ fact: 'address', tuple: match.tuple, prefix: match.prefix });
  return tupleWithin(connection, match.tuple, match.prefix);
}

function tupleWithin(connection: Connection, side: TupleSide, prefix: Prefix): Answer {
  switch (side) {
    case 'origsrc':
      return senderWithin(connection.originalSource, prefix);
    case 'origdst':
      return yesNo(prefixContains(prefix, connection.originalDestination));
    case 'replsrc':
      return yesNo(prefixContains(prefix, connection.replySource));
    case 'repldst': {
      const { replyDestination } = connection;
      if (replyDestination.address !== null) return yesNo(prefixContains(prefix, replyDestination.address));
      return unknown({ code: 'reply-destination', prefix });
    }
  }
}

/** `--ctorigsrcport` and the like. */
export function ctport(match: MatchOf<'ctport'>, context: MatchContext): Answer {
  const connection = shownConnection(context.state);
  if (connection === null) return withoutConnection(context);
  if (connection.quoted) return ofQuoted({ fact: 'port', tuple: match.tuple, ports: match.ports });
  const port = {
    origsrc: connection.originalSourcePort,
    origdst: connection.originalDestinationPort,
    replsrc: connection.replySourcePort,
    repldst: connection.replyDestinationPort,
  }[match.tuple];
  if (port !== null) return yesNo(rangeContains(match.ports, port));
  return unknown({ code: 'connection-port', tuple: match.tuple, ports: match.ports });
}

/** `--ctstatus`: a connection whose first packet is on its way is neither replied nor assured nor confirmed. */
export function ctstatus(match: MatchOf<'ctstatus'>, context: MatchContext): Answer {
  const connection = shownConnection(context.state);
  if (connection === null) return withoutConnection(context);
  let open = false;
  for (const status of match.statuses) {
    const set = {
      NONE: false,
      EXPECTED: connection.state === 'RELATED' ? null : false,
      SEEN_REPLY: connection.seenReply,
      ASSURED: connection.assured,
      CONFIRMED: connection.confirmed,
    }[status];
    if (set === true) return 'yes';
    if (set === null) open = true;
  }
  if (!open) return 'no';
  return unknown({ code: 'ctstatus', statuses: match.statuses });
}

/** `--ctexpire`: the seconds left are not known for a packet of now. */
export function ctexpire(match: MatchOf<'ctexpire'>, context: MatchContext): Answer {
  if (shownConnection(context.state) === null) return withoutConnection(context);
  return unknown({ code: 'ctexpire', seconds: match.seconds });
}

/** `--ctdir`. */
export function ctdir(match: MatchOf<'ctdir'>, context: MatchContext): Answer {
  const connection = shownConnection(context.state);
  if (connection === null) return withoutConnection(context);
  const { direction } = match;
  if (connection.direction !== null) return yesNo(connection.direction === direction);
  const other = direction === 'ORIGINAL' ? 'REPLY' : 'ORIGINAL';
  return ofQuoted({ fact: 'direction', direction }, (state, held) => ({
    ...state,
    connection: { ...connection, direction: held ? direction : other },
  }));
}

/** An ICMP error: rules are asked about the flow that it quotes. */
function ofQuoted(has: QuotedFact, refine?: Unknown['refine']): Answer {
  return unknown({ code: 'quoted-flow', has }, refine);
}

/** `-m connmark` gives up on a packet without connection (net/netfilter/xt_connmark.c). */
export function connmark(match: MatchOf<'connmark'>, { state }: MatchContext): Answer {
  const connection = shownConnection(state);
  if (connection === null) return 'never';
  const { mark } = connection;
  if (mark !== null) return yesNo((mark & match.mask) >>> 0 === match.value >>> 0);
  return unknown({ code: 'connmark', value: match.value, mask: match.mask });
}

/** `-m helper`: only connections that another one announced have a helper's master (net/netfilter/xt_helper.c). */
export function helper(match: MatchOf<'helper'>, { state }: MatchContext): Answer {
  if (state.connection === null || state.connection.state !== 'RELATED') return 'no';
  return unknown({ code: 'helper', name: match.name });
}

/**
 * Without a connection xt_conntrack looks at `--ctstate` alone: a match that has it passes its other options unasked,
 * one that has not does not match, negated or not (conntrack_mt: `if (ct == NULL) return match_flags & STATE`). A rule
 * may name the module twice, and then each stands for itself.
 */
function withoutConnection({ rule }: MatchContext): Answer {
  const modules = parseRuleSyntax(rule.text)?.modules.filter(
    ({ name }) => name === 'conntrack' || name === 'state',
  );
  if (modules === undefined || modules.length < 2)
    return rule.matches.some((match) => match.kind === 'ctstate') ? 'always' : 'never';
  const asksState = modules.every(({ parts }) =>
    parts.some(({ flag }) => flag.text === '--ctstate' || flag.text === '--state'),
  );
  return asksState ? 'always' : 'never';
}
