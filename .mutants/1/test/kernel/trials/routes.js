const SENT = { from: 'node', to: '10.9.0.1' };
/** Beliefs about what routing does before, between and after the rules. */
export const ROUTES = {
    'a mark from mangle OUTPUT takes another route': {
        ...SENT,
        setup: `
      rule add fwmark 0x5 lookup 100
      route add default via 192.168.1.2 table 100`,
        rules: `
      *mangle
      :OUTPUT ACCEPT
      :POSTROUTING ACCEPT
      -A OUTPUT -p udp -j MARK --set-mark 5
      -A OUTPUT -p udp -o eth1 -j MARK --or-mark 0x80000000
      -A OUTPUT -p udp -m mark --mark 0x80000005 -j MARK --and-mark 0x7fffffff
      -A POSTROUTING -o eth0
      -A POSTROUTING -o eth1
      -A POSTROUTING -s 192.168.1.1/32
      -A POSTROUTING -s 172.16.0.1/32
      *filter
      :OUTPUT ACCEPT
      -A OUTPUT -p udp -o eth0
      -A OUTPUT -p udp -o eth1
      *nat
      :POSTROUTING ACCEPT
      -A POSTROUTING -p udp -j MASQUERADE`,
    },
    'loopback addresses do not leave without route_localnet': {
        from: 'node',
        to: '127.0.0.5',
        rules: `
      *mangle
      :POSTROUTING ACCEPT
      -A POSTROUTING -p udp
      *nat
      :OUTPUT ACCEPT
      -A OUTPUT -p udp -d 127.0.0.5/32 -j DNAT --to-destination 10.9.0.1
      *filter
      :OUTPUT ACCEPT
      -A OUTPUT -p udp`,
    },
    'loopback addresses leave with route_localnet': {
        from: 'node',
        to: '127.0.0.5',
        sysctls: { 'net.ipv4.conf.eth1.route_localnet': 1 },
        rules: `
      *nat
      :OUTPUT ACCEPT
      :POSTROUTING ACCEPT
      -A OUTPUT -p udp -d 127.0.0.5/32 -o lo -j DNAT --to-destination 10.9.0.1
      -A POSTROUTING -p udp -o eth1 -j MASQUERADE
      *filter
      :OUTPUT ACCEPT
      -A OUTPUT -p udp -o lo -s 127.0.0.1/32
      -A OUTPUT -p udp -o eth1`,
    },
    'martian sources are dropped between PREROUTING and FORWARD': {
        from: 'client',
        to: '10.9.0.1',
        sysctls: { 'net.ipv4.conf.eth0.rp_filter': 1 },
        setup: 'route add 192.168.1.2 via 172.16.0.2',
        client: 'neigh replace 192.168.1.1 lladdr 02:00:00:00:00:01 dev eth0',
        rules: `
      *mangle
      :PREROUTING ACCEPT
      :FORWARD ACCEPT
      -A PREROUTING -p udp
      -A FORWARD -p udp`,
    },
    'a node that does not forward': {
        from: 'client',
        to: '10.9.0.1',
        sysctls: { 'net.ipv4.ip_forward': 0 },
        rules: `
      *mangle
      :PREROUTING ACCEPT
      :FORWARD ACCEPT
      -A PREROUTING -p udp
      -A FORWARD -p udp`,
    },
    'a policy rule for the source that routing itself chose': {
        from: 'node',
        to: '10.9.0.1',
        setup: `
      rule add from 172.16.0.1 lookup 101
      route add default via 192.168.1.2 table 101`,
        rules: `
      *mangle
      :OUTPUT ACCEPT
      :POSTROUTING ACCEPT
      -A OUTPUT -p udp -o eth0
      -A OUTPUT -p udp -o eth1
      -A OUTPUT -p udp -s 172.16.0.1/32
      -A POSTROUTING -p udp -o eth0
      -A POSTROUTING -p udp -o eth1`,
    },
    'TPROXY without a socket': {
        from: 'client',
        to: '10.9.0.1',
        rules: `
      *mangle
      :PREROUTING ACCEPT
      :FORWARD ACCEPT
      -A PREROUTING -p udp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1
      -A PREROUTING -p udp
      -A FORWARD -p udp
      *nat
      :PREROUTING ACCEPT
      -A PREROUTING -p udp`,
    },
};
