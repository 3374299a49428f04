/** The sets that generated rules ask, the same for all of them: `ipset restore` text of both families. */
export const IPSETS = `
create kp4ip hash:ip family inet
add kp4ip 192.168.1.2
add kp4ip 10.244.0.10
add kp4ip 10.96.0.10
create kp4net hash:net family inet
add kp4net 10.244.0.0/16
add kp4net 10.244.2.0/24 nomatch
add kp4net 172.16.0.2
create kp4port hash:ip,port family inet
add kp4port 10.96.0.10,tcp:80
add kp4port 10.96.0.10,udp:53
add kp4port 10.96.0.1,tcp:443
add kp4port 192.168.1.1,tcp:30080
create kp4loop hash:ip,port,ip family inet
add kp4loop 10.244.0.10,tcp:80,10.244.0.10
add kp4loop 10.96.0.10,tcp:80,192.168.1.2
create kp4netport hash:net,port family inet
add kp4netport 10.0.0.0/8,tcp:80
add kp4netport 10.244.0.0/24,icmp:8/0
add kp4netport 10.96.0.0/16,sctp:8080
create kp4bits bitmap:ip range 192.168.1.0/24
add kp4bits 192.168.1.1
add kp4bits 192.168.1.3
create kp4list list:set
add kp4list kp4bits
add kp4list kp4ip
create kp6ip hash:ip family inet6
add kp6ip fd00:1::2
add kp6ip fd00:244::a
add kp6ip fd00:96::a
create kp6net hash:net family inet6
add kp6net fd00:244::/32
add kp6net fd00:244:2::/64 nomatch
create kp6port hash:ip,port family inet6
add kp6port fd00:96::a,tcp:80
add kp6port fd00:96::a,udp:53
add kp6port fd00:1::1,tcp:30080
create kp4dyn hash:ip family inet
create kp6dyn hash:ip family inet6
create kpports bitmap:port range 0-65535
add kpports 80
add kpports 443
add kpports 40000
`.trimStart();
/** What the sets that rules change hold at the beginning of every case. */
export const SETS_ANEW = `
flush kp4dyn
add kp4dyn 192.168.1.3
add kp4dyn 10.244.0.11
flush kp6dyn
add kp6dyn fd00:1::3
add kp6dyn fd00:244::b
`.trimStart();
/** Names and directions for `-m set --match-set`. */
export const SETS = {
    ipv4: [
        ['kp4ip', ['src', 'dst']],
        ['kp4net', ['src', 'dst']],
        ['kp4port', ['dst,dst', 'src,src', 'dst,src']],
        ['kp4loop', ['dst,dst,src', 'src,dst,dst']],
        ['kp4netport', ['dst,dst', 'src,dst']],
        ['kp4bits', ['src', 'dst']],
        ['kp4dyn', ['src', 'dst']],
        ['kp4list', ['src', 'dst']],
        ['kpports', ['dst', 'src']],
    ],
    ipv6: [
        ['kp6ip', ['src', 'dst']],
        ['kp6net', ['src', 'dst']],
        ['kp6dyn', ['src', 'dst']],
        ['kp6port', ['dst,dst', 'src,src']],
        ['kpports', ['dst', 'src']],
    ],
};
