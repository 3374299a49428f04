import type { Host } from '../../host/facts.ts';
import type { Intervals } from '../../net/intervals.ts';
import { deviceKey } from './door-key.ts';
import type { HostPartition, JudgedSource } from './host-partition.ts';
import { bits, type Door } from './universe.ts';

/** Interfaces that are alike for some senders. */
export interface AlikeDoors {
  readonly doors: bigint;
  readonly sources: Intervals;
}

/**
 * Which interfaces nothing but a rule that names them can tell apart. Routes tell an interface from another only to those
 * senders that are routed there: so of a hundred pods with an interface each, all others are one class to a given sender.
 */
export class DoorGroups {
  readonly #doors: readonly Door[];
  readonly #hosts: readonly [Host, Host];
  readonly #routing: HostPartition;
  readonly #keys = new Map<Door, string>();
  readonly #found = new Map<string, AlikeDoors>();

  constructor(doors: readonly Door[], hosts: readonly [Host, Host], routing: HostPartition) {
    this.#doors = doors;
    this.#hosts = hosts;
    this.#routing = routing;
  }

  /** @returns the interfaces and senders that both nodes judge alike with this one, whatever the packet is sent to. */
  alike(door: Door, source: bigint): AlikeDoors {
    const at = this.#doors.indexOf(door);
    // Equal for all senders of one stretch: each stretch has its own answer for every interface.
    const key = `${at} ${this.#routing.stretchOf(source)}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      const own = this.#judged(door, source);
      let sources = own.alike;
      const kept = new Set<Door>([door]);
      for (const other of own.turnsBack ? [] : this.#doors) {
        if (other === door || other.kind === 'node' || this.#key(other) !== this.#key(door)) continue;
        const judged = this.#judged(other, source);
        if (judged.said !== own.said || judged.turnsBack) continue;
        kept.add(other);
        sources = sources.and(judged.alike);
      }
      found = { doors: bits(this.#doors, (each) => kept.has(each)), sources };
      this.#found.set(key, found);
    }
    return found;
  }

  #judged(door: Door, source: bigint): JudgedSource {
    return this.#routing.source(source, door.kind === 'in' ? door.device : undefined);
  }

  #key(door: Door): string {
    let key = this.#keys.get(door);
    if (key === undefined) {
      key = door.kind === 'in' && door.device !== undefined ? deviceKey(this.#hosts, door.device) : door.kind;
      this.#keys.set(door, key);
    }
    return key;
  }
}
