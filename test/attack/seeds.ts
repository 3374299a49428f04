import { readFileSync } from 'node:fs';

/** @returns a fixture's text. */
export const fixture = (path: string): string =>
  readFileSync(new URL(`fixtures/${path}`, `file://${process.cwd()}/`), 'utf8');

/** @returns the beginning of a file: short texts are read often. */
export const head = (path: string, lines: number): string =>
  fixture(path).split('\n').slice(0, lines).join('\n');

export const FLOWS = `${head('demo/conntrack.txt', 12)}
    [NEW] udp      17 30 src=10.1.0.1 dst=10.1.0.2 sport=1 dport=2 [UNREPLIED] src=10.1.0.2 dst=10.1.0.1 sport=2 dport=1
[1699999999.123456]	 [DESTROY] tcp      6 src=10.1.0.1 dst=10.1.0.2 sport=1 dport=2 src=10.1.0.2 dst=10.1.0.1 sport=2 dport=1
`;
export const FLOWS_XML =
  '<?xml version="1.0"?>\n<conntrack>\n<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.1</src><dst>10.0.0.2</dst></layer3><layer4 protonum="6" protoname="tcp"><sport>1</sport><dport>2</dport></layer4></meta><meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.2</src><dst>10.0.0.1</dst></layer3><layer4 protonum="6" protoname="tcp"><sport>2</sport><dport>1</dport></layer4></meta><meta direction="independent"><state>ESTABLISHED</state><timeout>5</timeout><mark>0</mark><use>1</use></meta></flow>\n</conntrack>\n';
export const SETS =
  'create a hash:ip,port family inet hashsize 1024 maxelem 65536 comment\nadd a 10.0.0.1,tcp:80 comment "x y"\ncreate b hash:net family inet6\nadd b fd00::/64 nomatch\ncreate c bitmap:ip range 10.0.0.0-10.0.0.255\nadd c 10.0.0.4\n';
export const SETS_LISTED =
  'Name: a\nType: hash:net\nRevision: 7\nHeader: family inet hashsize 1024 maxelem 65536\nSize in memory: 504\nReferences: 1\nNumber of entries: 2\nMembers:\n10.0.0.0/8\n10.1.0.0/16 nomatch\n';
export const ADDRESSES =
  '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n2: eth0@if3: <BROADCAST,UP> mtu 1500 state UP master cni0\n    link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff\n    inet 10.0.0.1 peer 10.0.0.2/32 scope global eth0\n    inet6 fd00::1/64 scope global dynamic\n';
export const ROUTES =
  'default via 10.0.0.1 dev eth0 proto dhcp src 10.0.0.5 metric 100\n10.244.1.0/24 via inet6 fe80::1 dev eth0 onlink\nblackhole 10.9.0.0/16\n10.8.0.0/16 proto static\n\tnexthop via 10.0.0.2 dev eth0 weight 1\n\tnexthop via 10.0.0.3 dev eth1 weight 2\n';
export const POLICY =
  '0:\tfrom all lookup local\n100:\tnot from 10.0.0.0/8 to 10.1.0.0/16 iif eth0 fwmark 0x4000/0x4000 ipproto tcp sport 1-5 lookup 100\n32766:\tfrom all lookup main suppress_prefixlength 0\n';
export const NATIVE =
  'table inet filter { # handle 1\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 10.0.0.1 }\n\t}\n\tchain input { # handle 2\n\t\ttype filter hook input priority filter - 10; policy drop;\n\t\tip saddr @s tcp dport { 80, 443 } accept comment "a { b" # handle 3\n\t}\n}\n';
export const RECENT =
  'src=10.0.0.1 ttl: 64 last_seen: 4296863134 oldest_pkt: 2 4296863134, 4296863135\nsrc=fd00::1 ttl: 0 last_seen: 1 oldest_pkt: 1 1\n';
export const EXPECTATIONS =
  'apiVersion: kp-explain/v1\nkind: Expectations\npackets:\n  - name: web\n    to: shop/web:80\n    from: pod:shop/client\n    expect: accept\nconntrack:\n  - service: shop/web\n    stale: false\nfindings:\n  allow:\n    - code: KP101\n      reason: known\n';
