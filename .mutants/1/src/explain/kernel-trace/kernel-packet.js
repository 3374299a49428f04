/** A packet of which nothing was told. */
export const NOTHING = {
    protocol: null,
    source: null,
    sourcePort: null,
    destination: null,
    destinationPort: null,
    inInterface: null,
};
