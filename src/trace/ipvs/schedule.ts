import type { RealServer, VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import { type Shares, sharesOf } from '../../ipvs/shares.ts';
import { unknown } from '../answer.ts';
import { answered, type Branch, decided } from '../branch.ts';
import { eitherWay } from '../choose.ts';
import type { Questions } from '../questions.ts';

/** A way that a virtual server's new connection can go; null: the scheduler finds no real server for it. */
export interface Scheduled {
  readonly branch: Branch;
  readonly real: RealServer | null;
}

/**
 * Splits a new connection over the real servers that its scheduler may pick. Where no capture tells which it is, the shares
 * are those of many clients, and rest on that condition.
 */
export function schedule(start: Branch, server: VirtualServer, questions: Questions): Scheduled[] {
  const { parts, refused, exact } = sharesOf(server);
  if (parts.length === 0) return [{ branch: start, real: null }];
  if (server.scheduler !== 'ovf') return split(start, server, parts, refused, exact);
  // It goes over from one to the next as they fill, and refuses what none has room for (ip_vs_ovf_schedule).
  const room = unknown({ code: 'ipvs-room', server: takenText(server.takes) });
  return eitherWay(start, room, questions).flatMap(({ branch, held }) =>
    held ? split(branch, server, parts, refused, exact) : [{ branch, real: null }],
  );
}

function split(
  branch: Branch,
  server: VirtualServer,
  parts: Shares['parts'],
  refused: number,
  exact: boolean,
): Scheduled[] {
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