export const YAML =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: &n web\n  namespace: shop\nspec:\n  clusterIP: 10.96.0.1\n  ports:\n    - {name: http, port: 80, protocol: TCP}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: *n, namespace: shop}\n';

export const LINKS_JSON = fixture('attack/iptables/ip-addr.json');
export const ROUTES_JSON = fixture('attack/iptables/ip-route.json');
export const POLICY_JSON =
  '[{"priority":0,"src":"all","table":"local"},{"priority":100,"not":null,"src":"10.0.0.0","srclen":8,"dst":"10.1.0.0","dstlen":16,"iif":"eth0","fwmark":"0x4000","fwmask":"0x4000","ipproto":"tcp","sport":1,"table":"100"},{"priority":32766,"src":"all","table":"main","suppress_prefixlen":0},{"priority":200,"src":"all","action":"blackhole","protocol":"kernel","uid_start":0,"uid_end":5}]';
export const NFT_JSON = fixture('attack/nftables/nft.json');
/** `iptables-nft`'s rules as nft lists them, with the expressions that kube-proxy does not write. */
export const NFT_ODD_JSON = JSON.stringify({
  nftables: [
    { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } },
    { table: { family: 'inet', name: 'fw', handle: 1 } },
    {
      chain: {
        family: 'inet',
        table: 'fw',
        name: 'in',
        handle: 1,
        type: 'filter',
        hook: 'forward',
        prio: -5,
        policy: 'drop',
      },
    },
    {
      set: {
        family: 'inet',
        table: 'fw',
        name: 's',
        handle: 2,
        type: ['ipv4_addr', 'inet_service'],
        flags: ['interval', 'timeout'],
        elem: [
          { concat: ['10.0.0.1', { range: [80, 90] }] },
          { elem: { val: { concat: [{ prefix: { addr: '10.2.0.0', len: 16 } }, 443] }, expires: 20 } },
        ],
      },
    },
    {
      map: {
        family: 'inet',
        table: 'fw',
        name: 'm',
        handle: 3,
        type: 'mark',
        map: 'verdict',
        elem: [
          [1, { jump: { target: 'in2' } }],
          [{ range: [2, 9] }, { drop: null }],
        ],
      },
    },
    {
      ct_helper: {
        family: 'inet',
        table: 'fw',
        name: 'h',
        handle: 4,
        type: 'ftp',
        protocol: 'tcp',
        l3proto: 'ip',
      },
    },
    { counter: { family: 'inet', table: 'fw', name: 'c', handle: 5, packets: 1, bytes: 2 } },
    { limit: { family: 'inet', table: 'fw', name: 'l', handle: 6, rate: 5, per: 'minute', burst: 2 } },
    { chain: { family: 'inet', table: 'fw', name: 'in2', handle: 7 } },
    {
      rule: {
        family: 'inet',
        table: 'fw',
        chain: 'in',
        handle: 8,
        comment: 'a "b" \\',
        expr: [
          { match: { op: 'in', left: { ct: { key: 'state' } }, right: ['established', 'related'] } },
          { accept: null },
        ],
      },
    },
    {
      rule: {
        family: 'inet',
        table: 'fw',
        chain: 'in',
        handle: 9,
        expr: [
          { match: { op: '==', left: { payload: { base: 'nh', offset: 128, len: 32 } }, right: 167772161 } },
          { match: { op: '!=', left: { '&': [{ meta: { key: 'mark' } }, 65280] }, right: 256 } },
          { counter: 'c' },
          { vmap: { key: { meta: { key: 'mark' } }, data: '@m' } },
        ],
      },
    },
    {
      rule: {
        family: 'inet',
        table: 'fw',
        chain: 'in',
        handle: 10,
        expr: [
          {
            match: {
              op: '==',
              left: {
                concat: [
                  { payload: { protocol: 'ip', field: 'daddr' } },
                  { payload: { protocol: 'tcp', field: 'dport' } },
                ],
              },
              right: '@s',
            },
          },
          { limit: { rate: 400, per: 'second', burst: 5, inv: true } },
          { log: { prefix: 'x ', group: 1 } },
          {
            dnat: {
              family: 'ip',
              addr: {
                map: {
                  key: { numgen: { mode: 'random', mod: 2, offset: 0 } },
                  data: {
                    set: [
                      [0, '10.0.0.2'],
                      [1, '10.0.0.3'],
                    ],
                  },
                },
              },
              port: 8080,
            },
          },
        ],
      },
    },
    {
      rule: {
        family: 'inet',
        table: 'fw',
        chain: 'in2',
        handle: 11,
        expr: [
          { match: { op: '==', left: { fib: { result: 'type', flags: ['daddr'] } }, right: 'local' } },
          { mangle: { key: { meta: { key: 'mark' } }, value: { '|': [{ meta: { key: 'mark' } }, 16384] } } },
          { xt: { type: 'match', name: 'comment' } },
          { snat: { addr: { range: ['10.0.0.4', '10.0.0.9'] }, port: { range: [1, 9] }, flags: ['random'] } },
        ],
      },
    },
    {
      rule: {
        family: 'inet',
        table: 'fw',
        chain: 'in2',
        handle: 12,
        expr: [
          {
            set: {
              op: 'update',
              elem: { elem: { val: { payload: { protocol: 'ip', field: 'saddr' } }, timeout: 60 } },
              set: '@s',
              stmt: [{ limit: { rate: 1, per: 'hour' } }],
            },
          },
          { quota: { val: 5, val_unit: 'mbytes', inv: true } },
          { reject: { type: 'icmpx', expr: 'port-unreachable' } },
        ],
      },
    },
    {
      flowtable: {
        family: 'inet',
        table: 'fw',
        name: 'ft',
        handle: 13,
        hook: 'ingress',
        prio: 0,
        dev: ['eth0'],
      },
    },
  ],
});
export const NFT_TEXT = fixture('attack/ruleset.txt');
export const LABELS_JSON =
  '[{"address":"::1","prefixlen":128,"label":0},{"address":"fd5e:c4e7::","prefixlen":32,"ifname":"eth0","label":9}]';

