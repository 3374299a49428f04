import { parseAddress } from '../net/address.ts';
import { lengthOfMask } from '../net/prefix.ts';

/**
 * Words that the kernel and its tools define. Any other word of a capture could be a name that its owner gave: it is renamed,
 * or left out with its line.
 */

const setOf = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** What `ip` calls protocols of its own (/etc/iproute2/rt_protos as iproute2 ships it), and IP protocols by their usual names. */
const PROTOCOLS =
  'ip hopopt icmp igmp ipencap ipv4 tcp egp igp udp dccp ipv6 ipv6-route ipv6-frag rsvp gre esp ah ipv6-icmp icmpv6 ipv6-nonxt ipv6-opts ospf ospfigp ipip pim ipcomp vrrp l2tp sctp ipv6-mh mobility-header mh udplite mptcp unknown all';
const ROUTE_PROTOCOLS =
  'unspec redirect kernel boot static gated ra mrt zebra bird dnrouted xorp ntk dhcp keepalived babel ovn openr bgp isis ospf rip eigrp kernel_lo kernel_ra kernel_ll';

/** Words that `ip -j addr`, `route` and `rule` have in fields of a few fixed values. */
export const IP_WORDS = setOf(`${PROTOCOLS} ${ROUTE_PROTOCOLS}
  LOOPBACK BROADCAST MULTICAST UP LOWER_UP POINTOPOINT NOARP PROMISC ALLMULTI MASTER SLAVE DEBUG DYNAMIC NO-CARRIER DORMANT ECHO
  NOTRAILERS RUNNING AUTOMEDIA PORTSEL onlink linkdown dead pervasive offload trap rt_offload rt_trap rt_offload_failed unresolved
  global site link host nowhere unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat xresolve nop
  UNKNOWN NOTPRESENT DOWN LOWERLAYERDOWN TESTING inet inet6 mpls bridge low medium high default
  ether loopback ipip sit gre tunnel tunnel6 gre6 none infiniband ppp can netlink vsockmon rawip void ieee802.11 6lowpan
  veth bridge_slave bond bond_slave dummy vlan vxlan macvlan macvtap ipvlan tun wireguard geneve ip6tnl ip6gre vti vti6 xfrm ifb
  nlmon vrf vrf_slave team team_slave hsr macsec openvswitch netkit bareudp erspan ip6erspan gretap ip6gretap
  lowdelay throughput reliability mincost CS0 CS1 CS2 CS3 CS4 CS5 CS6 CS7 EF AF11 AF12 AF13 AF21 AF22 AF23 AF31 AF32 AF33 AF41 AF42 AF43`);

/** Names of their fields, but for those of a link's kind, which nobody reads. */
export const IP_FIELDS =
  setOf(`addr_info address broadcast permaddr dev dst src from via family flags gateway group host id nhid ifindex
  ifname info_data info_kind info_slave_data info_slave_kind label link link_index link_netnsid link_netns link_type linkinfo
  linkmode local master metric metrics mtu min_mtu max_mtu nexthops weight nodad deprecated tentative dadfailed dynamic temporary
  noprefixroute mngtmpaddr optimistic secondary stable-privacy home autojoin operstate pref preferred_life_time valid_life_time
  prefixlen prefsrc priority promiscuity protocol qdisc scope table txqlen type anycast peer age expires error cache used users hoplimit
  advmss initcwnd initrwnd rtt rttvar ssthresh window lock features quickack congctl realms encap encap_type
  not srclen dstlen fwmark fwmask iif oif iif_detached oif_detached action goto nop suppress_prefixlen suppress_prefixlength
  suppress_ifgroup ipproto uid_start uid_end tos sport sport_start sport_end dport dport_start dport_end unresolved flow_from flow_to
  to l3mdev tun_id deleted`);

