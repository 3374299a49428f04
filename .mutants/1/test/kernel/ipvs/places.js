import { ICMP, ICMPV6 } from '../../../src/net/protocol.js';
/** Addresses of kube-ipvs0, of the node, and of what may stand behind a virtual server. */
export const PLACES = {
    ipv4: {
        virtual: ['10.96.0.1', '10.96.0.2', '10.96.0.3', '10.96.0.4'],
        node: '192.168.1.1',
        nodes: ['192.168.1.1', '192.168.1.9'],
        servers: ['10.244.0.10', '10.244.0.11', '10.244.1.10', '10.244.2.20', '172.16.0.2', '192.168.1.1'],
        pods: '10.244.0.0/16',
        loopback: '127.0.0.0/8',
        icmp: ICMP,
    },
    ipv6: {
        virtual: ['fd00:96::1', 'fd00:96::2', 'fd00:96::3', 'fd00:96::4'],
        node: 'fd00:1::1',
        nodes: ['fd00:1::1', 'fd00:2::1'],
        servers: ['fd00:244::a', 'fd00:244::b', 'fd00:244:1::a', 'fd00:244:2::20', 'fd00:2::2', 'fd00:1::1'],
        pods: 'fd00:244::/32',
        loopback: '::1/128',
        icmp: ICMPV6,
    },
};
export const CLUSTER_PORTS = [80, 443, 53];
export const NODE_PORTS = [30_080, 30_081];
/** What the virtual server by mark takes. */
export const MARK = 7;
