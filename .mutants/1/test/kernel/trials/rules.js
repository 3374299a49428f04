const FORWARDED = { from: 'client', to: '10.9.0.1' };
const SENT = { from: 'node', to: '10.9.0.1' };
/** Beliefs about how chains are walked, and what matches say. */
export const RULES = {
    'goto, jump and return in user chains': {
        ...FORWARDED,
        rules: `
      *filter
      :FORWARD ACCEPT
      :A -
      :B -
      :C -
      :D -
      -A FORWARD -p udp -j A
      -A FORWARD -p udp
      -A FORWARD -p udp -g B
      -A FORWARD -p udp -j ACCEPT
      -A A -p udp -g C
      -A A -j DROP
      -A C -p udp -j D
      -A C -p udp -j RETURN
      -A C -j DROP
      -A D -p tcp -j DROP
      -A B -p udp -j RETURN
      -A B -j DROP`,
    },
    'a goto out of a built-in chain ends with its policy': {
        ...FORWARDED,
        rules: `
      *mangle
      :FORWARD ACCEPT
      :POSTROUTING ACCEPT
      -A POSTROUTING -j MARK --set-mark 1
      *filter
      :FORWARD DROP
      :B -
      -A FORWARD -p udp -g B
      -A FORWARD -p udp -j ACCEPT
      -A B -p tcp -j ACCEPT`,
    },
    'RETURN in a built-in chain is its policy': {
        ...FORWARDED,
        rules: `
      *mangle
      :FORWARD DROP
      -A FORWARD -p udp -j RETURN
      -A FORWARD -j ACCEPT
      *filter
      :FORWARD ACCEPT
      -A FORWARD -j ACCEPT`,
    },
    'what addrtype calls local, and interface names': {
        from: 'client',
        to: '192.168.1.9',
        rules: `
      *filter
      :INPUT ACCEPT
      -A INPUT -p udp -m addrtype --dst-type LOCAL
      -A INPUT -p udp -m addrtype ! --src-type LOCAL
      -A INPUT -p udp -m addrtype --dst-type LOCAL --limit-iface-in
      -A INPUT -p udp -m addrtype --dst-type UNICAST
      -A INPUT -p udp -m addrtype --src-type UNICAST ! --dst-type BROADCAST
      -A INPUT -p udp -i eth+
      -A INPUT -p udp -i eth1+
      -A INPUT -p udp ! -i eth1
      -A INPUT -p udp -j DROP`,
    },
    'names of interfaces that a hook does not have': {
        ...SENT,
        rules: `
      *mangle
      :OUTPUT ACCEPT
      :X -
      -A OUTPUT -p udp -j X
      -A X -p udp -i eth0
      -A X -p udp ! -i eth0
      -A X -p udp ! -o eth1
      -A X -p udp -o eth1
      -A X -p udp -m owner --socket-exists
      -A X -p udp -m owner ! --socket-exists
      -A X -p udp -m pkttype ! --pkt-type unicast`,
    },
    'masks with holes, ranges of addresses and of ports': {
        ...FORWARDED,
        rules: `
      *filter
      :FORWARD ACCEPT
      -A FORWARD -p udp -d 10.0.0.1/255.0.0.255
      -A FORWARD -p udp ! -d 10.0.0.1/255.0.0.255
      -A FORWARD -p udp -d 10.0.0.0/255.0.0.254
      -A FORWARD -p udp -s 192.0.0.2/255.0.255.255
      -A FORWARD -p udp -m iprange --dst-range 10.8.255.255-10.9.0.1
      -A FORWARD -p udp -m iprange ! --src-range 192.168.1.3-192.168.1.9
      -A FORWARD -p udp -m multiport --dports 79,80:81
      -A FORWARD -p udp -m multiport --sports 39999:40000
      -A FORWARD -p udp -m multiport ! --ports 80
      -A FORWARD -p udp -m multiport --ports 40000
      -A FORWARD -p udp -m udp ! --sport 1:39999 --dport 80
      -A FORWARD ! -p tcp -m iprange --dst-range 10.9.0.1-10.9.0.1`,
    },
    'a list that xt_recent filled by a rule that did not match in the end': {
        from: 'client',
        to: '10.9.0.1',
        rules: `
      *filter
      :FORWARD ACCEPT
      -A FORWARD -p udp -m recent --set --name a --rsource -m mark --mark 0x1
      -A FORWARD -p udp -m recent --rcheck --name a --rsource
      -A FORWARD -p udp -m recent ! --rcheck --name a --rsource
      -A FORWARD -p udp -m recent --rcheck --name a --rdest
      -A FORWARD -p udp -m recent ! --set --name b --rsource
      -A FORWARD -p udp -m recent --update --seconds 60 --name b --rsource
      -A FORWARD -p udp -m recent --remove --name a --rsource
      -A FORWARD -p udp -m recent --rcheck --name a --rsource`,
    },
};
