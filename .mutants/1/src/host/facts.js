/** A host about which nothing is known. */
export const UNKNOWN_HOST = {
    links: null,
    routes: { ipv4: null, ipv6: null },
    policyRules: { ipv4: null, ipv6: null },
    sysctls: null,
    ipsets: null,
    recent: null,
    nft: null,
};
