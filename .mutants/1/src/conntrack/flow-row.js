/** @returns a row about which nothing has been read. */
export function emptyRow() {
    const tuple = () => ({ source: 0, destination: 0, sourcePort: 0, destinationPort: 0 });
    return {
        protocol: 0,
        timeoutSeconds: null,
        state: null,
        unreplied: false,
        assured: false,
        offloaded: false,
        zone: 0,
        original: tuple(),
        reply: tuple(),
    };
}