/** Words of rules as iptables 1.8 prints them, parts of lists and of `--limit 5/min` each for itself; matches and targets not among them. */
const RULE_WORDS = setOf(`${PROTOCOLS} 0 any none
  NEW ESTABLISHED RELATED INVALID UNTRACKED SNAT DNAT NONE EXPECTED SEEN_REPLY ASSURED CONFIRMED ORIGINAL REPLY
  FIN SYN RST PSH ACK URG ALL ECE CWR UNSPEC UNICAST LOCAL BROADCAST ANYCAST MULTICAST BLACKHOLE UNREACHABLE PROHIBIT THROW NAT XRESOLVE
  icmp-net-unreachable icmp-host-unreachable icmp-proto-unreachable icmp-port-unreachable icmp-net-prohibited icmp-host-prohibited
  icmp-admin-prohibited tcp-reset icmp6-no-route icmp6-adm-prohibited icmp6-addr-unreachable icmp6-port-unreachable icmp6-policy-fail
  icmp6-reject-route no-route adm-prohibited addr-unreach port-unreach
  random nth unicast broadcast multicast original reply both packets bytes avgpkt
  s sec second m min minute h hour d day b kb mb gb week srcip srcport dstip dstport
  emerg alert crit error err warning notice info debug panic warn
  DATA INIT INIT_ACK SACK HEARTBEAT HEARTBEAT_ACK ABORT SHUTDOWN SHUTDOWN_ACK ERROR COOKIE_ECHO COOKIE_ACK ECN_ECNE ECN_CWR
  SHUTDOWN_COMPLETE ASCONF ASCONF_ACK FORWARD_TSN RE_CONFIG PAD I_DATA I_FORWARD_TSN
  REQUEST RESPONSE ACK DATAACK CLOSEREQ CLOSE RESET SYNC SYNCACK bm kmp in out ipsec none tunnel transport ah esp ipcomp
  Mon Tue Wed Thu Fri Sat Sun GATE MASQ IPIP TUNNEL DROUTE BYPASS ORIGINAL
  hop dst route frag auth prot CS0 CS1 CS2 CS3 CS4 CS5 CS6 CS7 BE EF
  AF11 AF12 AF13 AF21 AF22 AF23 AF31 AF32 AF33 AF41 AF42 AF43
  new related destroy status mark protoinfo helper natseqinfo secmark label sourceip sourceip-sourceport sourceip-sourceport-destport`);

/** @returns true where an option's value is a mask, or of numbers and of words that iptables itself has. */
export function isRuleWord(value: string): boolean {
  if (isMask(value)) return true;
  return value.split(/[,:/]/).every((part) => {
    const word = part.replace(/^!?\s*/, '');
    return (
      RULE_WORDS.has(word) ||
      /^(?:0x[\da-fA-F]{1,8}|\d{1,10}(?:\.\d+)?|[\d-]+T?[\d:]*Z?|\d+[kmg]?b|)$/.test(word)
    );
  });
}

/** @returns true for `255.255.255.0` or `ffff::`, which says nothing of any address. */
export function isMask(text: string): boolean {
  const address = parseAddress(text);
  return address !== null && lengthOfMask(address.family, address.value) !== null;
}

/** Types of ipset 7, and what stands behind `create NAME TYPE`. */
export const SET_TYPES =
  setOf(`bitmap:ip bitmap:ip,mac bitmap:port hash:ip hash:mac hash:ip,mac hash:net hash:net,net hash:ip,port
  hash:net,port hash:ip,port,ip hash:ip,port,net hash:ip,mark hash:net,port,net hash:net,iface list:set`);
export const SET_OPTIONS =
  setOf(`family inet inet6 hashsize maxelem netmask bitmask bucketsize initval markmask timeout counters comment
  skbinfo forceadd size range`);

/** What `ip xfrm policy` prints beside addresses, devices and numbers (iproute2, ip/ipxfrm.c). */
export const XFRM_WORDS = setOf(`${PROTOCOLS} src dst proto sport dport type code key dev uid
  dir socket in out fwd action allow block index priority share any session user unique flag localok ptype main sub
  mark if_id tmpl spi reqid mode transport tunnel ro in_trigger beet iptfs level required use optional
  comp hao route2 enc-mask auth-mask comp-mask security context`);

/** Options of `ipvsadm-save`, schedulers, and what else is a word there. */
export const IPVS_WORDS =
  setOf(`-A -a -t -u -f -r -s -p -M -b -O -o -g -i -m -w -x -y -q --tcp-service --udp-service --sctp-service
  --fwmark-service --add-service --add-server --real-server --scheduler --persistent --netmask --sched-flags --ops --gatewaying --ipip
  --masquerading --weight --u-threshold --l-threshold --pe --tun-type --tun-port --tun-nocsum --tun-csum --tun-remcsum --tun-info -6 --ipv6
  rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos sip ipip gue gre flag-1 flag-2 flag-3 sh-fallback sh-port mh-fallback mh-port
  persistent mask ops pe Route Tunnel Masq Local Bypass Masquerade IPv6
  NONE ERR! ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN SYNACK UDP UDPLITE
  INIT1 INIT INIT_SENT INIT_RECV COOKIE_SENT COOKIE_WAIT COOKIE COOKIE_REPLIED COOKIE_ECHOED SHUTDOWN_SENT SHUTDOWN_RECEIVED SHUTDOWN_ACK_SENT
  REJECTED CLOSED ESTAB SHUT_ACK_SENT SHUTDOWN_RECD BUG! S_FIN_WAIT`);

