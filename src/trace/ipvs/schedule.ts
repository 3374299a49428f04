import type { RealServer, VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import { unknown } from '../answer.ts';
import { answered, type Branch, decided } from '../branch.ts';

/** A way that a virtual server's new connection can go; null: the scheduler finds no real server for it. */
export interface Scheduled {
  readonly branch: Branch;
  readonly real: RealServer | null;
}

/**
 * Splits a new connection over the real servers that its scheduler may pick (net/netfilter/ipvs/ip_vs_*.c). Round robin
 * has shares. Whatever looks at live connections or hashes an address picks one that no capture tells: then the shares,
 * by weight, are those of many clients, and rest on that condition. For dh and lc a weight only counts as 0 or not
 * (ip_vs_dh_reassign, ip_vs_lc_schedule).
 */
export function schedule(branch: Branch, server: VirtualServer): Scheduled[] {
  const open = server.servers.filter(({ weight }) => weight !== 0);
  if (open.length === 0) return [{ branch, real: null }];
  const scheduler = server.scheduler ?? '';
  const exact = EXACT[scheduler]?.(open) ?? null;
  if (exact !== null) return shared(branch, open, exact);
  const closed = hashesOntoClosed(server) ? server.servers.length - open.length : 0;
  const weighs = server.scheduler !== 'dh' && server.scheduler !== 'lc';
  const parts = open.map(({ weight }) => (weighs ? (weight ?? 1) : 1));
  const sum = parts.reduce((all, part) => all + part, closed);
  const way = spread(branch, server, open.length);
  const picked = shared(
    way,
    open,
    parts.map((part) => part / sum),
  );
  return closed === 0
    ? picked
    : [...picked, { branch: { ...way, probability: (way.probability * closed) / sum }, real: null }];
}

function shared(branch: Branch, servers: readonly RealServer[], shares: readonly number[]): Scheduled[] {
  return servers.flatMap((real, index) => {
    const share = shares[index] ?? 0;
    return share === 0 ? [] : [{ branch: { ...branch, probability: branch.probability * share }, real }];
  });
}

/** With one real server nothing is chosen. */
function spread(branch: Branch, { takes, scheduler, flags }: VirtualServer, of: number): Branch {
  if (of === 1) return branch;
  const byPort = flags.some((flag) => flag === 'sh-port' || flag === 'mh-port');
  const question = unknown({ code: 'ipvs-choice', server: takenText(takes), scheduler, byPort, of });
  return answered(branch, question) === null ? decided(branch, question, true) : branch;
}

/** Shares of schedulers that have some; null where a weight is not known. */
const EXACT: Readonly<Partial<Record<string, (servers: readonly RealServer[]) => readonly number[] | null>>> =
  {
    // ip_vs_rr_schedule asks only whether a weight is above 0.
    rr: (servers) => (weightsOf(servers) === null ? null : servers.map(() => 1 / servers.length)),
    wrr: (servers) => {
      const weights = weightsOf(servers);
      const sum = weights?.reduce((all, weight) => all + weight, 0) ?? 0;
      return weights?.map((weight) => weight / sum) ?? null;
    },
    // The highest weight takes all; of equal ones the first (ip_vs_fo_schedule).
    fo: (servers) => {
      const weights = weightsOf(servers);
      const first = weights?.indexOf(Math.max(...weights)) ?? -1;
      return weights?.map((_, index) => (index === first ? 1 : 0)) ?? null;
    },
  };

function weightsOf(servers: readonly RealServer[]): number[] | null {
  const known = servers.flatMap(({ weight }) => (weight === null ? [] : [weight]));
  return known.length === servers.length ? known : null;
}

/** Source and destination hashing keep a place for a server of weight 0, and refuse who falls on it (ip_vs_sh_schedule, ip_vs_dh_schedule). */
function hashesOntoClosed({ scheduler, flags }: VirtualServer): boolean {
  return scheduler === 'dh' || (scheduler === 'sh' && !flags.includes('sh-fallback'));
}
