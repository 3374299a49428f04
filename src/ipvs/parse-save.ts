import { dictionary } from '../lookup/dictionary.ts';
import { parseAddress } from '../net/address.ts';
import { readDecimalSocket } from '../net/listed-socket.ts';
import { lengthOfMask } from '../net/prefix.ts';
import { SCTP, TCP, UDP } from '../net/protocol.ts';
import type { ForwardMethod, RealServer, Taken, VirtualServer } from './model.ts';

/** A line of `ipvsadm-save -n`: a virtual server, or a real server of one. */
export type SaveLine =
  | { readonly adds: 'virtual'; readonly server: VirtualServer }
  | { readonly adds: 'real'; readonly to: Taken; readonly server: RealServer };

/** @returns what the line adds, or null where it cannot be read. */
export function parseSaveLine(text: string, file: string, line: number): SaveLine | null {
  const words = text.split(/\s+/);
  const verb = words.shift();
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const name = LONG[words[i] ?? ''] ?? words[i] ?? '';
    const value = words[i + 1];
    const takes = VALUED.has(name) && value !== undefined && !/^--?[a-z]/i.test(value);
    options.set(name, takes ? value : '');
    if (takes) i++;
  }
  const takes = takenBy(options);
  if (takes === null) return null;
  if (verb === '-A' || verb === '--add-service') {
    return { adds: 'virtual', server: { takes, ...flagsOf(options, takes), servers: [], file, line } };
  }
  const socket = readDecimalSocket(options.get('-r') ?? '');
  if (socket === null || (verb !== '-a' && verb !== '--add-server')) return null;
  const method = (Object.keys(METHODS) as (keyof typeof METHODS)[]).find((each) => options.has(each));
  const server: RealServer = {
    ...socket,
    // ipvsadm routes where it is told nothing else.
    method: method === undefined ? 'route' : METHODS[method],
    weight: numberOf(options.get('-w')) ?? 1,
    active: null,
    inactive: null,
    file,
    line,
  };
  return { adds: 'real', to: takes, server };
}

const METHODS = { '-m': 'masq', '-i': 'tunnel', '-g': 'route' } satisfies Record<string, ForwardMethod>;

/** Options followed by a value; `-p` may stand alone. */
const VALUED: ReadonlySet<string> = new Set(
  ['-t', '-u', '--sctp-service', '-f', '-r', '-s', '-p', '-M', '-b', '-w', '-x', '-y', '--pe'].concat([
    '--tun-type',
    '--tun-port',
    '--tun-nocsum',
  ]),
);

const LONG = dictionary<string>({
  '--tcp-service': '-t',
  '--udp-service': '-u',
  '--fwmark-service': '-f',
  '--real-server': '-r',
  '--scheduler': '-s',
  '--persistent': '-p',
  '--netmask': '-M',
  '--sched-flags': '-b',
  '--weight': '-w',
  '--masquerading': '-m',
  '--ipip': '-i',
  '--gatewaying': '-g',
  '--ops': '-o',
  '--ipv6': '-6',
});

function takenBy(options: ReadonlyMap<string, string>): Taken | null {
  const mark = options.get('-f');
  if (mark !== undefined) {
    const number = numberOf(mark);
    return number === null ? null : { by: 'mark', mark: number, family: options.has('-6') ? 'ipv6' : 'ipv4' };
  }
  for (const [option, protocol] of PROTOCOLS) {
    const socket = readDecimalSocket(options.get(option) ?? '');
    if (socket !== null) return { by: 'socket', protocol, ...socket };
  }
  return null;
}

const PROTOCOLS = [
  ['-t', TCP],
  ['-u', UDP],
  ['--sctp-service', SCTP],
] as const;

function flagsOf(options: ReadonlyMap<string, string>, takes: Taken) {
  const family = takes.by === 'socket' ? takes.address.family : takes.family;
  const seconds = options.get('-p');
  const mask = options.get('-M');
  return {
    scheduler: options.get('-s') ?? 'wlc',
    flags: (options.get('-b') ?? '').split(',').filter((flag) => flag !== ''),
    persistence:
      seconds === undefined
        ? null
        : { seconds: numberOf(seconds) ?? DEFAULT_PERSISTENCE, prefixLength: lengthOf(mask, family) },
    onePacket: options.has('-o'),
  };
}

/** IP_VS_PERSISTENT_TIMEOUT, in seconds. */
const DEFAULT_PERSISTENCE = 300;

/** @returns the length of a netmask as ipvsadm prints it: dotted for IPv4, a length for IPv6; all bits where there is none. */
export function lengthOf(mask: string | undefined, family: 'ipv4' | 'ipv6'): number {
  const all = family === 'ipv4' ? 32 : 128;
  if (mask === undefined) return all;
  if (/^\d+$/.test(mask)) return Math.min(Number(mask), all);
  const address = parseAddress(mask);
  return (address === null ? null : lengthOfMask(family, address.value)) ?? all;
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