/** What `conntrack -L` prints without `=`. */
export const FLOW_WORDS = setOf(`${PROTOCOLS} ipv4 ipv6
  NONE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE LISTEN SYN_SENT2 MAX IGNORE RETRANS UNACK
  CLOSED COOKIE_WAIT COOKIE_ECHOED SHUTDOWN_SENT SHUTDOWN_RECD SHUTDOWN_ACK_SENT HEARTBEAT_SENT HEARTBEAT_ACKED
  REQUEST RESPOND PARTOPEN OPEN CLOSEREQ CLOSING TIMEWAIT INVALID
  [UNREPLIED] [ASSURED] [OFFLOAD] [HW_OFFLOAD] [NEW] [UPDATE] [DESTROY]`);

const EXPECTATION_WORDS = setOf(`PERMANENT INACTIVE USERSPACE DEAD
  ftp sip irc tftp amanda pptp h323 RAS Q.931 H.245 rtp rtcp sane snmp snmp_trap netbios-ns netlink signalling audio video image rpc tns`);

/** @returns true for a flag of a flow that is expected, or one of the kernel's helpers, with its class or without (`sip/rtp`, `ftp-2121`). */
export function isExpectationWord(text: string): boolean {
  return text.split(/[,/]/).every((part) => EXPECTATION_WORDS.has(part.replace(/-\d{1,5}$/, '')));
}

/** Parts of the names of net.bridge, net.netfilter and net.ipv4.vs, and of those of a device, between dots, dashes and underscores. */
const SYSCTL_PARTS =
  setOf(`net ipv4 ipv6 bridge netfilter vs conf neigh all default nf call arptables ip6tables iptables filter pppoe vlan
  tagged pass input dev conntrack acct buckets checksum count dccp closereq closing open partopen request respond timewait events
  expect max frag6 high low thresh timeout generic gre stream icmp icmpv6 log invalid sctp closed close cookie echoed established
  heartbeat sent acked shutdown ack recd recv tcp be liberal ignore rst loose retrans last fin syn time unacknowledged timestamp udp wait
  flowtable hooks lwtunnel helper early drop am droprate amemthresh backup only cache bypass conn reuse mode debug level entry packet est
  cpulist nice nodest quiescent template expire tunneled nat send pmtu disc run estimation schedule secure sloppy snat reroute sync persist
  ports qlen refresh period retries sock size threshold version accept dad local ra redirects source route untracked na addr gen arp
  announce evict nocarrier notify autoconf bc forwarding bootp relay transmits disable policy xfrm gratuitous unicast in l2 multicast
  unsolicited enhanced force igmp mld tllao hop limit keep on down igmpv2 igmpv3 mldv1 mldv2 report interval with linkdown routes martians
  addresses desync factor mc medium id mtu ndisc tclass promote secondaries proxy pvlan ndp honor pio life pflag defrtr metric regen retry
  min advance localnet router probe solicitation delay solicitations rp seg6 shared media src valid mark suppress frag tag temp prefered
  valid lft use oif addrs tempaddr rpl seg enabled from pinfo info plen rt rtr pref ioam6 wide
  ip forward update priority fib multipath hash fields seed ratelimit ratemask range reserved nonlocal bind fwmark unprivileged start
  echo broadcasts anycast`);

/** @returns true where a name of a sysctl is made of the kernel's own words alone. */
export function isSysctlName(name: string): boolean {
  return name.split(/[._-]/).every((part) => SYSCTL_PARTS.has(part) || /^\d{1,2}$/.test(part));
}

const API_WORDS =
  setOf(`v1 discovery.k8s.io/v1 discovery.k8s.io/v1beta1 Service EndpointSlice Endpoints Pod Node ClusterIP NodePort
  LoadBalancer ExternalName TCP UDP SCTP Pending Running Succeeded Failed Unknown True False VIP Proxy Cluster Local ClientIP None
  IPv4 IPv6 SingleStack PreferDualStack RequireDualStack FQDN IP PreferClose PreferSameZone PreferSameNode Always OnFailure Never Ready
  InternalIP ExternalIP Hostname InternalDNS ExternalDNS`);

/** @returns true for a value that the Kubernetes API itself has, or a time. */
export function isApiWord(text: string): boolean {
  return API_WORDS.has(text) || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text);
}
