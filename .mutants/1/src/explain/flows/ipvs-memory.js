import { command } from '../../command/command.js';
import { sysctlNumber } from '../../host/sysctl.js';
import { deleteReal, takenText } from '../../ipvs/print-ipvs.js';
import { IpvsTable } from '../../ipvs/table.js';
import { sameAddress } from '../../net/address.js';
import { formatSocket } from '../../net/listed-socket.js';
/**
 * @param to where answers come from
 * @returns null where no virtual server takes these flows
 */
export function balancedAt(protocol, address, port, to, toPort, { ipvs, host }) {
    if (!(ipvs instanceof IpvsTable))
        return null;
    const server = ipvs.find(protocol, address, port, null);
    if (server === null)
        return null;
    const real = server.servers.find((each) => each.port === toPort && sameAddress(each.address, to));
    const expires = sysctlNumber(host, 'net.ipv4.vs.expire_nodest_conn');
    return {
        server,
        real: real ?? (server.incomplete === true ? null : 'gone'),
        forgets: expires === null ? null : expires !== 0,
    };
}
/**
 * IPVS remembers connections by itself, and what conntrack holds does not lead them: where the real server was deleted it
 * forgets them at once or drops what comes of them (measured on 6.1: deleting conntrack's entry changes neither).
 */
export function judgeBalanced(verdict, { server, real, forgets }) {
    const name = `IPVS ${takenText(server.takes)}`;
    if (real === null)
        return { ...verdict, certain: false };
    if (real !== 'gone') {
        if (real.weight !== 0)
            return verdict;
        const message = `${verdict.message}; ${name} has it with weight 0, and what it keeps there stays there`;
        return { ...verdict, message };
    }
    switch (forgets) {
        case true:
            return {
                ...verdict,
                message: `${verdict.message}; ${name} forgets the connection: the client's next packets go to another real server`,
                passing: true,
            };
        case false:
            return {
                ...verdict,
                message: `${verdict.message}; ${name} drops what comes of it, as net.ipv4.vs.expire_nodest_conn is 0, whatever conntrack holds`,
            };
        case null:
            return {
                ...verdict,
                message: `${verdict.message}; whether ${name} forgets the connection or drops what comes of it goes by net.ipv4.vs.expire_nodest_conn, which was not captured`,
                certain: false,
            };
    }
}
/**
 * @returns the command after which the client reaches another real server; null where none is needed or known. Measured on
 *   6.1: IPVS has no command that deletes one connection, and `conntrack -D` leaves it where it is.
 */
export function clearBalanced({ server, real, forgets }) {
    if (real === 'gone')
        return forgets === false ? command('sysctl', '-w', 'net.ipv4.vs.expire_nodest_conn=1') : null;
    if (real === null || real.weight !== 0 || forgets !== true)
        return null;
    return command('ipvsadm', ...deleteReal(server.takes, real));
}
/** @returns what IPVS itself has of a flow; null where no virtual server takes it. */
export function ipvsOfFlow({ protocol, original }, { ipvs }) {
    if (!(ipvs instanceof IpvsTable) || original.sourcePort === null || original.destinationPort === null)
        return null;
    const virtual = { address: original.destination, port: original.destinationPort };
    const server = ipvs.find(protocol, virtual.address, virtual.port, null);
    if (server === null)
        return null;
    const client = { address: original.source, port: original.sourcePort };
    const entry = ipvs.connection(protocol, client, virtual);
    const template = server.persistence === null ? null : ipvs.connection(protocol, { ...client, port: 0 }, virtual);
    return {
        server: takenText(server.takes),
        listed: ipvs.connections !== null,
        connection: entry === null ? null : entryOf(entry),
        template: template === null ? null : entryOf(template),
    };
}
function entryOf({ state, expires, destination }) {
    return { state, expiresSeconds: expires, destination: formatSocket(destination) };
}
