import { command } from '../../command/command.js';
import { isLocalAddress } from '../../host/local-addresses.js';
import { takenText } from '../../ipvs/print-ipvs.js';
import { formatAddress, sameAddress } from '../../net/address.js';
import { counted, listed } from '../../words/numbers.js';
import { IPVS_DEVICE, ipvsOf, virtualEvidence } from '../ipvs.js';
/** Virtual servers stay although kube-proxy works in another mode, or the Service is gone. */
export const ipvsLeftover = {
    code: 'KP305',
    title: 'virtual servers of IPVS are left over',
    find(context) {
        const table = ipvsOf(context);
        const { proxyMode } = context.known;
        if (table === null || table.servers.length === 0 || proxyMode === 'none')
            return [];
        const orphans = orphansOf(table.servers, context);
        if (proxyMode === 'ipvs')
            return orphans.length === 0 ? [] : [orphaned(orphans)];
        const own = table.servers.filter((server) => isOwn(server, orphans, context));
        const foreign = orphans.filter((server) => !own.includes(server));
        return [
            ...(own.length === 0 ? [] : [leftOver(own, orphans, proxyMode)]),
            ...(foreign.length === 0 ? [] : [orphaned(foreign)]),
        ];
    },
};
/** kube-proxy's for certain: a Service has it, or its address is on kube-proxy's interface. Others balance with IPVS, too. */
function isOwn(server, orphans, { known, expected }) {
    const { takes } = server;
    if (takes.by !== 'socket')
        return false;
    const device = known.host.links?.find(({ name }) => name === IPVS_DEVICE);
    if (device?.addresses.some(({ address }) => sameAddress(address, takes.address)) === true)
        return true;
    // Where nothing was compared, no orphan was looked for.
    return expected !== null && !orphans.includes(server);
}
function leftOver(own, orphans, proxyMode) {
    const answering = own.filter((server) => server.servers.length > 0 && orphans.includes(server));
    return {
        code: 'KP305',
        severity: answering.length > 0 ? 'error' : 'warning',
        message: `kube-proxy works in ${proxyMode} mode, and ${counted(own.length, 'virtual server')} of its IPVS mode ${own.length === 1 ? 'is' : 'are'} still there${answering.length > 0 ? `: ${listed(namesOf(answering), 3)}, which no Service has, ${answering.length === 1 ? 'is' : 'are'} answered by endpoints of the past` : ''}`,
        service: null,
        objects: ['all Services', ...namesOf(answering).map((name) => `IPVS ${name}`)],
        hits: answering.length > 0
            ? 'clients that still know the address of a deleted Service; the others as soon as a rule for their Service is missing'
            : 'clients of a Service as soon as the rule for it is missing: IPVS, with endpoints of the past, takes what no rule does',
        evidence: (answering.length > 0 ? answering : own).slice(0, 5).map(virtualEvidence),
        advice: 'remove them, and interface kube-ipvs0; --cleanup takes away the rules of every mode and all of IPVS, so restart kube-proxy right behind it',
        command: command('kube-proxy', '--cleanup'),
        certainty: 'certain',
    };
}
function orphaned(orphans) {
    return {
        code: 'KP305',
        severity: 'warning',
        message: `IPVS balances ${listed(namesOf(orphans), 3)}, which no Service of the API has`,
        service: null,
        objects: namesOf(orphans).map((name) => `IPVS ${name}`),
        hits: 'clients that still know the address: endpoints of the past answer them',
        evidence: orphans.slice(0, 5).map(virtualEvidence),
        advice: 'where kube-proxy wrote them, it stopped or cannot write: see its log; others (keepalived, kube-vip) may balance with IPVS too',
        command: command('ipvsadm', '-Ln'),
        certainty: 'probable',
    };
}
function namesOf(servers) {
    return servers.map(({ takes }) => takenText(takes));
}
/** What no Service has: neither as an address of its own with that port, nor as a node port. */
function orphansOf(servers, context) {
    const { services } = context.known.cluster;
    if (services === null || context.expected === null)
        return [];
    const sockets = new Set();
    const nodePorts = new Set();
    for (const service of services) {
        const addresses = [
            ...service.clusterIPs,
            ...service.externalIPs,
            ...service.loadBalancer.flatMap(({ ip }) => ip ?? []),
        ];
        for (const { port, nodePort } of service.ports) {
            for (const address of addresses)
                sockets.add(`${address} ${port}`);
            if (nodePort !== null)
                nodePorts.add(nodePort);
        }
    }
    return servers.filter(({ takes }) => {
        if (takes.by === 'mark')
            return false;
        if (sockets.has(`${formatAddress(takes.address)} ${takes.port}`))
            return false;
        return !(nodePorts.has(takes.port) && isLocalAddress(context.known.host, takes.address) !== false);
    });
}
