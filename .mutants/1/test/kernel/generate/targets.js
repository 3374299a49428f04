import { TCP } from '../../../src/net/protocol.js';
import { NEIGHBOURS } from '../node/topology.js';
import { pickFrom } from './pools.js';
const MASKS = [
    '0x4000/0x4000',
    '0x0/0x4000',
    '0xff/0xff',
    '0x80000000/0x80000000',
    '0x12345678/0xffffffff',
    '0x100/0x0',
    '0x100/0x100',
    '0x0/0xffffffff',
];
/** Writers by the kind of target they write; each gives null where the kernel would refuse it. */
export const TARGETS = {
    none: () => ({ text: '' }),
    accept: () => ({ text: '-j ACCEPT' }),
    drop: ({ table }) => (table === 'nat' ? null : { text: '-j DROP' }),
    return: () => ({ text: '-j RETURN' }),
    jump: ({ chains, pick }) => (chains.length === 0 ? null : { text: `-j ${pickFrom(chains, pick)}` }),
    goto: ({ chains, pick }) => (chains.length === 0 ? null : { text: `-g ${pickFrom(chains, pick)}` }),
    reject: ({ table, pool, packet, pick }) => {
        if (table !== 'filter')
            return null;
        if (packet.wire.protocol === TCP && pick % 3 === 0)
            return { protocol: TCP, text: '-j REJECT --reject-with tcp-reset' };
        const types = pool.family === 'ipv4'
            ? ['icmp-port-unreachable', 'icmp-host-prohibited', 'icmp-admin-prohibited', 'icmp-net-unreachable']
            : ['icmp6-port-unreachable', 'icmp6-adm-prohibited', 'icmp6-addr-unreachable', 'icmp6-no-route'];
        return { text: `-j REJECT --reject-with ${pickFrom(types, pick)}` };
    },
    mark: ({ pick }) => ({ text: `-j MARK --set-xmark ${pickFrom(MASKS, pick)}` }),
    'connmark-set': ({ pick }) => ({ text: `-j CONNMARK --set-xmark ${pickFrom(MASKS, pick)}` }),
    'connmark-save': ({ pick }) => ({
        text: `-j CONNMARK --save-mark --nfmask ${pickFrom(['0xffffffff', '0x4000', '0xff'], pick)} --ctmask ${pickFrom(['0xffffffff', '0x4000', '0xf0'], pick >> 2)}`,
    }),
    'connmark-restore': ({ pick }) => ({
        text: `-j CONNMARK --restore-mark --nfmask ${pickFrom(['0xffffffff', '0x4000', '0xff'], pick)} --ctmask ${pickFrom(['0xffffffff', '0x4000', '0xf0'], pick >> 2)}`,
    }),
    notrack: ({ table, pick }) => table === 'raw' ? { text: pick % 2 === 0 ? '-j NOTRACK' : '-j CT --notrack' } : null,
    dscp: ({ table, pick }) => table === 'mangle' ? { text: `-j DSCP --set-dscp 0x${pickFrom(['0a', '00', '2e'], pick)}` } : null,
    tos: ({ table, pick }) => table === 'mangle'
        ? { text: `-j TOS --set-tos ${pickFrom(['0x10/0x3f', '0x08/0xff', '0x00/0xff'], pick)}` }
        : null,
    ttl: ({ table, pool, pick }) => {
        if (table !== 'mangle')
            return null;
        const name = pool.family === 'ipv4' ? 'ttl' : 'hl';
        const operation = pickFrom(['set 64', 'set 2', 'dec 1', 'inc 5', 'inc 200'], pick);
        return { text: `-j ${name.toUpperCase()} --${name}-${operation}` };
    },
    set: ({ pool, pick, table }) => {
        if (table === 'nat')
            return null;
        const verb = pick % 3 === 0 ? 'del' : 'add';
        const directions = pick % 2 === 0 ? 'src' : 'dst';
        return {
            text: `-j SET --${verb}-set kp${pool.family === 'ipv4' ? 4 : 6}dyn ${directions}${verb === 'add' ? ' --exist' : ''}`,
        };
    },
    'ct-zone': ({ table, pick }) => {
        if (table !== 'raw')
            return null;
        return { text: `-j CT ${pickFrom(['--zone 7', '--zone-orig 7', '--zone mark'], pick)}` };
    },
    dnat: (aim) => {
        if (!isDestinationNat(aim))
            return null;
        const { pool, pick, packet } = aim;
        const hasPorts = packet.wire.sourcePort !== null;
        const to = pickFrom([...pool.neighbours, ...pool.neighbours, pool.remotePod, ...pool.own.slice(0, 2)], pick);
        const bracketed = pool.family === 'ipv6' ? `[${to}]` : to;
        if (pick % 9 === 8)
            return withProtocol(`-j DNAT --to-destination ${rangeText(pool)}${pick % 2 === 0 ? ' --persistent' : ''}`, packet);
        const shapes = hasPorts
            ? [
                bracketed,
                `${bracketed}:8080`,
                `${bracketed}:8080`,
                `${bracketed}:7000-7009/80`,
                `${bracketed}:9000-9100`,
            ]
            : [to];
        return withProtocol(`-j DNAT --to-destination ${pickFrom(shapes, pick >> 3)}`, packet);
    },
    redirect: (aim) => {
        if (!isDestinationNat(aim))
            return null;
        const ports = aim.packet.wire.sourcePort !== null && aim.pick % 2 === 0 ? ' --to-ports 15001' : '';
        return withProtocol(`-j REDIRECT${ports}`, aim.packet);
    },
    netmap: ({ table, pool, pick }) => {
        if (table !== 'nat')
            return null;
        const nets = pool.family === 'ipv4' ? ['10.244.2.0/24', '10.50.0.0/16'] : ['fd00:244:2::/64', 'fd00:50::/48'];
        return { text: `-j NETMAP --to ${pickFrom(nets, pick)}` };
    },
    snat: (aim) => {
        const { table, hooks, pool, pick, packet } = aim;
        if (table !== 'nat' || hooks.some((hook) => hook === 'PREROUTING' || hook === 'OUTPUT'))
            return null;
        const to = pickFrom([...pool.own, ...pool.virtual], pick);
        const bracketed = pool.family === 'ipv6' ? `[${to}]` : to;
        const hasPorts = packet.wire.sourcePort !== null;
        if (pick % 6 === 5)
            return withProtocol(`-j SNAT --to-source ${rangeText(pool)}${pick % 4 === 1 ? ' --persistent' : ''}`, packet);
        const shape = hasPorts && pick % 4 === 3 ? `${bracketed}:5000-5999` : to;
        return withProtocol(`-j SNAT --to-source ${shape}${pick % 5 === 4 ? ' --random-fully' : ''}`, packet);
    },
    masquerade: ({ table, hooks, pick, packet }) => {
        if (table !== 'nat' || hooks.some((hook) => hook !== 'POSTROUTING'))
            return null;
        const hasPorts = packet.wire.sourcePort !== null;
        const options = pickFrom(['', ' --random-fully', hasPorts ? ' --to-ports 1024-65535' : ''], pick);
        return withProtocol(`-j MASQUERADE${options}`, packet);
    },
    tproxy: ({ table, hooks, packet, pool }) => {
        const { protocol } = packet.wire;
        if (table !== 'mangle' ||
            hooks.some((hook) => hook !== 'PREROUTING') ||
            (protocol !== 6 && protocol !== 17))
            return null;
        return {
            protocol,
            text: `-j TPROXY --on-port 15001 --on-ip ${pool.loopback} --tproxy-mark 0x200/0xffffffff`,
        };
    },
    passive: ({ table, hooks, packet, pick }) => {
        const texts = ['-j LOG --log-prefix "kp "', '-j NFLOG --nflog-group 9', '-j AUDIT --type ACCEPT'];
        if (table === 'mangle')
            texts.push('-j CHECKSUM --checksum-fill');
        if (table === 'mangle' && hooks.every((hook) => hook === 'POSTROUTING'))
            texts.push('-j CLASSIFY --set-class 1:2');
        if (table === 'mangle' && packet.wire.protocol === TCP)
            return { protocol: TCP, text: '-m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1200' };
        return { text: pickFrom(texts, pick) };
    },
};
/** @returns a target of this kind, or null where the kernel would refuse it. */
export function writeTarget(name, aim) {
    const writer = TARGETS[name];
    return writer(aim);
}
function isDestinationNat({ table, hooks }) {
    return table === 'nat' && hooks.every((hook) => hook === 'PREROUTING' || hook === 'OUTPUT');
}
/** Ports may be rewritten of one protocol only. */
function withProtocol(text, { wire }) {
    return { text, protocol: wire.protocol };
}
/** Behind the second node, where every address has somebody. */
function rangeText({ family }) {
    return family === 'ipv4' ? '10.244.2.10-10.244.2.33' : 'fd00:244:2::10-fd00:244:2::1:ffff';
}
/** @returns the addresses behind which somebody stands, for rules of the writers' shapes. */
export function podAddresses({ family }) {
    return [NEIGHBOURS.pod1[family], NEIGHBOURS.pod2[family], NEIGHBOURS.pod3[family]];
}
