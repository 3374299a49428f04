import { parseAddress } from '../net/address.ts';
import { readDecimalSocket } from '../net/listed-socket.ts';
import { parseProtocol } from '../net/protocol.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { CiliumBackend, CiliumFrontend, CiliumServices } from './model.ts';

/**
 * Reads what Cilium's agent lists of its Services: `cilium-dbg service list` (`cilium service list` before 1.15), as a table or
 * with `-o json`, and `cilium-dbg bpf lb list -o json`: cilium-dbg/cmd/service_list.go and bpf_lb_list.go of cilium/cilium. Its newest
 * table has no column of numbers, `(Remote)` may follow the type, `(preferred)` a backend.
 * @param file as it is named in problems. Lines that cannot be read are counted in one.
 */
export function parseCiliumServices(text: string, file: string, problems: ProblemList): CiliumServices {
  if (!/^\s*[[{]/.test(text)) return readTable(text, file, problems);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    problems.add('unreadable-cilium', { what: 'json' }, file);
    return { frontends: [], incomplete: true };
  }
  const read = Array.isArray(value)
    ? value.map(readService)
    : isObject(value)
      ? Object.entries(value).map(readMapEntry)
      : [];
  const unread = read.reduce((sum, one) => sum + one.unread, 0);
  if (unread > 0) problems.add('unreadable-cilium', { what: 'entries', unread }, file);
  const frontends = joined(read.flatMap(({ frontend }) => frontend ?? []));
  return { frontends, ...(unread > 0 ? { incomplete: true } : {}) };
}

/** One entry of a list in JSON. */
interface ReadEntry {
  /** Null: it cannot be read. */
  readonly frontend: CiliumFrontend | null;
  /** What of it cannot be read: all of it counts once. */
  readonly unread: number;
}

const UNREAD: ReadEntry = { frontend: null, unread: 1 };

const TYPES = 'ClusterIP|NodePort|LoadBalancer|ExternalIPs|HostPort|LocalRedirect';
const ROW = new RegExp(`^\\s*(?:\\d+\\s+)?(\\S+:\\d+\\S*)(?:\\s+(${TYPES})\\b(?: \\(Remote\\))?)?\\s*(.*)$`);
const BACKEND = /^\s*\d+ => (\S+)(?:\s+\(([\w-]+)\))?(?: \(preferred\))?\s*$/;

function readTable(text: string, file: string, problems: ProblemList): CiliumServices {
  if (text.trim() === '') {
    problems.add('unreadable-cilium', { what: 'empty' }, file);
    return { frontends: [], incomplete: true };
  }
  const frontends: CiliumFrontend[] = [];
  let unread = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '' || /^(?:ID\s+)?Frontend\b/.test(line)) continue;
    const more = BACKEND.exec(line);
    const last = frontends.at(-1);
    if (more !== null && last !== undefined) {
      const backend = readBackend(more[1], more[2]);
      if (backend === null) unread++;
      else frontends[frontends.length - 1] = { ...last, backends: [...last.backends, backend] };
      continue;
    }
    const [, place = '', type = null, rest = ''] = ROW.exec(line) ?? [];
    const front = readFrontend(place);
    if (front === null) {
      unread++;
      continue;
    }
    const first = BACKEND.exec(rest);
    const backend = first === null ? null : readBackend(first[1], first[2]);
    if (rest.trim() !== '' && backend === null) unread++;
    frontends.push({ ...front, type, backends: backend === null ? [] : [backend] });
  }
  if (unread > 0) problems.add('unreadable-cilium', { what: 'lines', unread }, file);
  return { frontends, ...(unread > 0 ? { incomplete: true } : {}) };
}

/** `spec` of one element of `service list -o json` (api/v1/models.Service). */
function readService(value: unknown): ReadEntry {
  const spec = isObject(value) ? (value.spec ?? value) : null;
  if (!isObject(spec)) return UNREAD;
  const told = spec['frontend-address'];
  const front = readModel(told);
  if (front === null) return UNREAD;
  const inside = isObject(told) && told.scope === 'internal';
  const { flags } = spec;
  const list = Array.isArray(spec['backend-addresses']) ? spec['backend-addresses'] : [];
  const backends = list.flatMap((one): CiliumBackend[] => {
    const socket = readModel(one);
    const state = isObject(one) && typeof one.state === 'string' ? one.state : null;
    return socket === null ? [] : [{ address: socket.address, port: socket.port, state }];
  });
  const type = isObject(flags) && typeof flags.type === 'string' ? flags.type : null;
  return {
    frontend: { ...front, ...(inside ? { inside } : {}), type, backends },
    unread: list.length - backends.length,
  };
}

function readModel(value: unknown): Pick<CiliumFrontend, 'address' | 'port' | 'protocol'> | null {
  if (!isObject(value) || typeof value.ip !== 'string') return null;
  const address = parseAddress(value.ip);
  const port = value.port ?? 0;
  if (address === null || typeof port !== 'number') return null;
  return { address, port, protocol: protocolOf(value.protocol) };
}

/** One entry of the eBPF map: `"10.96.0.1:443/TCP (1)": ["172.18.0.3:6443/TCP (1) (1)"]`; slot 0 tells the type. */
function readMapEntry([key, value]: [string, unknown]): ReadEntry {
  const front = readFrontend(key.replace(/ \(\d+\)$/, ''));
  if (front === null || !Array.isArray(value)) return UNREAD;
  const texts = value.filter((one) => typeof one === 'string');
  const type = texts.flatMap((text) => new RegExp(`\\[(${TYPES})\\b`).exec(text)?.[1] ?? [])[0] ?? null;
  const told = texts.flatMap((text) => readBackend(text.replace(/ .*/, ''), undefined) ?? []);
  const backends = told.filter(({ port }) => port !== 0);
  const proxied = texts.some((text) => /\[[^\]]*\bl7-load-balancer\b/.test(text));
  return {
    frontend: { ...front, type, ...(proxied ? { proxied } : {}), backends },
    unread: value.length - told.length,
  };
}

/** The map has an entry for each backend of a frontend. */
function joined(all: readonly CiliumFrontend[]): CiliumFrontend[] {
  const known = new Map<string, CiliumFrontend>();
  for (const one of all) {
    const key = `${one.address.family} ${one.address.value} ${one.port} ${one.protocol} ${one.inside}`;
    const before = known.get(key);
    known.set(
      key,
      before === undefined
        ? one
        : {
            ...one,
            ...before,
            type: before.type ?? one.type,
            backends: [...before.backends, ...one.backends],
          },
    );
  }
  return [...known.values()];
}

/** `10.96.0.10:53`, `10.96.0.10:53/UDP`, `[fd00::a]:53/TCP/i`. */
function readFrontend(text: string): Pick<CiliumFrontend, 'address' | 'port' | 'protocol' | 'inside'> | null {
  const [place = '', ...words] = text.split('/');
  const socket = readDecimalSocket(place);
  const inside = words.includes('i');
  return socket === null
    ? null
    : { ...socket, protocol: protocolOf(words[0]), ...(inside ? { inside } : {}) };
}

function readBackend(text: string | undefined, state: string | undefined): CiliumBackend | null {
  const socket = readDecimalSocket(text?.split('/')[0] ?? '');
  return socket === null ? null : { ...socket, state: state ?? null };
}

function protocolOf(name: unknown): number | null {
  return typeof name === 'string' && !/^(?:ANY|NONE|i)$/i.test(name)
    ? parseProtocol(name.toLowerCase())
    : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
