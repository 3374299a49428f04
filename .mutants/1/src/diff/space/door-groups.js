import { deviceKey } from './door-key.js';
import { bits } from './universe.js';
/**
 * Which interfaces nothing but a rule that names them can tell apart. Routes tell an interface from another only to those
 * senders that are routed there: so of a hundred pods with an interface each, all others are one class to a given sender.
 */
export class DoorGroups {
    #doors;
    #hosts;
    #routing;
    #keys = new Map();
    #found = new Map();
    constructor(doors, hosts, routing) {
        this.#doors = doors;
        this.#hosts = hosts;
        this.#routing = routing;
    }
    /** @returns the interfaces and senders that both nodes judge alike with this one, whatever the packet is sent to. */
    alike(door, source) {
        const at = this.#doors.indexOf(door);
        // Equal for all senders of one stretch: each stretch has its own answer for every interface.
        const key = `${at} ${this.#routing.stretchOf(source)}`;
        let found = this.#found.get(key);
        if (found === undefined) {
            const own = this.#judged(door, source);
            let sources = own.alike;
            const kept = new Set([door]);
            for (const other of own.turnsBack ? [] : this.#doors) {
                if (other === door || other.kind === 'node' || this.#key(other) !== this.#key(door))
                    continue;
                const judged = this.#judged(other, source);
                if (judged.said !== own.said || judged.turnsBack)
                    continue;
                kept.add(other);
                sources = sources.and(judged.alike);
            }
            found = { doors: bits(this.#doors, (each) => kept.has(each)), sources };
            this.#found.set(key, found);
        }
        return found;
    }
    #judged(door, source) {
        return this.#routing.source(source, door.kind === 'in' ? door.device : undefined);
    }
    #key(door) {
        let key = this.#keys.get(door);
        if (key === undefined) {
            key = door.kind === 'in' && door.device !== undefined ? deviceKey(this.#hosts, door.device) : door.kind;
            this.#keys.set(door, key);
        }
        return key;
    }
}
