import type { RealServer, VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import { formatSocket } from '../../ipvs/sockets.ts';
import type { Branch } from '../branch.ts';
import { type Choice, choose } from '../choose.ts';
import type { Questions } from '../questions.ts';

/** A way that a virtual server's new connection can go; null: the scheduler finds no real server for it. */
export interface Scheduled {
  readonly branch: Branch;
  readonly real: RealServer | null;
}

/**
 * Splits a new connection over the real servers that its scheduler may pick (net/netfilter/ipvs/ip_vs_*.c). Round robin
 * has shares; whatever looks at live connections or hashes an address picks one that no capture tells.
 */
export function schedule(branch: Branch, server: VirtualServer, questions: Questions): Scheduled[] {
  const open = server.servers.filter(({ weight }) => weight !== 0);
  if (open.length === 0) return [{ branch, real: null }];
  const weights = open.map(({ weight }) => weight);
  const shares = SHARES[server.scheduler ?? '']?.(weights) ?? null;
  if (shares !== null)
    return open.flatMap((real, index) => {
      const share = shares[index] ?? 0;
      return share === 0 ? [] : [{ branch: { ...branch, probability: branch.probability * share }, real }];
    });
  const mayFail = hashesOntoClosed(server);
  const candidates: readonly (RealServer | null)[] = mayFail ? [...open, null] : open;
  const choices = candidates.map(
    (real): Choice<RealServer | null> => ({
      value: real,
      question: {
        code: 'ipvs-choice',
        server: takenText(server.takes),
        scheduler: server.scheduler,
        real: real === null ? null : formatSocket(real),
        of: candidates.length,
      },
    }),
  );
  return choose(branch, choices, questions).map(({ branch: way, value }) => ({ branch: way, real: value }));
}

/** Shares by weight, of schedulers that have some; null where a weight is not known. */
const SHARES: Readonly<
  Partial<Record<string, (weights: readonly (number | null)[]) => readonly number[] | null>>
> = {
  // ip_vs_rr_schedule asks only whether a weight is above 0.
  rr: (weights) => (weights.includes(null) ? null : weights.map(() => 1 / weights.length)),
  wrr: byWeight,
  // The highest weight takes all; of equal ones the first (ip_vs_fo_schedule).
  fo: (weights) => {
    const known = weights.flatMap((weight) => (weight === null ? [] : [weight]));
    if (known.length < weights.length) return null;
    const first = known.indexOf(Math.max(...known));
    return known.map((_, index) => (index === first ? 1 : 0));
  },
};

function byWeight(weights: readonly (number | null)[]): readonly number[] | null {
  let sum = 0;
  for (const weight of weights) {
    if (weight === null) return null;
    sum += weight;
  }
  return weights.map((weight) => (weight ?? 0) / sum);
}

/** Source and destination hashing keep a place for a server of weight 0, and refuse who falls on it (ip_vs_sh_schedule, ip_vs_dh_schedule). */
function hashesOntoClosed({ scheduler, flags, servers }: VirtualServer): boolean {
  if (!servers.some(({ weight }) => weight === 0)) return false;
  return scheduler === 'dh' || (scheduler === 'sh' && !flags.includes('sh-fallback'));
}
