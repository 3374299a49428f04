/** Fields in the order in which a difference of boxes is cut: what decides most comes first. */
const ORDER = [
    'destination',
    'protocols',
    'destinationPort',
    'doors',
    'states',
    'source',
    'sourcePort',
    'marks',
    'icmp',
    'tcpFlags',
];
/** @returns the packets in both; null where there is none. */
export function intersect(a, b) {
    const protocols = a.protocols & b.protocols;
    const doors = a.doors & b.doors;
    const states = a.states & b.states;
    if (protocols === 0n || doors === 0n || states === 0n)
        return null;
    const destination = a.destination.and(b.destination);
    if (destination.isEmpty)
        return null;
    const destinationPort = a.destinationPort.and(b.destinationPort);
    if (destinationPort.isEmpty)
        return null;
    const source = a.source.and(b.source);
    if (source.isEmpty)
        return null;
    const sourcePort = a.sourcePort.and(b.sourcePort);
    if (sourcePort.isEmpty)
        return null;
    const marks = a.marks.and(b.marks);
    const icmp = a.icmp.and(b.icmp);
    const tcpFlags = a.tcpFlags.and(b.tcpFlags);
    if (marks.isEmpty || icmp.isEmpty || tcpFlags.isEmpty)
        return null;
    return {
        ...{ destination, protocols, destinationPort, doors, states },
        ...{ source, sourcePort, marks, icmp, tcpFlags },
    };
}
/** @returns disjoint boxes that hold what is in `box` and not in `cut`. */
export function subtract(box, cut) {
    if (intersect(box, cut) === null)
        return [box];
    const rest = [];
    let inside = box;
    for (const field of ORDER) {
        const { outside, within } = split(inside, cut, field);
        if (outside !== null)
            rest.push(outside);
        inside = within;
    }
    return rest;
}
/** Cuts a box in one field: what the other allows there, and what it does not. */
function split(box, cut, field) {
    switch (field) {
        case 'protocols':
        case 'doors':
        case 'states': {
            const left = box[field] & ~cut[field];
            return {
                outside: left === 0n ? null : { ...box, [field]: left },
                within: { ...box, [field]: box[field] & cut[field] },
            };
        }
        case 'marks':
        case 'tcpFlags': {
            if (box[field] === cut[field])
                return { outside: null, within: box };
            const left = box[field].without(cut[field]);
            return {
                outside: left.isEmpty ? null : { ...box, [field]: left },
                within: { ...box, [field]: box[field].and(cut[field]) },
            };
        }
        default: {
            if (box[field] === cut[field])
                return { outside: null, within: box };
            const left = box[field].without(cut[field]);
            return {
                outside: left.isEmpty ? null : { ...box, [field]: left },
                within: { ...box, [field]: box[field].and(cut[field]) },
            };
        }
    }
}
/** @returns disjoint boxes that together hold what the given ones hold. Boxes given first stay whole. */
export function disjoint(boxes) {
    const done = [];
    for (const box of boxes) {
        let parts = [box];
        for (const earlier of done) {
            parts = parts.flatMap((part) => subtract(part, earlier));
            if (parts.length === 0)
                break;
        }
        done.push(...parts);
    }
    return done;
}
