import { intersect } from '../space/box.js';
import { bits } from '../space/universe.js';
/** @returns the packets of a reach that come from these sources. Of a process the door tells the source, as far as it is known: the field has no meaning there, and is left whole. */
export function from(reach, source, { universe }) {
    const inside = bits(universe.doors, ({ kind }) => kind === 'in');
    return !reach.ownSource || (reach.box.doors & inside) === 0n ? reach : within(reach, { source });
}
/** @returns the packets of a reach that come from these ports. */
export function fromPorts(reach, sourcePort) {
    return reach.ownSource ? within(reach, { sourcePort }) : reach;
}
/** @returns the packets of a reach that go to these destinations and ports; null stands for no bound. */
export function towards(reach, destination, port) {
    const { late } = reach;
    if (late === null)
        return within(reach, {
            ...(destination === null ? {} : { destination }),
            ...(port === null ? {} : { destinationPort: port }),
        });
    const next = {
        destination: destination === null ? late.destination : late.destination.and(destination),
        port: port === null ? late.port : late.port.and(port),
    };
    return next.destination.isEmpty || next.port.isEmpty ? null : { ...reach, late: next };
}
/** @returns the packets of a reach that lie in these fields too; null where there is none. */
export function within(reach, by) {
    const given = Object.fromEntries(Object.entries(by).filter(([, value]) => value !== null));
    const box = intersect(reach.box, { ...reach.box, ...given });
    return box === null ? null : { ...reach, box };
}
