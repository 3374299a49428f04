const NAMES = {
    accept: () => 'ACCEPT',
    drop: () => 'DROP',
    reject: () => 'REJECT',
    queue: (target) => target.name,
    tproxy: () => 'TPROXY',
    synproxy: () => 'SYNPROXY',
    jump: (target) => target.chain,
    goto: (target) => target.chain,
    return: () => 'RETURN',
    dnat: () => 'DNAT',
    snat: () => 'SNAT',
    masquerade: () => 'MASQUERADE',
    redirect: () => 'REDIRECT',
    netmap: () => 'NETMAP',
    mark: () => 'MARK',
    'connmark-set': () => 'CONNMARK',
    'connmark-save': () => 'CONNMARK',
    'connmark-restore': () => 'CONNMARK',
    notrack: () => 'NOTRACK',
    ct: () => 'CT',
    dscp: () => 'DSCP',
    tos: () => 'TOS',
    ttl: () => 'TTL',
    hmark: () => 'HMARK',
    'change-sets': () => 'SET',
    'segment-size': () => 'TCPMSS',
    alter: (target) => target.name,
    passive: (target) => target.name,
    unrecognised: (target) => target.name,
};
/**
 * @returns the word that follows `-j` or `-g` for this target. Where two words share one kind, the commoner one: `TTL`
 * for `HL`, `NOTRACK` for `CT --notrack`.
 */
export function targetNameOf(target) {
    const name = NAMES[target.kind];
    return name(target);
}
