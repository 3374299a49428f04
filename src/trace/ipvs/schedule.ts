import type { RealServer, VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import { sharesOf } from '../../ipvs/shares.ts';
import { unknown } from '../answer.ts';
import { answered, type Branch, decided } from '../branch.ts';

/** A way that a virtual server's new connection can go; null: the scheduler finds no real server for it. */
export interface Scheduled {
  readonly branch: Branch;
  readonly real: RealServer | null;
}

/**
 * Splits a new connection over the real servers that its scheduler may pick. Where no capture tells which it is, the shares
 * are those of many clients, and rest on that condition.
 */
export function schedule(branch: Branch, server: VirtualServer): Scheduled[] {
  const { parts, refused, exact } = sharesOf(server);
  if (parts.length === 0) return [{ branch, real: null }];
  const way = exact ? branch : spread(branch, server, parts.length);
  const part = (real: RealServer | null, share: number): Scheduled => ({
    branch: { ...way, probability: way.probability * share },
    real,
  });
  const picked = parts.map(({ real, share }) => part(real, share));
  return refused === 0 ? picked : [...picked, part(null, refused)];
}

/** With one real server nothing is chosen. */
function spread(branch: Branch, { takes, scheduler, flags }: VirtualServer, of: number): Branch {
  if (of === 1) return branch;
  const byPort = flags.some((flag) => flag === 'sh-port' || flag === 'mh-port');
  const question = unknown({ code: 'ipvs-choice', server: takenText(takes), scheduler, byPort, of });
  return answered(branch, question) === null ? decided(branch, question, true) : branch;
}
