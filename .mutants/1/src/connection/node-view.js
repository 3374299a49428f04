/** A node of which no neighbour was captured. */
export const NO_NEIGHBOURS = { ownerOf: () => null, viewOf: () => 'not-captured' };
