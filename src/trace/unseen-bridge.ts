import type { Host } from '../host/facts.ts';
import type { Family } from '../net/address.ts';
import type { Branch, Ending } from './branch.ts';
import { bridgeCallsIptables, isBridge, staysOnBridge } from './bridge.ts';
import { betweenPorts } from './bridged-routing.ts';
import { type Choice, choose } from './choose.ts';
import type { TraceContext } from './context.ts';
import { throughBridge } from './nft/frames.ts';
import type { Exit } from './outcome.ts';
import type { Reason } from './reason.ts';

/** A frame as it comes in: the branch that iptables sees, if any, and the way past it. */
interface Seen {
  readonly branch: Branch | null;
  readonly ended: readonly Ending[];
}

/**
 * Between two ports of a bridge and without br_netfilter, iptables never sees the packet. On a bridge that leads to
 * other machines the node may answer for more addresses than its own (a load balancer's), and then it does.
 */
export function seenByIptables(branch: Branch, context: TraceContext): Seen {
  const { state } = branch;
  const { host } = context.world;
  const bridge = state.inInterface;
  const whole: Seen = { branch, ended: [] };
  if (isBridge(host, bridge) !== true || bridgeCallsIptables(host, state.family, bridge) !== false)
    return whole;
  if (typeof bridge !== 'string' || !staysOnBridge(host, bridge, state.destination)) return whole;
  const reason: Reason = { code: 'bridged-unseen', bridge, family: state.family };
  const exit: Exit = { kind: 'interface', name: bridge, nextHop: null };
  // Family bridge sees it all the same.
  const ended = (way: Branch): Ending[] =>
    betweenPorts(way, bridge, context).flatMap((handed) =>
      handed.kind === 'ended' ? [handed.ending] : unseen(handed.branch),
    );
  const unseen = (way: Branch): Ending[] =>
    throughBridge(way, ['forward', 'postrouting'], context).map((passage) =>
      passage.kind === 'ended'
        ? passage.ending
        : { branch: passage.branch, verdict: 'accept', reason, rejectWith: null, exit },
    );
  if (!leadsOut(host, state.family, bridge)) return { branch: null, ended: ended(branch) };
  const choice = (own: boolean): Choice<boolean> => ({
    value: own,
    question: { code: 'bridge-frame', bridge, own },
  });
  const ways = choose(branch, [choice(false), choice(true)], context.questions);
  return {
    branch: ways.find(({ value }) => value)?.branch ?? null,
    ended: ways.flatMap(({ branch: way, value }) => (value ? [] : ended(way))),
  };
}

function leadsOut(host: Host, family: Family, device: string): boolean {
  const routes = host.routes[family] ?? [];
  return routes.some(
    ({ destination, nextHops }) => destination.mask === 0n && nextHops.some((hop) => hop.device === device),
  );
}
