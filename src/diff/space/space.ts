import type { Host } from '../../host/facts.ts';
import type { RuleList } from '../../iptables/ruleset.ts';
import { Intervals } from '../../net/intervals.ts';
import { plainDestination } from '../rules/entries.ts';
import { DoorGroups } from './door-groups.ts';
import { HostPartition } from './host-partition.ts';
import { partitionSet, type SetPartition } from './set-partition.ts';
import type { Universe } from './universe.ts';

/** The packets of one family, and what both nodes can tell apart in them. Everything is computed when first asked for. */
export class Space {
  readonly universe: Universe;
  readonly hosts: readonly [Host, Host];
  readonly routing: HostPartition;
  readonly doors: DoorGroups;
  /** Whether chains stand at devices or in bridges, which see of what interface a packet is before any rule asks. */
  readonly hasFrameHooks: boolean;
  readonly #sets = new Map<string, SetPartition>();
  readonly #named = new WeakMap<RuleList, Intervals>();

  constructor(universe: Universe, hosts: readonly [Host, Host], hasFrameHooks = false) {
    this.hasFrameHooks = hasFrameHooks;
    this.universe = universe;
    this.hosts = hosts;
    this.routing = new HostPartition(universe.family, hosts);
    this.doors = new DoorGroups(universe.doors, hosts, this.routing);
  }

  set(name: string): SetPartition {
    let known = this.#sets.get(name);
    if (known === undefined) {
      known = partitionSet(this.hosts, name, this.universe.family);
      this.#sets.set(name, known);
    }
    return known;
  }

  /** @returns the destinations that rules of a chain name one by one (`-d A/32`): {@link RuleList.towards} passes over them. */
  namedIn(rules: RuleList): Intervals {
    let known = this.#named.get(rules);
    if (known === undefined) {
      known = Intervals.of([...namedDestinations(rules)].map((value) => [value, value]));
      this.#named.set(rules, known);
    }
    return known;
  }
}

/** @returns the addresses that rules name in a plain `-d A/32` (or /128), some of them several times. */
function* namedDestinations(rules: RuleList): Generator<bigint> {
  const { named, others } = rules.byDestination();
  yield* named.keys();
  // Spelt in another way.
  for (const index of others) {
    const destination = plainDestination(rules.at(index));
    if (destination !== null) yield destination;
  }
}
