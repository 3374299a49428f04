import { formatProtocol, SCTP } from '../../../src/net/protocol.js';
import { ipvsSet } from '../../../src/proxy/chains.js';
import { NODE_PORTS } from './places.js';
import { chance, pick } from './random.js';
/** Sets of kube-proxy, which lack a member now and then. */
export function setsText(random, family, virtuals) {
    const lines = setNames(family).map(({ name }) => `flush ${name}`);
    const add = (what, member) => {
        if (chance(random, 0.9))
            lines.push(`add ${ipvsSet(what, family)} ${member} -exist`);
    };
    for (const { address, protocol, port, servers } of virtuals) {
        const name = formatProtocol(protocol);
        const nodePort = NODE_PORTS.includes(port);
        const member = `${address},${name}:${port}`;
        if (nodePort) {
            const local = chance(random, 0.3);
            if (protocol === SCTP)
                add('NODE-PORT-SCTP-HASH', member);
            else {
                add(`NODE-PORT-${name.toUpperCase()}`, String(port));
                if (local)
                    add(`NODE-PORT-LOCAL-${name.toUpperCase()}`, String(port));
            }
        }
        else {
            add('IPVS-IPS', address);
            const kind = pick(random, [
                'CLUSTER-IP',
                'CLUSTER-IP',
                'CLUSTER-IP',
                'EXTERNAL-IP',
                'EXTERNAL-IP-LOCAL',
                'LOAD-BALANCER',
            ]);
            add(kind, member);
            if (kind === 'LOAD-BALANCER') {
                if (chance(random, 0.4))
                    add('LOAD-BALANCER-LOCAL', member);
                if (chance(random, 0.5)) {
                    add('LOAD-BALANCER-FW', member);
                    add('LOAD-BALANCER-SOURCE-CIDR', `${member},${pick(random, RANGES[family])}`);
                }
            }
        }
        for (const server of servers)
            add('LOOP-BACK', `${server.address},${name}:${server.port},${server.address}`);
    }
    if (chance(random, 0.2))
        add('HEALTH-CHECK-NODE-PORT', '30081');
    return lines.map((line) => `${line}\n`).join('');
}
const RANGES = {
    ipv4: ['192.168.1.0/24', '10.244.0.0/24', '172.16.0.2/32'],
    ipv6: ['fd00:1::/64', 'fd00:244::/64', 'fd00:2::2/128'],
};
/** @returns the sets of kube-proxy, with their types. */
export function setNames(family) {
    const hash = (type) => `hash:${type} family ${family === 'ipv6' ? 'inet6' : 'inet'}`;
    const kinds = {
        'CLUSTER-IP': hash('ip,port'),
        'EXTERNAL-IP': hash('ip,port'),
        'EXTERNAL-IP-LOCAL': hash('ip,port'),
        'LOAD-BALANCER': hash('ip,port'),
        'LOAD-BALANCER-LOCAL': hash('ip,port'),
        'LOAD-BALANCER-FW': hash('ip,port'),
        'LOAD-BALANCER-SOURCE-CIDR': hash('ip,port,net'),
        'LOAD-BALANCER-SOURCE-IP': hash('ip,port,ip'),
        'LOOP-BACK': hash('ip,port,ip'),
        'NODE-PORT-SCTP-HASH': hash('ip,port'),
        'NODE-PORT-LOCAL-SCTP-HASH': hash('ip,port'),
        'NODE-PORT-TCP': 'bitmap:port range 0-65535',
        'NODE-PORT-UDP': 'bitmap:port range 0-65535',
        'NODE-PORT-LOCAL-TCP': 'bitmap:port range 0-65535',
        'NODE-PORT-LOCAL-UDP': 'bitmap:port range 0-65535',
        'HEALTH-CHECK-NODE-PORT': 'bitmap:port range 0-65535',
        'IPVS-IPS': hash('ip'),
    };
    return Object.entries(kinds).map(([what, type]) => ({ name: ipvsSet(what, family), type }));
}
