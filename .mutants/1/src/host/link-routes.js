import { maskOfLength } from '../net/prefix.js';
/**
 * @returns the routes that the kernel puts into the table `local` for the addresses of the links: `fib_add_ifaddr`
 * (net/ipv4/fib_frontend.c), and for IPv6 addrconf (net/ipv6/addrconf.c). For captures that have addresses but no routes.
 */
export function localRoutesOfLinks(host, links, family) {
    return family === 'ipv4' ? links.flatMap(ipv4Routes) : links.flatMap((link) => ipv6Routes(host, link));
}
function ipv4Routes(link) {
    const routes = [];
    for (const entry of link.addresses) {
        if (entry.address.family !== 'ipv4')
            continue;
        const { value } = entry.address;
        routes.push(localRoute(link, 'ipv4', 'local', value, 32));
        if (!link.up || entry.prefixLength >= 31)
            continue;
        const mask = maskOfLength('ipv4', entry.prefixLength);
        const network = entry.peer?.value ?? value & mask;
        if (link.loopback)
            routes.push(localRoute(link, 'ipv4', 'local', network, entry.prefixLength));
        routes.push(localRoute(link, 'ipv4', 'broadcast', network | (mask ^ 0xffffffffn), 32));
    }
    return routes;
}
function ipv6Routes(host, link) {
    const routes = [];
    const forwards = host.sysctls?.get(`net.ipv6.conf.${link.name.replaceAll('.', '/')}.forwarding`) === '1';
    for (const entry of link.addresses) {
        if (entry.address.family !== 'ipv6' || entry.tentative === true)
            continue;
        const { value } = entry.address;
        routes.push(localRoute(link, 'ipv6', 'local', value, 128));
        // The subnet-router anycast address, on routers only (`addrconf_join_anycast`).
        if (forwards && !link.loopback && entry.prefixLength < 127) {
            const network = value & maskOfLength('ipv6', entry.prefixLength);
            routes.push(localRoute(link, 'ipv6', 'anycast', network, 128));
        }
    }
    if (link.up && !link.loopback) {
        routes.push(localRoute(link, 'ipv6', 'multicast', 0xffn << 120n, 8));
    }
    return routes;
}
function localRoute(link, family, type, value, length) {
    return {
        family,
        type,
        destination: { family, value, mask: maskOfLength(family, length) },
        table: 'local',
        nextHops: [{ device: link.name, gateway: null, weight: 1, usable: true }],
        preferredSource: null,
        metric: 0,
        scope: null,
        tos: 0,
        usable: true,
    };
}
