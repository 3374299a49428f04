import { plainDestination } from '../rules/entries.js';
import { DoorGroups } from './door-groups.js';
import { HostPartition } from './host-partition.js';
import { Intervals } from './intervals.js';
import { partitionSet } from './set-partition.js';
/** The packets of one family, and what both nodes can tell apart in them. Everything is computed when first asked for. */
export class Space {
    universe;
    hosts;
    routing;
    doors;
    #sets = new Map();
    #named = new WeakMap();
    constructor(universe, hosts) {
        this.universe = universe;
        this.hosts = hosts;
        this.routing = new HostPartition(universe.family, hosts);
        this.doors = new DoorGroups(universe.doors, hosts, this.routing);
    }
    set(name) {
        let known = this.#sets.get(name);
        if (known === undefined) {
            known = partitionSet(this.hosts, name, this.universe.family);
            this.#sets.set(name, known);
        }
        return known;
    }
    /** @returns the destinations that rules of a chain name one by one (`-d A/32`): {@link RuleList.towards} passes over them. */
    namedIn(rules) {
        let known = this.#named.get(rules);
        if (known === undefined) {
            known = Intervals.of([...namedDestinations(rules)].map((value) => [value, value]));
            this.#named.set(rules, known);
        }
        return known;
    }
}
/** @returns the addresses that rules name in a plain `-d A/32` (or /128), several times where several rules do. */
export function* namedDestinations(rules) {
    for (let index = 0; index < rules.length; index++) {
        const destination = plainDestination(rules.at(index));
        if (destination !== null)
            yield destination;
    }
}