export const XFRM = `src 10.244.0.0/16 dst 192.168.100.0/24 proto tcp dport 80 dev eth0 uid 1000
\tdir out action block priority 5 ptype main
\tmark 0x10/0xff
\ttmpl src 192.168.100.11 dst 192.168.100.12
\t\tproto esp reqid 3 mode tunnel
src fd5e:c4e7::/32 dst ::/0
\tsocket in priority 0 ptype main
`;

export const EXPECTED_FLOWS = `299 l3proto = 2 proto=6 src=10.244.1.11 dst=192.168.100.11 sport=0 dport=51210 ftp
- l3proto = 10 proto=17 src=fd5e:c4e7::1 dst=fd5e:c4e7::2 sport=0 dport=5060 PERMANENT,INACTIVE sip/rtp
299 proto=6 src=10.244.1.11 dst=192.168.100.11 sport=0 dport=51210 mask-src=255.255.255.255 mask-dst=255.255.255.255 sport=0 dport=65535 master-src=10.244.1.11 master-dst=192.168.100.11 sport=35528 dport=21 class=0 helper=cilium
`;

export const HOOKS =
  'family ip {\n\thook prerouting {\n\t\t-0000000400 ipv4_conntrack_defrag [nf_defrag_ipv4]\n\t\t-0000000300 chain ip raw PREROUTING [nf_tables]\n\t\t-0000000200 ipv4_conntrack_in [nf_conntrack]\n\t\t-0000000100 iptable_nat_do_chain [iptable_nat]\n\t}\n\thook forward {\n\t\t 0000000000 chain inet firewalld filter_FORWARD [nf_tables]\n\t\t+2147483647 nf_confirm\n\t}\n}\nfamily bridge {\n\thook input {\n\t\t 0000000001 br_nf_pre_routing [br_netfilter]\n\t}\n}\n';
export const IPVS_SAVED = `${fixture('attack/ipvs/ipvsadm.txt')}-A -f 100 -s wrr -p 300 -M 255.255.255.0 -b flag-1,flag-2
-a -f 100 -r 10.0.0.1:0 -g -w 0 -x 100 -y 50
-A -u [fd00::10]:53 -s sh --pe sip -o
-a -u [fd00::10]:53 -r [fd00::11]:53 -i -w 65535 --tun-type gue --tun-port 6080
-A --sctp-service 10.96.0.9:3868 -s mh
`;
export const IPVS_LISTED =
  'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\nTCP  10.96.0.1:443 rr\n  -> 172.31.0.11:6443             Masq    1      3          0         \nUDP  10.96.0.10:53 wrr persistent 300 mask 255.255.255.0\n  -> 10.244.1.2:53                Masq    0      0          12\nFWM  100 sh (flag-1) ops pe sip\n  -> [fd00::11]:0                 Route   1      0          0\nTCP  [fd00::10]:80 lc\n  -> [fd00::12]:8080              Tunnel  5      1K         2M\n';
