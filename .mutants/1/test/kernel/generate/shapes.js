import { podAddresses } from './targets.js';
const port = ({ family }, address, number) => family === 'ipv6' ? `[${address}]:${number}` : `${address}:${number}`;
const single = ({ bits }, address) => `${address}/${bits}`;
/** Rules as the programs that are met on nodes write them, about the addresses that packets go to. */
export const SHAPES = {
    'kube-proxy': (pool) => {
        const [first, second] = podAddresses(pool);
        const vip = single(pool, pool.virtual[0] ?? '');
        const nodes = pool.family === 'ipv4' ? '10.244.0.0/16' : 'fd00:244::/32';
        return {
            nat: `
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
        -A KUBE-SERVICES -d ${vip} -p tcp -m comment --comment "ns/svc:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-TCOU7JCQXEZGVUNU
        -A KUBE-SERVICES -d ${vip} -p udp -m comment --comment "ns/dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-ERIFXISQEP7F7OF4
        -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
        -A KUBE-NODEPORTS -p tcp -m comment --comment "ns/svc:http" -m tcp --dport 30080 -j KUBE-EXT-TCOU7JCQXEZGVUNU
        -A KUBE-EXT-TCOU7JCQXEZGVUNU -m comment --comment "masquerade traffic for ns/svc:http external destinations" -j KUBE-MARK-MASQ
        -A KUBE-EXT-TCOU7JCQXEZGVUNU -j KUBE-SVC-TCOU7JCQXEZGVUNU
        -A KUBE-SVC-TCOU7JCQXEZGVUNU ! -s ${nodes} -d ${vip} -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ
        -A KUBE-SVC-TCOU7JCQXEZGVUNU -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-AAAAAAAAAAAAAAAA
        -A KUBE-SVC-TCOU7JCQXEZGVUNU -j KUBE-SEP-BBBBBBBBBBBBBBBB
        -A KUBE-SVC-ERIFXISQEP7F7OF4 -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-AAAAAAAAAAAAAAAA --rsource -j KUBE-SEP-CCCCCCCCCCCCCCCC
        -A KUBE-SVC-ERIFXISQEP7F7OF4 -j KUBE-SEP-CCCCCCCCCCCCCCCC
        -A KUBE-SEP-AAAAAAAAAAAAAAAA -s ${single(pool, first)} -j KUBE-MARK-MASQ
        -A KUBE-SEP-AAAAAAAAAAAAAAAA -p tcp -m tcp -j DNAT --to-destination ${port(pool, first, 8080)}
        -A KUBE-SEP-BBBBBBBBBBBBBBBB -s ${single(pool, second)} -j KUBE-MARK-MASQ
        -A KUBE-SEP-BBBBBBBBBBBBBBBB -p tcp -m tcp -j DNAT --to-destination ${port(pool, second, 8080)}
        -A KUBE-SEP-CCCCCCCCCCCCCCCC -s ${single(pool, second)} -j KUBE-MARK-MASQ
        -A KUBE-SEP-CCCCCCCCCCCCCCCC -p udp -m recent --set --name KUBE-SEP-CCCCCCCCCCCCCCCC --rsource -m udp -j DNAT --to-destination ${port(pool, second, 53)}
        -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
        -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
        -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
        -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully`,
            filter: `
        -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
        -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A INPUT -j KUBE-FIREWALL
        -A OUTPUT -j KUBE-FIREWALL
        -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
        -A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
        -A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A KUBE-SERVICES -d ${single(pool, pool.virtual[1] ?? '')} -p tcp -m comment --comment "ns/none has no endpoints" -m tcp --dport 443 -j REJECT
        -A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
        ${pool.family === 'ipv4' ? '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP' : ''}`,
        };
    },
    calico: (pool) => {
        const [, , pod] = podAddresses(pool);
        return {
            raw: `
        -A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
        -A cali-PREROUTING -m comment --comment "cali:x" -j MARK --set-xmark 0x0/0xf0000
        -A cali-PREROUTING -i cali+ -m comment --comment "cali:y" -j MARK --set-xmark 0x40000/0x40000
        -A cali-PREROUTING -m comment --comment "cali:z" -m mark --mark 0x40000/0x40000 -m rpfilter --validmark --invert -j DROP
        -A cali-PREROUTING -m comment --comment "cali:w" -m mark --mark 0x0/0x40000 -j ACCEPT`,
            filter: `
        -A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
        -A FORWARD -m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT
        -A cali-FORWARD -m comment --comment "cali:vjrMJCRpqwy5oRoX" -j MARK --set-xmark 0x0/0xe0000
        -A cali-FORWARD -i cali+ -m comment --comment "cali:A_sPAO0mcxbT9mOV" -j cali-from-wl-dispatch
        -A cali-FORWARD -o cali+ -m comment --comment "cali:8ZoYfO5HKXWbB3pk" -j cali-to-wl-dispatch
        -A cali-from-wl-dispatch -i cali3 -m comment --comment "cali:p" -g cali-fw-cali3
        -A cali-from-wl-dispatch -m comment --comment "cali:u Unknown interface" -j DROP
        -A cali-to-wl-dispatch -o cali3 -m comment --comment "cali:t" -g cali-tw-cali3
        -A cali-to-wl-dispatch -m comment --comment "cali:v Unknown interface" -j DROP
        -A cali-fw-cali3 -m comment --comment "cali:a" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A cali-fw-cali3 -m comment --comment "cali:b" -m conntrack --ctstate INVALID -j DROP
        -A cali-fw-cali3 -m comment --comment "cali:c" -j MARK --set-xmark 0x0/0x30000
        -A cali-fw-cali3 -s ${single(pool, pod)} -m comment --comment "cali:d" -j MARK --set-xmark 0x10000/0x10000
        -A cali-fw-cali3 -m comment --comment "cali:e Return if profile accepted" -m mark --mark 0x10000/0x10000 -j RETURN
        -A cali-fw-cali3 -m comment --comment "cali:f Drop if no profiles matched" -j DROP
        -A cali-tw-cali3 -m comment --comment "cali:g" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A cali-tw-cali3 -p tcp -m comment --comment "cali:h" -m multiport --dports 80,8080 -j MARK --set-xmark 0x10000/0x10000
        -A cali-tw-cali3 -m comment --comment "cali:i" -m mark --mark 0x10000/0x10000 -j RETURN
        -A cali-tw-cali3 -m comment --comment "cali:j" -j DROP`,
            nat: `
        -A POSTROUTING -m comment --comment "cali:O3lYWMrLQYEMJtB5" -j cali-nat-outgoing
        -A cali-nat-outgoing -m comment --comment "cali:k" -m set --match-set ${pool.family === 'ipv4' ? 'kp4net' : 'kp6net'} src -m set ! --match-set ${pool.family === 'ipv4' ? 'kp4net' : 'kp6net'} dst -j MASQUERADE --random-fully
        -A POSTROUTING -o cali+ -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE`,
        };
    },
    flannel: (pool) => {
        const pods = pool.family === 'ipv4' ? '10.244.0.0/16' : 'fd00:244::/32';
        const multicast = pool.family === 'ipv4' ? '224.0.0.0/4' : 'ff00::/8';
        return {
            nat: `
        -A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
        -A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN
        -A FLANNEL-POSTRTG -s ${pods} -d ${pods} -m comment --comment "flanneld masq" -j RETURN
        -A FLANNEL-POSTRTG -s ${pods} ! -d ${multicast} -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
        -A FLANNEL-POSTRTG ! -s ${pods} -d ${pods} -m comment --comment "flanneld masq" -j MASQUERADE --random-fully`,
            filter: `
        -A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
        -A FLANNEL-FWD -s ${pods} -m comment --comment "flanneld forward" -j ACCEPT
        -A FLANNEL-FWD -d ${pods} -m comment --comment "flanneld forward" -j ACCEPT`,
        };
    },
    'aws-vpc-cni': (pool) => {
        const own = pool.own[0] ?? '';
        const pods = pool.family === 'ipv4' ? '10.244.0.0/16' : 'fd00:244::/32';
        return {
            mangle: `
        -A PREROUTING -i eth0 -m comment --comment "AWS, primary ENI" -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-xmark 0x80/0x80
        -A PREROUTING -i cali+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80`,
            nat: `
        -A PREROUTING -i cali+ -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0
        -A PREROUTING -m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80
        -A AWS-CONNMARK-CHAIN-0 -d ${pods} -m comment --comment "AWS CONNMARK CHAIN, VPC CIDR" -j RETURN
        -A AWS-CONNMARK-CHAIN-0 -m comment --comment "AWS, CONNMARK" -j CONNMARK --set-xmark 0x80/0x80
        -A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0
        -A AWS-SNAT-CHAIN-0 -d ${pods} -m comment --comment "AWS SNAT CHAIN" -j RETURN
        -A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source ${own} --random-fully`,
        };
    },
    portmap: (pool) => {
        const [pod] = podAddresses(pool);
        return {
            nat: `
        -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
        -A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
        -A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
        -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"b49b\\"" -m multiport --dports 443,8080 -j CNI-DN-2fd3a01d804b10ca8ef8d
        -A CNI-DN-2fd3a01d804b10ca8ef8d -s ${single(pool, pod)} -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK
        -A CNI-DN-2fd3a01d804b10ca8ef8d -s ${pool.family === 'ipv4' ? '127.0.0.1/32' : '::1/128'} -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK
        -A CNI-DN-2fd3a01d804b10ca8ef8d -p tcp -m tcp --dport 8080 -j DNAT --to-destination ${port(pool, pod, 80)}
        -A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000
        -A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE`,
        };
    },
    docker: (pool) => {
        const [pod] = podAddresses(pool);
        return {
            nat: `
        -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
        -A OUTPUT ${pool.family === 'ipv4' ? '! -d 127.0.0.0/8' : '! -d ::1/128'} -m addrtype --dst-type LOCAL -j DOCKER
        -A POSTROUTING -s ${single(pool, pod)} ! -o cni0 -j MASQUERADE
        -A DOCKER -i cni0 -j RETURN
        -A DOCKER ! -i cni0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination ${port(pool, pod, 80)}`,
            filter: `
        -A FORWARD -j DOCKER-USER
        -A FORWARD -o cni0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -o cni0 -j DOCKER
        -A FORWARD -i cni0 ! -o cni0 -j DOCKER-ISOLATION-STAGE-1
        -A FORWARD -i cni0 -o cni0 -j ACCEPT
        -A DOCKER -d ${single(pool, pod)} ! -i cni0 -o cni0 -p tcp -m tcp --dport 80 -j ACCEPT
        -A DOCKER-ISOLATION-STAGE-1 -j RETURN
        -A DOCKER-USER -j RETURN`,
        };
    },
    'node-local-dns': (pool) => {
        const dns = single(pool, pool.virtual.at(-1) ?? '');
        return {
            raw: `
        -A PREROUTING -d ${dns} -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK
        -A PREROUTING -d ${dns} -p tcp -m tcp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK
        -A OUTPUT -s ${dns} -p udp -m udp --sport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK
        -A OUTPUT -d ${dns} -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK`,
            filter: `
        -A INPUT -d ${dns} -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: allow DNS traffic" -j ACCEPT
        -A OUTPUT -d ${dns} -p udp -m udp --dport 53 -j ACCEPT`,
        };
    },
    // What the node itself sends out of the cluster takes the route of a mark, as with VPN and egress gateways.
    egress: (pool) => {
        const pods = pool.family === 'ipv4' ? '10.244.0.0/16' : 'fd00:244::/32';
        return {
            mangle: `
        -A OUTPUT -m mark ! --mark 0x0 -j RETURN
        -A OUTPUT ! -d ${pods} -j MARK --set-xmark 0x100/0x100`,
        };
    },
};
/** @returns the rules of a writer. */
export function writeShape(name, pool) {
    const shape = SHAPES[name];
    return Object.entries(shape(pool)).flatMap(([table, text]) => text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .map((line) => ({ table: table, chain: line.split(' ')[1] ?? '', text: line })));
}
