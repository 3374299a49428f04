import { type Command, command } from '../../command/command.ts';
import type { Flow } from '../../conntrack/flow.ts';
import { sysctlNumber } from '../../host/sysctl.ts';
import type { IpvsConnection } from '../../ipvs/model.ts';
import { deleteReal, takenText } from '../../ipvs/print-ipvs.ts';
import { IpvsTable } from '../../ipvs/table.ts';
import { type Address, sameAddress } from '../../net/address.ts';
import { formatSocket } from '../../net/listed-socket.ts';
import type { FlowIpvs } from '../flow-list.ts';
import type { Known } from '../question/question.ts';
import type { Balanced, FlowVerdict } from './flow-verdict.ts';

/**
 * @param to where answers come from
 * @returns null where no virtual server takes these flows
 */
export function balancedAt(
  protocol: number,
  address: Address,
  port: number | null,
  to: Address,
  toPort: number | null,
  { ipvs, host }: Known,
): Balanced | null {
  if (!(ipvs instanceof IpvsTable)) return null;
  const server = ipvs.find(protocol, address, port, null);
  if (server === null) return null;
  const took = ipvs.tookFlow(
    protocol,
    null,
    { address, port: port ?? 0 },
    { address: to, port: toPort ?? 0 },
  );
  if (took === 'nat') return null;
  const real = server.servers.find((each) => each.port === toPort && sameAddress(each.address, to));
  const expires = sysctlNumber(host, 'net.ipv4.vs.expire_nodest_conn');
  return {
    server,
    real: real ?? (server.incomplete === true ? null : 'gone'),
    forgets: expires === null ? null : expires !== 0,
    ...(took === 'either' ? { perhaps: true as const } : {}),
  };
}

/** Nat's rules carry Services meanwhile: what they took stays where conntrack has it, and only what IPVS took goes by IPVS. */
export function perhapsBalanced(verdict: FlowVerdict, { server, real, forgets }: Balanced): FlowVerdict {
  const name = `IPVS ${takenText(server.takes)}`;
  const fate =
    real === null
      ? 'goes by its real servers, which were not listed as a whole'
      : real !== 'gone'
        ? 'stays there, too'
        : forgets === null
          ? 'goes by net.ipv4.vs.expire_nodest_conn, which was not captured'
          : forgets
            ? 'goes to another real server with its next packet'
            : 'is dropped, as net.ipv4.vs.expire_nodest_conn is 0';
  const message = `${verdict.message}; what ${name} took before, if not the rules (ipvsadm -Lnc tells), ${fate}`;
  return { ...verdict, message, certain: false };
}

/**
 * IPVS remembers connections by itself, and what conntrack holds does not lead them: where the real server was deleted it
 * forgets them at once or drops what comes of them (measured on 6.1: deleting conntrack's entry changes neither).
 */
export function judgeBalanced(verdict: FlowVerdict, { server, real, forgets }: Balanced): FlowVerdict {
  const name = `IPVS ${takenText(server.takes)}`;
  if (real === null) return { ...verdict, certain: false };
  if (real !== 'gone') {
    if (real.weight !== 0) return verdict;
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
export function clearBalanced({ server, real, forgets }: Balanced): Command | null {
  if (real === 'gone')
    return forgets === false ? command('sysctl', '-w', 'net.ipv4.vs.expire_nodest_conn=1') : null;
  if (real === null || real.weight !== 0 || forgets !== true) return null;
  return command('ipvsadm', ...deleteReal(server.takes, real));
}

/** @returns what IPVS itself has of a flow; null where no virtual server takes it, or nat's rules may have. */
export function ipvsOfFlow({ protocol, original }: Flow, { ipvs }: Known): FlowIpvs | null {
  if (!(ipvs instanceof IpvsTable) || original.sourcePort === null || original.destinationPort === null)
    return null;
  const virtual = { address: original.destination, port: original.destinationPort };
  const server = ipvs.find(protocol, virtual.address, virtual.port, null);
  if (server === null) return null;
  const client = { address: original.source, port: original.sourcePort };
  const entry = ipvs.connection(protocol, client, virtual);
  if (ipvs.besideNat && entry === null) return null;
  const template =
    server.persistence === null ? null : ipvs.connection(protocol, { ...client, port: 0 }, virtual);
  return {
    server: takenText(server.takes),
    listed: ipvs.connections !== null,
    connection: entry === null ? null : entryOf(entry),
    template: template === null ? null : entryOf(template),
  };
}

function entryOf({ state, expires, destination }: IpvsConnection): NonNullable<FlowIpvs['connection']> {
  return { state, expiresSeconds: expires, destination: formatSocket(destination) };
}
