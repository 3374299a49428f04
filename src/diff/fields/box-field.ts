import type { OpaqueModule } from '../../iptables/match.ts';
import type { Field, TestOf } from '../../rules/test.ts';
import type { PacketState } from '../../trace/state.ts';
import type { KeptPackets } from '../explore/kept-packets.ts';
import type { Reach } from '../rules/reach-bounds.ts';
import type { Space } from '../space/space.ts';

/** The packet as a test was asked about it, and the set of packets to narrow. */
export interface Asked {
  readonly state: PacketState;
  readonly narrowing: KeptPackets;
}

/** What rules mention that a packet can have, and what no capture answers. */
export interface Mentions {
  readonly protocols: Set<number>;
  /** Names of interfaces, or with a trailing plus the beginning of some. */
  readonly devices: Set<string>;
  /** Names of ipsets. */
  readonly sets: Set<string>;
  /** Matches whose answer no capture holds, and how many rules ask each. */
  readonly unknown: Map<OpaqueModule | 'unrecognised', number>;
}

/** What a comparison of two states must know of a field. */
export interface BoxField<F extends Field> {
  /** Keeps the packets that answer a test as the one that is traced does. See the evaluators in `trace/fields`. */
  readonly alike: (test: TestOf<F>, asked: Asked) => void;
  /** @returns the packets of a reach that may match a test: never fewer than do. Null where there is none. */
  readonly may: (test: TestOf<F>, reach: Reach, space: Space) => Reach | null;
  /** Takes what a test mentions. @returns whether rules spelt alike but for its values may mention something else. */
  readonly mention: (test: TestOf<F>, mentions: Mentions) => boolean;
}

/** The same for every packet that came this far: fields that are fixed or unknown for all of them alike. */
export const FIXED = {
  alike: (): void => undefined,
  may: (_: unknown, reach: Reach): Reach => reach,
  mention: (): boolean => false,
};

/** What a packet has of it depends on where it came in. */
export const BY_DOOR = {
  ...FIXED,
  alike: (_: unknown, { narrowing }: Asked): void => narrowing.keepDoor(),
};

/** A field of which the tests name interfaces. */
export const BY_PORT_OF_BRIDGE = {
  ...BY_DOOR,
  mention: ({ in: names }: { readonly in: readonly string[] }, { devices }: Mentions): boolean => {
    for (const name of names) devices.add(name);
    return true;
  },
};

/** Counts a match whose answer no capture holds. */
export function countUnknown(what: OpaqueModule | 'unrecognised', { unknown }: Mentions): boolean {
  unknown.set(what, (unknown.get(what) ?? 0) + 1);
  return true;
}
