import { dictionary } from '../lookup/dictionary.ts';
import { readSocket } from '../net/listed-socket.ts';
import { SCTP, TCP, UDP } from '../net/protocol.ts';
import type { ForwardMethod, RealServer, Taken, VirtualServer } from './model.ts';
import { lengthOf } from './parse-save.ts';

/** What the columns behind a real server hold: the listing's heading tells. */
export type Columns = 'plain' | 'persistent' | 'counters' | 'thresholds';

/** @returns what the columns of a listing hold, where the line is its heading; else null. */
export function columnsOf(line: string): Columns | null {
  if (!/^Prot +LocalAddress:Port/.test(line)) return null;
  if (/Uthreshold/.test(line)) return 'thresholds';
  if (/PersistConn/.test(line)) return 'persistent';
  if (/Conns|CPS/.test(line)) return 'counters';
  return 'plain';
}

/** @returns a virtual server of `ipvsadm -Ln` or /proc/net/ip_vs, or null. */
export function parseListedServer(
  text: string,
  columns: Columns,
  file: string,
  line: number,
): VirtualServer | null {
  const [name = '', where = '', ...rest] = text.trim().split(/\s+/);
  const takes = takenBy(name, where, rest[0] === 'IPv6' || rest[0] === 'v6');
  if (takes === null) return null;
  const base = { takes, servers: [], file, line };
  const words = takes.by === 'mark' && takes.family === 'ipv6' ? rest.slice(1) : rest;
  // With counters and thresholds stand no scheduler; `--persistent-conn` prints it all the same.
  const [scheduler] = words;
  const hasNone = columns === 'counters' || columns === 'thresholds';
  if (hasNone || scheduler === undefined || isCount(scheduler))
    return { ...base, scheduler: null, flags: [], persistence: null, onePacket: false };
  const family = takes.by === 'socket' ? takes.address.family : takes.family;
  const flags = words.find((word) => /^\(.*\)$/.test(word));
  const at = words.indexOf('persistent');
  const hex = /^[0-9A-F]{8}$/.exec(words[at + 2] ?? '')?.[0];
  const masks = words.indexOf('mask');
  const mask = masks > 0 ? words[masks + 1] : hex === undefined ? undefined : dotted(hex);
  return {
    ...base,
    scheduler,
    flags: flags === undefined ? [] : flags.slice(1, -1).split(','),
    persistence:
      at < 0 ? null : { seconds: Number(words[at + 1]) || 0, prefixLength: lengthOf(mask, family) },
    onePacket: words.includes('ops'),
  };
}

/** @returns a real server of `ipvsadm -Ln` or /proc/net/ip_vs, or null. */
export function parseListedReal(
  text: string,
  columns: Columns,
  file: string,
  line: number,
): RealServer | null {
  const [arrow, where = '', ...rest] = text.trim().split(/\s+/);
  const socket = arrow === '->' ? readSocket(where) : null;
  if (socket === null) return null;
  const at = { ...socket, file, line };
  const count = (index: number): number | null => {
    const word = rest[index];
    return word !== undefined && /^\d+$/.test(word) ? Number(word) : null;
  };
  // How it forwards is a word: numbers alone are of another listing, whose heading was lost.
  switch (columns === 'plain' && isCount(rest[0]) ? 'counters' : columns) {
    case 'plain':
      return {
        method: METHODS[rest[0] ?? ''] ?? null,
        weight: count(1),
        active: count(2),
        inactive: count(3),
        ...at,
      };
    case 'persistent':
      return { method: null, weight: count(0), active: count(2), inactive: count(3), ...at };
    case 'thresholds':
      return { method: null, weight: null, active: count(2), inactive: count(3), ...at };
    case 'counters':
      return { method: null, weight: null, active: null, inactive: null, ...at };
  }
}

function isCount(word: string | undefined): boolean {
  return word !== undefined && /^\d/.test(word);
}

const METHODS = dictionary<ForwardMethod>({
  Masq: 'masq',
  Tunnel: 'tunnel',
  Route: 'route',
  Local: 'local',
});

const PROTOCOLS = dictionary<number>({ TCP, UDP, SCTP });

function takenBy(name: string, where: string, ipv6: boolean): Taken | null {
  if (name === 'FWM') {
    // The kernel prints eight hexadecimal digits, ipvsadm a decimal number.
    const mark = /^[0-9A-F]{8}$/.test(where)
      ? Number.parseInt(where, 16)
      : /^\d+$/.test(where)
        ? Number(where)
        : null;
    return mark === null ? null : { by: 'mark', mark, family: ipv6 ? 'ipv6' : 'ipv4' };
  }
  const protocol = PROTOCOLS[name];
  const socket = readSocket(where);
  return protocol === undefined || socket === null ? null : { by: 'socket', protocol, ...socket };
}

function dotted(hex: string): string {
  return (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.');
}
