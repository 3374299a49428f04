/** The same for every packet that came this far: fields that are fixed or unknown for all of them alike. */
export const FIXED = {
    alike: () => undefined,
    may: (_, reach) => reach,
    mention: () => false,
};
/** What a packet has of it depends on where it came in. */
export const BY_DOOR = {
    ...FIXED,
    alike: (_, { narrowing }) => narrowing.keepDoor(),
};
/** A field of which the tests name interfaces. */
export const BY_PORT_OF_BRIDGE = {
    ...BY_DOOR,
    mention: ({ in: names }, { devices }) => {
        for (const name of names)
            devices.add(name);
        return true;
    },
};
/** Counts a match whose answer no capture holds. */
export function countUnknown(what, { unknown }) {
    unknown.set(what, (unknown.get(what) ?? 0) + 1);
    return true;
}
