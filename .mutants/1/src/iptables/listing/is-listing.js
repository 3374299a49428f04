/** The first line of a chain, as `iptables -L` prints it. */
export const CHAIN_HEAD = /^Chain (\S+) \((?:policy (\S+)|(\d+) references)/m;
const COLUMN_HEAD = /^[ \t]*(?:num\s+)?(?:pkts\s+bytes\s+)?target\s+prot\s+opt\s+(?:in\s+out\s+)?source\s+destination/m;
/**
 * @returns true where the text has what only `iptables -L` prints: a chain's head (`Chain INPUT (policy ACCEPT)`,
 * `Chain X (2 references)`) or the names of its columns.
 */
export function isListing(text) {
    return CHAIN_HEAD.test(text) || COLUMN_HEAD.test(text);
}
