import type { Host } from '../host/facts.ts';
import { routeTables } from '../host/route-tables.ts';
import { masqueradeAddress } from '../host/source-address.ts';
import type { NatRange } from '../iptables/target.ts';
import { type Address, sameAddress } from '../net/address.ts';
import { unknown } from './answer.ts';
import { type Branch, turned } from './branch.ts';
import { eitherWay } from './choose.ts';
import type { TraceContext } from './context.ts';
import { ended, next, type Passage } from './passage.ts';
import { reachableEffects } from './reachable-effects.ts';
import type { Reason } from './reason.ts';
import type { Connection, PacketState } from './state.ts';

/**
 * MASQUERADE remembers the interface that the first packet left by. A later one that routing sends out by another is
 * dropped, and its connection forgotten (nf_nat_oif_changed, net/netfilter/nf_nat_core.c). No capture says which flows
 * were masqueraded, nor by which interface; the address that they got often does.
 */
export function whereMasqueradeMoved(branch: Branch, context: TraceContext): Passage[] {
  const { connection, route } = branch.state;
  const out = route?.device;
  const by = connection?.masqueradedBy;
  const now = leavesBy(branch.state);
  const written = connection?.replyDestination.address ?? null;
  if (by === null) return [next(branch)];
  // What came back over lo, and IPVS sent on elsewhere.
  if (connection?.direction === 'ORIGINAL' && by !== undefined && written !== null && now !== null)
    return by === now
      ? [next(branch)]
      : [drop(branch, { code: 'masquerade-moved', address: written, by: [by], out: now })];
  if (connection?.fromCapture !== true || connection.direction !== 'ORIGINAL') return [next(branch)];
  const address = connection.replyDestination.address;
  if (typeof out !== 'string' || address === null) return [next(branch)];
  const others = otherInterfaces(branch, connection, address, out, context.world.host);
  if (others.length === 0) return [next(branch)];
  const sources = sourcesOf(context, address);
  if (!sources.masquerade) return [next(branch)];
  const reason = { code: 'masquerade-moved', address, by: others, out } as const;
  const elsewhere =
    sources.snat || wasKept(connection) || isMasqueradeOf(branch, out, address, context.world.host);
  if (!elsewhere) return [drop(branch, reason)];
  return eitherWay(branch, unknown(reason), context.questions).map(({ branch: way, held }) =>
    held ? drop(way, reason) : next(way),
  );
}

/** What is for the node itself leaves by lo, whichever interface has the address (__mkroute_output); null: not known. */
export function leavesBy({ route }: Pick<PacketState, 'route'>): string | null {
  return route?.local === true ? 'lo' : typeof route?.device === 'string' ? route.device : null;
}

function drop(branch: Branch, reason: Reason): Passage {
  return ended({
    branch: turned(branch, 'nat', { fact: 'ended', reason }),
    verdict: 'drop',
    reason,
    rejectWith: null,
    exit: null,
  });
}

/**
 * The interfaces by which the flow may have left before, other than the one it leaves by now: where masquerading out of
 * this one would not give the address, any whose masquerading does; else those that another routing table leads to.
 */
function otherInterfaces(
  branch: Branch,
  connection: Connection,
  address: Address,
  out: string,
  host: Host,
): string[] {
  const gives = (name: string): boolean => name !== out && isMasqueradeOf(branch, name, address, host);
  const { family, destination } = branch.state;
  if (!wasKept(connection) && !isMasqueradeOf(branch, out, address, host))
    return (host.links ?? []).map(({ name }) => name).filter((name) => name !== 'lo' && gives(name));
  const devices = new Set<string>();
  for (const table of routeTables(host, family).named?.values() ?? []) {
    for (const { routes } of table.covering(destination)) {
      for (const { type, nextHops } of routes)
        if (type === 'unicast') for (const { device } of nextHops) if (device !== null) devices.add(device);
      break;
    }
  }
  return [...devices].filter(gives);
}

/** Whether the flow's source is the one it came with: then MASQUERADE may have had nothing to change, or was not asked. */
function wasKept({ originalSource, replyDestination }: Connection): boolean {
  const [before, after] = [originalSource.address, replyDestination.address];
  return before !== null && after !== null && sameAddress(before, after);
}

/** The gateway is known of the interface that the packet leaves by now, and decides between several addresses of one only. */
function isMasqueradeOf({ state }: Branch, device: string, address: Address, host: Host): boolean {
  const { family, destination, route } = state;
  if (device === route?.device) {
    const written = masqueradeAddress(host, family, device, route.gateway ?? destination, destination);
    return written !== null && sameAddress(written, address);
  }
  const link = host.links?.find(({ name }) => name === device);
  if (link?.addresses.some((entry) => sameAddress(entry.address, address)) === true) return true;
  const written = masqueradeAddress(host, family, device, destination, destination);
  return written !== null && sameAddress(written, address);
}

/** What the rules of today can write to a source: MASQUERADE at all, and another target this address; of native nft rules, either. */
function sourcesOf(context: TraceContext, address: Address): { masquerade: boolean; snat: boolean } {
  const { nft } = context.world.host;
  let masquerade = nft?.nativeChains.some(({ hook, rules }) => hook === 'postrouting' && rules > 0) === true;
  let snat = masquerade;
  for (const effect of reachableEffects(context.world, 'nat', 'POSTROUTING')) {
    if (effect.kind === 'masquerade') masquerade = true;
    else if (effect.kind === 'snat') snat ||= effect.to === null || holds(effect.to, address);
    else if (effect.kind === 'netmap')
      snat ||= (address.value & effect.mask) === (effect.value & effect.mask);
    else if (effect.kind === 'unrecognised') snat = true;
  }
  return { masquerade, snat };
}

function holds({ from, to }: NatRange, { value }: Address): boolean {
  return from !== null && value >= from && value <= (to ?? from);
}