export const IPVS_PROC =
  'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\nTCP  0A600001:01BB rr \n  -> AC1F000B:192B      Masq    1      3          0         \nUDP  [fd00:0000:0000:0000:0000:0000:0000:0010]:0035 sh persistent 10800 FFFFFFFF\nFWM  00000064 wrr\n';
export const IPVS_FLOWS =
  'IPVS connection entries\npro expire state       source             virtual            destination\nTCP 14:58  ESTABLISHED 10.244.1.5:44321   10.96.0.1:443      172.31.0.11:6443\nUDP 04:01  UDP         10.244.1.5:5353    10.96.0.10:53      10.244.1.2:53\nTCP 02:40  NONE        10.244.1.5:0       10.96.10.2:80      10.244.1.11:8080\nIP  00:59  ERR!        [fd00::5]:0        [fd00::10]:0       [fd00::11]:0\n';
export const IPVS_PROC_FLOWS =
  'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\nTCP 0AF40105 AD21 0A600001 01BB AC1F000B 192B ESTABLISHED     898\nUDP fd000000000000000000000000000005 14E9 fd000000000000000000000000000010 0035 fd000000000000000000000000000011 0035 UDP 241 sip abc\n';
export const CILIUM =
  'ID   Frontend               Service Type   Backend\n1    10.96.0.1:443          ClusterIP      1 => 172.18.0.3:6443 (active)\n2    10.96.0.10:53/UDP      ClusterIP      1 => 10.244.1.5:53/UDP (active)\n                                           2 => 10.244.2.7:53/UDP (terminating)\n3    [fd00::a]:53/TCP/i     NodePort       1 => [fd00::5]:53/TCP (active)\n';
export const CILIUM_JSON =
  '[{"spec":{"backend-addresses":[{"ip":"10.244.1.5","port":53,"protocol":"UDP","state":"active"}],"flags":{"type":"ClusterIP"},"frontend-address":{"ip":"10.96.0.10","port":53,"protocol":"UDP"},"id":2}}]';
export const CILIUM_MAP =
  '{"10.96.0.10:53/UDP (0)":["0.0.0.0:0 (2) (0) [ClusterIP, non-routable]"],"10.96.0.10:53/UDP (1)":["10.244.1.5:53/UDP (2) (1)"]}';
export const PASTE =
  'root@node-1:~# iptables -t nat -S | grep web\n-A KUBE-SERVICES -d 10.96.10.1/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-E3PXEPMWAWIUT6ZV\n\n> -A KUBE-SVC-E3PXEPMWAWIUT6ZV -m comment --comment “shop/web” -j KUBE-SEP-FBUQD36J3XDXJWPV\n$ conntrack -L -d 10.96.10.1\ntcp      6 86386 ESTABLISHED src=10.244.1.13 dst=10.96.10.1 sport=39218 dport=80 src=10.244.1.11 dst=10.244.1.13 sport=8080 dport=39218 [ASSURED] mark=0 use=1\nconntrack v1.4.7 (conntrack-tools): 1 flow entries have been shown.\n[node-1 ~]$ ip route\ndefault via 172.31.0.1 dev eth0\n10.244.2.0/24 via 172.31.0.12 dev eth0\nnode-1 $ ipvsadm -Ln\nIP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\nTCP  10.96.0.1:443 rr\n  -> 172.31.0.11:6443 Masq 1 0 0\n{"log":"-A KUBE-FORWARD -j ACCEPT\\n-A FORWARD -j DROP\\n","stream":"stdout"}\nNov 21 10:03:20 node-1 kernel: IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2 PROTO=TCP SPT=1 DPT=2\neth0: flags=4163<UP,BROADCAST>  mtu 1500\n        inet 10.0.0.5  netmask 255.255.255.0  broadcast 10.0.0.255\nKernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n0.0.0.0         10.0.0.1        0.0.0.0         UG    100    0        0 eth0\n';
