import { allowsAddress, allowsPartly } from '../../rules/value-set.js';
import { unknown, yesNo } from '../answer.js';
import { shownConnection } from '../state.js';
import { allowsNumber, numberOr, senderWithin } from './values.js';
/**
 * The state of the packet, plus DNAT and SNAT once the connection has been rewritten (net/netfilter/xt_conntrack.c).
 * Without a connection a packet is INVALID, or UNTRACKED where a raw rule said so.
 */
export const state = ({ in: states }, { state }) => {
    const connection = shownConnection(state);
    if (connection === null)
        return yesNo(states.includes(state.untracked ?? 'INVALID'));
    return yesNo(states.includes(connection.state) ||
        (connection.dnat && states.includes('DNAT')) ||
        (connection.snat && states.includes('SNAT')));
};
/** The protocol of the connection's entry. */
export const protocol = ({ in: set }, { state }) => {
    const connection = shownConnection(state);
    if (connection === null)
        return 'absent';
    if (connection.quoted)
        return ofQuoted({ fact: 'protocol', set });
    if (set.kind === 'named')
        return unknown({ code: 'protocol-name', of: 'connection', name: set.name });
    // A template is of protocol 0.
    return allowsNumber(set, state.connection === null ? 0 : state.protocol);
};
/** An address of one end of the connection's two tuples. */
export function address(tuple) {
    return ({ in: within }, { state }) => {
        const connection = shownConnection(state);
        if (connection === null)
            return 'absent';
        const { family } = state;
        if (connection.quoted)
            return ofQuoted({ fact: 'address', tuple, within, family });
        return endWithin(connection, tuple, within, family);
    };
}
function endWithin(connection, tuple, within, family) {
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
export function port(tuple) {
    return ({ in: set }, { state }) => {
        const connection = shownConnection(state);
        if (connection === null)
            return 'absent';
        if (connection.quoted)
            return ofQuoted({ fact: 'port', tuple, set });
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
export const status = ({ in: set }, { state }) => {
    const connection = shownConnection(state);
    if (connection === null)
        return 'absent';
    const answer = allowsPartly(set, statusOf(connection));
    return answer === null ? unknown({ code: 'ctstatus', set }) : yesNo(answer);
};
/** The bits of the status word that are modelled; see `ct.status` of the fields. */
function statusOf(connection) {
    const { seenReply, assured, confirmed, snat, dnat } = connection;
    const expected = connection.state === 'RELATED' ? null : false;
    let bits = 0;
    let known = 0;
    for (const [at, held] of [expected, seenReply, assured, confirmed, snat, dnat].entries()) {
        if (held !== null)
            known |= 1 << at;
        if (held === true)
            bits |= 1 << at;
    }
    return { bits, known };
}
/** The seconds left are not known for a packet of now. */
export const expiration = ({ in: set }, { state }) => shownConnection(state) === null ? 'absent' : unknown({ code: 'ctexpire', set });
/** Whether the packet goes the way of the connection's first one. */
export const direction = ({ in: asked }, { state }) => {
    const connection = shownConnection(state);
    if (connection === null)
        return 'absent';
    if (connection.direction !== null)
        return yesNo(connection.direction === asked);
    const other = asked === 'ORIGINAL' ? 'REPLY' : 'ORIGINAL';
    return ofQuoted({ fact: 'direction', direction: asked }, (before, held) => ({
        ...before,
        connection: { ...connection, direction: held ? asked : other },
    }));
};
/** An ICMP error: rules are asked about the flow that it quotes. */
function ofQuoted(has, refine) {
    return unknown({ code: 'quoted-flow', has }, refine);
}
/** A packet without connection has none (net/netfilter/xt_connmark.c). */
export const mark = (test, { state }) => {
    const connection = shownConnection(state);
    if (connection === null)
        return 'absent';
    return numberOr(test.in, connection.mark, (set) => ({ code: 'connmark', set }));
};
/** Only connections that another one announced have a helper's master (net/netfilter/xt_helper.c). */
export const helper = (test, { state }) => state.connection?.state === 'RELATED' ? unknown({ code: 'helper', name: test.in }) : 'absent';
