const FORWARDED = { from: 'client', to: '10.9.0.1' };
const SENT = { from: 'node', to: '10.9.0.1' };
/** Beliefs about connection tracking, marks and states. */
export const CONNECTIONS = {
    'a destination rewritten to the node itself comes back through lo': {
        ...SENT,
        rules: `
      *raw
      :PREROUTING ACCEPT
      :OUTPUT ACCEPT
      -A PREROUTING -p udp -i lo
      -A PREROUTING -p udp -i lo -m conntrack --ctstate NEW
      -A PREROUTING -p udp -i lo -m conntrack --ctstate INVALID
      -A PREROUTING -p udp -i lo -m conntrack --ctstate DNAT
      -A PREROUTING -p udp -i lo -m conntrack --ctstate SNAT
      -A PREROUTING -p udp -i lo -m conntrack --ctstatus CONFIRMED
      -A PREROUTING -p udp -i lo -j CT --notrack
      -A OUTPUT -p udp -m conntrack --ctstate INVALID
      *nat
      :PREROUTING ACCEPT
      :INPUT ACCEPT
      :OUTPUT ACCEPT
      :POSTROUTING ACCEPT
      -A PREROUTING -p udp -j DNAT --to-destination 192.168.1.1:9999
      -A OUTPUT -p udp -d 10.9.0.1/32 -j DNAT --to-destination 192.168.1.9:7777
      -A POSTROUTING -p udp -o lo
      -A POSTROUTING -p udp -o lo -j SNAT --to-source 192.168.1.1
      -A INPUT -p udp
      *mangle
      :PREROUTING ACCEPT
      :INPUT ACCEPT
      -A PREROUTING -p udp -i lo -m conntrack --ctstate NEW
      -A PREROUTING -p udp -i lo -m conntrack --ctstate UNTRACKED
      -A PREROUTING -p udp -i lo -m conntrack --ctstate DNAT
      -A PREROUTING -p udp -i lo -m addrtype --src-type LOCAL
      -A INPUT -p udp -i lo -m pkttype --pkt-type unicast
      -A INPUT -p udp ! -i lo
      *filter
      :INPUT ACCEPT
      -A INPUT -p udp -m udp --dport 7777 -m conntrack --ctstatus CONFIRMED
      -A INPUT -p udp -m udp --dport 7777 -m conntrack --ctstate SNAT
      -A INPUT -p udp -m udp --dport 7777 -m conntrack --ctorigdst 10.9.0.1/32 --ctreplsrc 192.168.1.9/32
      -A INPUT -p udp -m udp --dport 7777 -j DROP`,
    },
    'an untracked packet: no nat, and what connection matches say of it': {
        ...FORWARDED,
        rules: `
      *raw
      :PREROUTING ACCEPT
      -A PREROUTING -p udp -m conntrack --ctstate UNTRACKED
      -A PREROUTING -p udp -m conntrack --ctstate INVALID
      -A PREROUTING -p udp -j CT --notrack
      -A PREROUTING -p udp -m conntrack --ctstate UNTRACKED
      *nat
      :PREROUTING ACCEPT
      -A PREROUTING -p udp -j DNAT --to-destination 172.16.0.2
      *mangle
      :FORWARD ACCEPT
      -A FORWARD -p udp -m conntrack --ctstate UNTRACKED
      -A FORWARD -p udp -m conntrack --ctstate INVALID
      -A FORWARD -p udp -m conntrack ! --ctstate NEW
      -A FORWARD -p udp -m conntrack --ctstate UNTRACKED --ctdir REPLY
      -A FORWARD -p udp -m conntrack --ctstate UNTRACKED --ctorigdst 1.2.3.4/32
      -A FORWARD -p udp -m conntrack --ctdir ORIGINAL
      -A FORWARD -p udp -m conntrack ! --ctorigdst 1.2.3.4/32
      -A FORWARD -p udp -m conntrack ! --ctstatus ASSURED
      -A FORWARD -p udp -m conntrack --ctstate UNTRACKED -m conntrack --ctdir ORIGINAL
      -A FORWARD -p udp -m conntrack --ctdir ORIGINAL -m conntrack --ctstate UNTRACKED
      -A FORWARD -p udp -m connmark --mark 0x0
      -A FORWARD -p udp -m connmark ! --mark 0x1
      -A FORWARD -p udp -m helper ! --helper ftp
      -A FORWARD -p udp -j CONNMARK --set-xmark 0x7/0xffffffff
      -A FORWARD -p udp -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff
      -A FORWARD -p udp -m mark --mark 0x0`,
    },
    'connection marks and marks above 31 bits': {
        ...FORWARDED,
        rules: `
      *mangle
      :PREROUTING ACCEPT
      :FORWARD ACCEPT
      -A PREROUTING -p udp -j MARK --set-xmark 0xf0000001/0xffffffff
      -A PREROUTING -p udp -j MARK --set-xmark 0x0/0x40000000
      -A PREROUTING -p udp -j CONNMARK --save-mark --nfmask 0xffff0000 --ctmask 0xffff0000
      -A PREROUTING -p udp -j CONNMARK --set-xmark 0x80000005/0x8000000f
      -A PREROUTING -p udp -j MARK --set-xmark 0x3/0x0
      -A PREROUTING -p udp -m mark --mark 0xb0000002
      -A PREROUTING -p udp -m connmark --mark 0xb0000005
      -A PREROUTING -p udp -m connmark ! --mark 0x80000000/0x80000000
      -A PREROUTING -p udp -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xffffffff
      -A FORWARD -p udp -m mark --mark 0x5/0xff
      -A FORWARD -p udp -m mark --mark 0x80000005
      -A FORWARD -p udp -m mark --mark 0xb0000005
      -A FORWARD -p udp -m mark --mark 0x0
      -A FORWARD -p udp -m mark --mark 0x1/0x0
      -A FORWARD -p udp -m mark ! --mark 0x100/0xff`,
    },
    'states in raw and after DNAT': {
        ...FORWARDED,
        rules: `
      *raw
      :PREROUTING ACCEPT
      -A PREROUTING -p udp -m conntrack --ctstate NEW
      -A PREROUTING -p udp -m conntrack --ctstate INVALID
      -A PREROUTING -p udp -m conntrack --ctstate INVALID --ctdir REPLY
      -A PREROUTING -p udp -m state --state INVALID
      *mangle
      :PREROUTING ACCEPT
      :FORWARD ACCEPT
      :POSTROUTING ACCEPT
      -A PREROUTING -p udp -m conntrack --ctstate DNAT
      -A FORWARD -p udp -m conntrack --ctstate DNAT
      -A FORWARD -p udp -m conntrack ! --ctstate DNAT
      -A FORWARD -p udp -m conntrack ! --ctstate NEW,SNAT
      -A FORWARD -p udp -m conntrack --ctstate SNAT
      -A FORWARD -p udp -m conntrack --ctproto 17 --ctorigdstport 80 --ctreplsrcport 8080
      -A FORWARD -p udp -m conntrack --ctstatus NONE
      -A FORWARD -p udp -m conntrack ! --ctstatus NONE
      -A FORWARD -p udp -m conntrack --ctstatus CONFIRMED,ASSURED,SEEN_REPLY
      -A FORWARD -p udp -m conntrack ! --ctexpire 1:2
      :X -
      -A POSTROUTING -p udp -j X
      -A X -p udp -i eth0
      -A X -p udp ! -i eth0
      *nat
      :PREROUTING ACCEPT
      :POSTROUTING ACCEPT
      -A PREROUTING -p udp -j DNAT --to-destination 172.16.0.2:8080
      -A POSTROUTING -p udp -m conntrack --ctstate SNAT
      -A POSTROUTING -p udp -j MASQUERADE`,
    },
};
