/** A table without flows. */
export const NO_FLOWS = {
    count: 0,
    findFlow: () => null,
    flowsTo: () => [],
    flowsAt: () => [],
    all: () => [],
};
