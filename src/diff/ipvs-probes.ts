import { plainQuestion } from '../explain/question/question.ts';
import { readVantages, type Vantage } from '../explain/question/vantage.ts';
import type { VirtualServer } from '../ipvs/model.ts';
import { printIpvs } from '../ipvs/print-ipvs.ts';
import { IpvsTable, takenKey } from '../ipvs/table.ts';
import type { Address } from '../net/address.ts';
import type { Packet } from '../trace/packet.ts';
import { followPacket } from '../trace/trace-packet.ts';
import type { FamilyComparison } from './compare-family.ts';
import { findDifference, groupWays } from './explore/compare-ways.ts';
import type { DifferingClass } from './explore/explore.ts';
import { Fates } from './explore/fate.ts';
import { bits, everything } from './space/universe.ts';
import { type State, sideOf } from './two-sides.ts';

/** What became of the packets that were sent to virtual servers. */
export interface Probed {
  /** Packets that the sides do not treat alike; each is a class of its own. */
  readonly classes: readonly DifferingClass[];
  /** The sides as those packets were traced through them. */
  readonly states: readonly [State, State];
  /** Virtual servers that no packet was sent to, as the budget was used up. */
  readonly left: number;
}

/**
 * IPVS narrows no boxes of packets. Where both sides list it as a whole, a new connection of a pod, of the node and of a client
 * outside is traced to each virtual server of either side, through IPVS, on both.
 * @param budget how many packets may be traced on each side
 * @returns null where a side does not tell what IPVS balances
 */
export function probeVirtualServers(
  [before, after]: readonly [State, State],
  comparison: FamilyComparison,
  budget: number,
): Probed | null {
  const [own, other] = [tableOf(before), tableOf(after)];
  if (own === null || other === null) return null;
  const states = [
    { ...before, followedIpvs: ofNewConnections(own) },
    { ...after, followedIpvs: ofNewConnections(other) },
  ] as const;
  const servers = new Map<string, VirtualServer>();
  const same = differsElsewhere(states, comparison) ? new Set<string>() : new Set(own.servers.map(textOf));
  for (const server of [...own.servers, ...other.servers]) servers.set(takenKey(server.takes), server);
  // What says the same on both sides, where nothing else differs, does the same.
  for (const server of other.servers) if (same.has(textOf(server))) servers.delete(takenKey(server.takes));
  const classes: DifferingClass[] = [];
  const vantages = vantagesOf(after, comparison);
  let traced = 0;
  let left = 0;
  for (const { takes } of servers.values()) {
    if (takes.by === 'mark' || takes.address.family !== comparison.family) continue;
    if (traced + vantages.length > budget) left++;
    else
      for (const vantage of vantages) {
        traced++;
        const found = differenceOf(packetOf(vantage, takes), states, comparison, vantage);
        if (found !== null) classes.push(found);
      }
  }
  return { classes, states, left };
}

function tableOf({ known: { ipvs } }: State): IpvsTable | null {
  return ipvs instanceof IpvsTable && !ipvs.incomplete ? ipvs : null;
}

/** Connections and templates are of clients that asked before, as conntrack's flows are. */
function ofNewConnections({ servers }: IpvsTable): IpvsTable {
  return new IpvsTable({ servers, connections: [] });
}

function textOf(server: VirtualServer): string {
  return printIpvs([server]);
}

/** Whether anything but the virtual servers may let their packets fare otherwise: what `explore` had to trace, or a switch of IPVS. */
function differsElsewhere(
  [before, after]: readonly [State, State],
  { exploration, differing }: FamilyComparison,
): boolean {
  const switches = ({ host }: State): string =>
    [...(host.sysctls ?? [])]
      .flatMap(([name, value]) => (isIpvsSwitch(name) ? `${name} ${value}` : []))
      .sort()
      .join();
  return (
    exploration.traced > 0 ||
    exploration.unexplored.length > 0 ||
    differing.length > 0 ||
    switches(before) !== switches(after)
  );
}

/** @returns true for a switch of where IPVS sends a packet, and of whether conntrack sees it. */
export function isIpvsSwitch(name: string): boolean {
  return /^net\.ipv4\.vs\.(?:conntrack|conn_reuse_mode|expire_nodest_conn|expire_quiescent_template|sloppy_tcp|sloppy_sctp|backup_only|drop_\w+|snat_reroute)$/.test(
    name,
  );
}

function vantagesOf({ known }: State, { family }: FamilyComparison): Vantage[] {
  const destination = {
    address: { family, value: 0n },
    ...{ port: null, protocol: 6, isLocal: false, named: null, chosen: null },
  };
  return readVantages(plainQuestion(''), destination, known).filter(
    ({ onlyIfOtherThan }) => onlyIfOtherThan === undefined,
  );
}

function packetOf(
  { sender, entersAt, inInterface }: Vantage,
  takes: { readonly protocol: number; readonly address: Address; readonly port: number },
): Packet {
  return {
    family: takes.address.family,
    protocol: takes.protocol,
    source: sender,
    sourcePort: null,
    destination: takes.address,
    destinationIsLocal: false,
    destinationPort: takes.port,
    icmp: null,
    entersAt,
    inInterface,
    mark: 0,
    state: 'NEW',
  };
}

function differenceOf(
  packet: Packet,
  states: readonly [State, State],
  { family, space }: FamilyComparison,
  { entersAt, inInterface }: Vantage,
): DifferingClass | null {
  const [before, after] = states.map((state) => {
    const side = sideOf(state, family);
    return groupWays(followPacket(packet, side.world(entersAt)), side.nameQuestion);
  });
  const difference = findDifference(before ?? [], after ?? []);
  if (difference === null) return null;
  const { universe } = space;
  const doors = bits(universe.doors, (door) =>
    entersAt === 'OUTPUT' ? door.kind === 'node' : door.kind === 'in' && door.device === inInterface,
  );
  const fates = new Fates();
  return {
    box: { ...everything(universe), doors },
    packet,
    before: fates.of(difference.before),
    after: fates.of(difference.after),
    passed: new Set(),
  };
}
