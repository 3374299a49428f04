/** @returns the program that speaks of a family's rules, whichever backend it was linked to. */
export function programOf(family) {
    return family === 'ipv4' ? 'iptables' : 'ip6tables';
}
/**
 * @param captured all rules of the node: with rules in both backends, nothing tells which of them plain `iptables` means
 * @returns the program that lists and changes the rules of this family and backend: `iptables`, `ip6tables-legacy`, and
 *   `iptables-nft` only where the node has legacy rules too. Its `-save` is called the same with `-save` behind it.
 */
export function toolOf({ family, backend }, captured) {
    const program = programOf(family);
    if (backend === 'iptables-legacy')
        return `${program}-legacy`;
    return captured.some((other) => other.backend === 'iptables-legacy') ? `${program}-nft` : program;
}
