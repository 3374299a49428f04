const FORWARDED = { from: 'client', to: '10.9.0.1' };
/** Beliefs about what nat rewrites, and who is asked first. */
export const NAT = {
    'masquerading to the address that the packet has is no SNAT': {
        from: 'node',
        to: '192.168.1.9',
        rules: `
      *nat
      :POSTROUTING ACCEPT
      -A POSTROUTING -p udp -j SNAT --to-source 192.168.1.1
      *mangle
      :INPUT ACCEPT
      -A INPUT -p udp -m conntrack --ctstate SNAT
      -A INPUT -p udp -s 192.168.1.1/32
      -A INPUT -p udp -j DROP`,
    },
    'nat INPUT rewrites the source last, unless POSTROUTING was passed': {
        from: 'client',
        to: '192.168.1.1',
        rules: `
      *nat
      :PREROUTING ACCEPT
      :INPUT ACCEPT
      :POSTROUTING ACCEPT
      -A PREROUTING -p udp -j REDIRECT --to-ports 7000
      -A INPUT -p udp -m udp --dport 7000 -j SNAT --to-source 10.10.10.10
      -A POSTROUTING -p udp -j SNAT --to-source 10.10.10.11
      *filter
      :INPUT ACCEPT
      -A INPUT -p udp -s 192.168.1.2/32
      -A INPUT -p udp -s 10.10.10.10/32
      -A INPUT -p udp -m conntrack --ctstate SNAT
      -A INPUT -p udp -m conntrack --ctstate DNAT
      *security
      :INPUT ACCEPT
      -A INPUT -p udp -s 192.168.1.2/32
      -A INPUT -p udp -s 10.10.10.10/32
      -A INPUT -p udp -m conntrack --ctstate SNAT`,
    },
    'of two nat tables the one loaded later is asked first (legacy later)': {
        ...FORWARDED,
        rules: [
            {
                backend: 'iptables-nft',
                text: '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p udp -j DNAT --to-destination 172.16.0.2:1',
            },
            {
                backend: 'iptables-legacy',
                text: '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p udp -j DNAT --to-destination 172.16.0.2:2',
            },
        ],
    },
    'of two nat tables the one loaded later is asked first (nft later)': {
        ...FORWARDED,
        rules: [
            {
                backend: 'iptables-legacy',
                text: '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p udp -j DNAT --to-destination 172.16.0.2:2',
            },
            {
                backend: 'iptables-nft',
                text: '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p udp -j DNAT --to-destination 172.16.0.2:1',
            },
        ],
    },
    'DNAT to a range of ports, and with a base': {
        ...FORWARDED,
        port: 8095,
        rules: `
      *nat
      :PREROUTING ACCEPT
      -A PREROUTING -p udp -j DNAT --to-destination 172.16.0.2:9000-9009/8090`,
    },
    'DNAT with a base wraps around': {
        ...FORWARDED,
        port: 8115,
        rules: `
      *nat
      :PREROUTING ACCEPT
      -A PREROUTING -p udp -j DNAT --to-destination 172.16.0.2:9000-9009/8090`,
    },
    'NETMAP keeps the host bits': {
        from: 'client',
        to: '10.9.7.33',
        rules: `
      *nat
      :PREROUTING ACCEPT
      :POSTROUTING ACCEPT
      -A PREROUTING -p udp -d 10.9.7.0/24 -j NETMAP --to 172.16.0.0/24
      -A POSTROUTING -p udp -s 192.168.0.0/16 -j NETMAP --to 10.77.0.0/16`,
        setup: 'neigh add 172.16.0.33 lladdr 02:00:00:00:00:02 dev eth1',
    },
    'the address that masquerading takes': {
        from: 'client',
        to: '10.9.0.1',
        setup: `
      addr add 172.17.0.5/24 dev eth1
      route add 10.9.0.0/16 via 172.17.0.1 src 192.168.1.9 dev eth1
      neigh add 172.17.0.1 lladdr 02:00:00:00:00:02 dev eth1`,
        rules: `
      *nat
      :POSTROUTING ACCEPT
      -A POSTROUTING -p udp -j MASQUERADE`,
    },
    'IPv6: DNAT, states and types of addresses': {
        from: 'client',
        to: 'fd00:9::1',
        rules: `
      *mangle
      :PREROUTING ACCEPT
      :FORWARD ACCEPT
      -A PREROUTING -p udp -m addrtype --dst-type UNICAST
      -A PREROUTING -p udp -m addrtype --dst-type LOCAL
      -A FORWARD -p udp -m conntrack --ctstate DNAT
      -A FORWARD -p udp -s fd00:1::2/ffff:ffff:ffff:ffff::ffff
      -A FORWARD -p udp ! -s fd00:1::/64
      *nat
      :PREROUTING ACCEPT
      :POSTROUTING ACCEPT
      -A PREROUTING -p udp -d fd00:9::/64 -j DNAT --to-destination [fd00:2::2]:53
      -A POSTROUTING -p udp -j MASQUERADE`,
    },
    'IPv6: a process of the node, back through ::1': {
        from: 'node',
        to: 'fd00:9::1',
        rules: `
      *nat
      :OUTPUT ACCEPT
      :POSTROUTING ACCEPT
      -A OUTPUT -p udp -d fd00:9::1/128 -j DNAT --to-destination [fd00:1::1]:53
      -A POSTROUTING -p udp -o lo
      *filter
      :INPUT ACCEPT
      -A INPUT -p udp -i lo -m udp --dport 53 -m conntrack --ctstate DNAT
      -A INPUT -p udp -i lo -j DROP`,
    },
};
