import type { Note } from '../explain/explanation.ts';
import type { Host, Link } from '../host/facts.ts';
import type { Lacking } from './document.ts';

type Mode = 'hairpin' | 'isolated';

/** What `ip -d addr` tells of a bridge's port, and what nobody knows where it does not. */
const MODES: {
  readonly [M in Mode]: { readonly [what in 'uneven' | 'untold']: (bridge: string) => string };
} = {
  hairpin: {
    uneven: (bridge) => `which port of ${bridge} a pod is behind, of which not all have hairpin mode`,
    untold: (bridge) => `whether the ports of ${bridge} have hairpin mode`,
  },
  isolated: {
    uneven: (bridge) => `which ports of ${bridge} pods are behind, of which some are isolated`,
    untold: (bridge) => `whether the ports of ${bridge} are isolated from each other`,
  },
};

/**
 * Which port of a bridge a packet came in by is not followed: where some ports have hairpin mode (or are isolated) and others not,
 * and not the same ones on both sides, pods may fare otherwise on one side alone; and so where a side does not tell it.
 * Both hosts are as they were captured.
 */
export function portGaps(before: Host, after: Host): Lacking[] {
  return (['hairpin', 'isolated'] as const).flatMap((mode) => gapsOf(mode, before, after));
}

function gapsOf(mode: Mode, before: Host, after: Host): Lacking[] {
  const [own, other] = [portsWithout(mode, before), portsWithout(mode, after)];
  return [...own].flatMap(([bridge, ports]): Lacking[] => {
    const others = other.get(bridge);
    if (others === undefined) return [];
    const gap = { file: 'ip-addr.json', partly: true };
    if (ports !== null && others !== null) {
      if (others === ports || (isUniform(ports) && isUniform(others))) return [];
      return [{ ...gap, held: 'neither', what: MODES[mode].uneven(bridge), settle: null }];
    }
    // Neither tells: named, and taken to be alike (portsUntold).
    if (ports === others) return [];
    const held = ports === null ? 'after' : 'before';
    const what = MODES[mode].untold(bridge);
    return [{ ...gap, held, what, settle: 'capture `ip -j -d addr`' }];
  });
}

/** @returns what neither side tells of the ports of bridges that both have, taken to be alike; one note for each bridge. */
export function portsUntold(before: Host, after: Host): Note[] {
  const untold = (['hairpin', 'isolated'] as const).map((mode) => {
    const [own, other] = [portsWithout(mode, before), portsWithout(mode, after)];
    return [...own].flatMap(([name, ports]) => (ports === null && other.get(name) === null ? [name] : []));
  });
  return [...new Set(untold.flat())].map((name) => ({
    code: 'bridge-ports',
    text: `the ports of ${name} are taken to be alike on both sides: isolated or not, with hairpin mode or without`,
    settle: 'capture `ip -j -d addr`',
  }));
}

/** @returns the links, with the kind and the modes that the other side alone tells of those of their name. */
export function withModesOf(links: Host['links'], other: Host['links']): Host['links'] {
  if (links === null || other === null) return links ?? other;
  const named = new Map(other.map((link) => [link.name, link]));
  const lent = links.map((link) => withModes(link, named.get(link.name)));
  return lent.some((link, at) => link !== links[at]) ? lent : links;
}

function withModes(link: Link, other: Link | undefined): Link {
  if (other === undefined || link.master !== other.master) return link;
  const { hairpin = other.hairpin, isolated = other.isolated } = link;
  const kind = link.kind ?? other.kind;
  if (kind === link.kind && hairpin === link.hairpin && isolated === link.isolated) return link;
  return {
    ...link,
    kind,
    ...(hairpin === undefined ? {} : { hairpin }),
    ...(isolated === undefined ? {} : { isolated }),
  };
}

/** No port has the mode. */
const ALL = 'all';

/** The trace follows bridges whose ports are alike. */
function isUniform(ports: string): boolean {
  return ports === ALL || ports === '';
}

/** @returns for each bridge the ports that lack the mode, as one text; null where that is not told. */
function portsWithout(mode: Mode, { links }: Host): Map<string, string | null> {
  const bridges = new Set((links ?? []).flatMap(({ master }) => master ?? []));
  return new Map(
    [...bridges].map((bridge) => {
      const ports = (links ?? []).filter(({ master }) => master === bridge);
      const without = ports.filter((port) => port[mode] === false);
      if (ports.some((port) => port[mode] === undefined)) return [bridge, null];
      const names = without.map(({ name }) => name).sort();
      return [bridge, without.length === ports.length ? ALL : names.join()];
    }),
  );
}
