/** Classes of packets for each family: some fifteen seconds of work. A policy of FORWARD changed takes most of it. */
export const BUDGET = 60_000;

/** Of two nodes: a second or two. All of it would be as many classes as there are, and more differences than anybody reads. */
export const BUDGET_OF_NODES = 500;
