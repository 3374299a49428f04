import { mayChangePlaces } from './commute.js';
/** More comparisons than this are not made; the chain is then taken to differ for every packet. */
const MOST_WORK = 20_000_000;
/**
 * Compares the order of the same entries in two chains. What stands for different single destinations never meets the same
 * packet, so the order is compared destination by destination, with the entries that may take any.
 * @returns the entries whose order may matter; empty where it does not; null where it was too much to find out.
 */
export function findMoved(before, after) {
    const named = new Set([...before, ...after].map(({ destination }) => destination));
    const others = [before, after].map((entries) => entries.filter(({ destination }) => destination === null));
    const open = others[0]?.length ?? 0;
    if (named.size * (open + 1) > MOST_WORK)
        return null;
    const [ownByAddress, otherByAddress] = [before, after].map(groupByDestination);
    const moved = new Set();
    for (const destination of [...named, null]) {
        const own = ownByAddress?.(destination) ?? [];
        const other = otherByAddress?.(destination) ?? [];
        if (sameKeys(own, other))
            continue;
        if (own.length * own.length > MOST_WORK)
            return null;
        const [first, second] = [normalOrder(own), normalOrder(other)];
        if (!sameKeys(first, second))
            for (const entry of differingPart(first, second))
                moved.add(entry);
    }
    return [...moved];
}
function groupByDestination(entries) {
    const open = [];
    const named = new Map();
    for (const [at, entry] of entries.entries()) {
        if (entry.destination === null)
            open.push({ entry, at });
        else {
            const list = named.get(entry.destination);
            if (list === undefined)
                named.set(entry.destination, [{ entry, at }]);
            else
                list.push({ entry, at });
        }
    }
    return (destination) => {
        const own = destination === null ? [] : (named.get(destination) ?? []);
        return [...own, ...open].sort((a, b) => a.at - b.at).map(({ entry }) => entry);
    };
}
/**
 * @returns the entries in an order that depends on nothing but which of them may not change places: of those that nothing
 * before them holds back, the one with the smallest key comes next.
 */
function normalOrder(entries) {
    const waits = entries.map(() => 0);
    const releases = entries.map(() => []);
    for (let later = 1; later < entries.length; later++) {
        for (let earlier = 0; earlier < later; earlier++) {
            if (change(entries[earlier], entries[later]))
                continue;
            releases[earlier]?.push(later);
            waits[later] = (waits[later] ?? 0) + 1;
        }
    }
    const keys = entries
        .map(({ key }, at) => ({ key, at }))
        .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.at - b.at));
    const order = [];
    const rank = new Map(keys.map(({ at }, place) => [at, place]));
    const free = new SmallestFirst();
    for (const [at, count] of waits.entries())
        if (count === 0)
            free.add(rank.get(at) ?? 0);
    for (let place = free.take(); place !== null; place = free.take()) {
        const at = keys[place]?.at ?? 0;
        const entry = entries[at];
        if (entry !== undefined)
            order.push(entry);
        for (const later of releases[at] ?? []) {
            waits[later] = (waits[later] ?? 0) - 1;
            if (waits[later] === 0)
                free.add(rank.get(later) ?? 0);
        }
    }
    return order;
}
function change(a, b) {
    const [own] = a?.rules ?? [];
    const [other] = b?.rules ?? [];
    if (own === undefined || other === undefined || a?.rules.length !== 1 || b?.rules.length !== 1)
        return false;
    return mayChangePlaces(own, other);
}
/** A binary heap of numbers. */
class SmallestFirst {
    #heap = [];
    add(value) {
        const heap = this.#heap;
        let at = heap.push(value) - 1;
        while (at > 0) {
            const parent = (at - 1) >> 1;
            if ((heap[parent] ?? 0) <= value)
                break;
            heap[at] = heap[parent] ?? 0;
            at = parent;
        }
        heap[at] = value;
    }
    take() {
        const heap = this.#heap;
        const [first] = heap;
        const last = heap.pop();
        if (first === undefined || last === undefined)
            return null;
        if (heap.length === 0)
            return first;
        let at = 0;
        for (;;) {
            let child = at * 2 + 1;
            if (child >= heap.length)
                break;
            if ((heap[child + 1] ?? Number.POSITIVE_INFINITY) < (heap[child] ?? 0))
                child++;
            if ((heap[child] ?? 0) >= last)
                break;
            heap[at] = heap[child] ?? 0;
            at = child;
        }
        heap[at] = last;
        return first;
    }
}
/** @returns true where both do the same in the same order. */
export function sameKeys(a, b) {
    return a.length === b.length && a.every(({ key }, at) => key === b[at]?.key);
}
/** What lies between the parts that both begin and end with. */
function differingPart(a, b) {
    let start = 0;
    while (start < a.length && a[start]?.key === b[start]?.key)
        start++;
    let end = a.length;
    while (end > start && a[end - 1]?.key === b[end - 1 + b.length - a.length]?.key)
        end--;
    return a.slice(start, end);
}
