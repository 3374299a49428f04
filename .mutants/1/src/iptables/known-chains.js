/** Of a caller that knows none. */
export const NO_CHAINS = {
    tableOf: () => null,
    tableOfJump: () => null,
    isLikelyOfNat: () => false,
    isWithoutInterfaces: () => false,
    isEnteredWithoutInterfaces: () => false,
    adoptRows: (rows) => ({ blocks: [], left: rows }),
};
