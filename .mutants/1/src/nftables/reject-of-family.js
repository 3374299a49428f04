/** What a bare `reject` sends (nft: stmt_evaluate_reject). */
const DEFAULTS = {
    ip: 'icmp',
    ip6: 'icmpv6',
    inet: 'icmpx',
    bridge: 'icmpx',
    netdev: 'icmpx',
};
/** @returns the statement with what its family leaves unsaid: the text has `reject` where JSON names what is sent. */
export function inFamily(statement, family) {
    if (statement.kind !== 'reject' || statement.type !== null)
        return statement;
    const type = DEFAULTS[family] ?? null;
    return type === null ? statement : { kind: 'reject', type, code: 'port-unreachable' };
}
