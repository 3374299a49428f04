import type { FlowTable } from '../conntrack/flow-table.ts';
import { zoneOf } from '../conntrack/match-flow.ts';
import { type Branch, changed } from './branch.ts';
import { choose } from './choose.ts';
import type { TraceContext } from './context.ts';
import { flowOf, openedBefore } from './flow-of.ts';
import type { PacketState } from './state.ts';

/** A zone by mark is that of the mark that the packet has now (nf_ct_zone_tmpl). */
export function inZoneOfMark(branch: Branch): Branch {
  const { zones, mark } = branch.state;
  if (zones?.byMark === undefined) return branch;
  const { original, reply, byMark } = zones;
  const marked = mark === null ? null : mark & 0xffff;
  return changed(branch, {
    zones: { original: byMark.original ? marked : original, reply: byMark.reply ? marked : reply },
  });
}

/**
 * Where the mark that gives the zone is not known, the packet may belong to a flow of any zone.
 * @returns its ways: one for each zone in which there is a flow for it, and one where it is in another
 */
export function inZones(branch: Branch, { packet, world, opened, questions }: TraceContext): Branch[] {
  const { zones } = branch.state;
  if (zones === null || (zones.original !== null && zones.reply !== null)) return [branch];
  const within = (zone: number): Branch =>
    changed(branch, { zones: { original: zones.original ?? zone, reply: zones.reply ?? zone } });
  const listed = new Set([...opened.flatMap(zonesOf), ...(world.flows === null ? [] : zonesIn(world.flows))]);
  const possible = [...listed].filter((zone) => {
    const way = within(zone);
    return (openedBefore(way, packet, opened) ?? flowOf(way, packet, world)) !== null;
  });
  if (possible.length === 0) return [branch];
  const choices = [...possible, null].map((zone) => ({
    value: zone,
    question: { code: 'flow-zone', zone } as const,
  }));
  return choose(branch, choices, questions).map(({ branch: way, value }) =>
    value === null ? way : changed(way, { zones: within(value).state.zones }),
  );
}

/** What a packet is looked up in is no longer asked once it has a connection: that has its own zones (nf_ct_zone, nf_conntrack_zones.h). */
export function zonesOfFlow(flow: Parameters<typeof zoneOf>[0]): PacketState['zones'] {
  const [original, reply] = [zoneOf(flow, 'original'), zoneOf(flow, 'reply')];
  return original === 0 && reply === 0 ? null : { original, reply };
}

/** Kept: there are few, and finding them reads every flow. */
const ZONES = new WeakMap<FlowTable, readonly number[]>();

function zonesIn(flows: FlowTable): readonly number[] {
  const known = ZONES.get(flows);
  if (known !== undefined) return known;
  const zones = new Set<number>();
  for (const flow of flows.all()) for (const zone of zonesOf(flow)) zones.add(zone);
  ZONES.set(flows, [...zones]);
  return [...zones];
}

function zonesOf(flow: Parameters<typeof zoneOf>[0]): number[] {
  return [zoneOf(flow, 'original'), zoneOf(flow, 'reply')];
}
