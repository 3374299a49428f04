import { unknown } from './answer.ts';
import type { Branch } from './branch.ts';
import { bridgeShown } from './bridge.ts';
import { eitherWay } from './choose.ts';
import type { TraceContext } from './context.ts';

/** @returns the branch for each answer to: did br_netfilter show the frame? Where links were not captured, that is a question. */
export function byBridge(
  branch: Branch,
  { world, questions }: TraceContext,
): { readonly branch: Branch; readonly held: boolean }[] {
  const { family, inInterface } = branch.state;
  const shown = bridgeShown(world.host, family, inInterface);
  return shown === null ? eitherWay(branch, CAME_BY_PORT, questions) : [{ branch, held: shown }];
}

const CAME_BY_PORT = unknown({ code: 'bridge-port', asks: { fact: 'came-in-by-port' } });
