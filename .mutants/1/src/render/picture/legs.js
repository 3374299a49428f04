/** @returns the stretches of an outcome: those of its connection where it tells them, else the one path of the packet. */
export function legsOf({ connection, path }) {
    const legs = connection?.legs ?? [];
    return legs.length > 0 ? legs : [{ node: null, direction: 'request', path }];
}
