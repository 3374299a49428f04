import { isLocalAddress } from '../../host/local-addresses.js';
import { takenText } from '../../ipvs/print-ipvs.js';
import { sharesOf } from '../../ipvs/shares.js';
import { IpvsTable } from '../../ipvs/table.js';
import { formatAddress } from '../../net/address.js';
import { formatProtocol } from '../../net/protocol.js';
import { ipvsSet } from '../../proxy/chains.js';
import { whoIsAt } from '../trace/who-is-at.js';
import { expectedAddresses } from './unprogrammed-addresses.js';
/**
 * Lists every Service port that IPVS balances, by the API's addresses and node ports; a virtual server that no Service has is
 * an item without a name. Those by mark are not kube-proxy's, and left out.
 * @returns empty where IPVS was not captured
 */
export function listIpvsServices(reading) {
    const { ipvs } = reading.known;
    if (!(ipvs instanceof IpvsTable))
        return [];
    const groups = new Map();
    const nodePortFamilies = new Set();
    for (const server of ipvs.servers) {
        if (!isOfSocket(server))
            continue;
        const found = servicePortOf(server, reading);
        const { address, port, protocol } = server.takes;
        const name = formatProtocol(protocol);
        if (found !== null && reading.naming.bySocket(formatAddress(address), port, name) === null)
            nodePortFamilies.add(address.family);
        const key = found === null
            ? `${takenText(server.takes)} ${name}`
            : `${found.name.namespace}/${found.name.service}:${found.name.port} ${name} ${address.family}`;
        const group = groups.get(key);
        if (group === undefined)
            groups.set(key, { port: found, servers: [server] });
        else
            group.servers.push(server);
    }
    const listing = { ...reading, nodePortFamilies };
    return [...groups.values()].flatMap((group) => itemOf(group, ipvs, listing));
}
function isOfSocket(server) {
    return server.takes.by === 'socket';
}
/** @returns the Service port of the API that a virtual server is for: by its address, or as a node port; null for none. */
export function servicePortOf({ takes }, { known, naming }) {
    if (takes.by === 'mark')
        return null;
    const { address, port, protocol } = takes;
    const name = formatProtocol(protocol);
    const own = naming.bySocket(formatAddress(address), port, name);
    if (own !== null || isLocalAddress(known.host, address) === false)
        return own;
    return naming.bySocket(null, port, name);
}
function kindsOf(expected, servers) {
    const at = (kind) => servers.filter(({ takes }) => expected.some((place) => place.kind === kind &&
        place.port === takes.port &&
        (place.address === null || place.address === formatAddress(takes.address))));
    const clusterIP = at('clusterIP');
    const externalIP = at('externalIP');
    const loadBalancerIP = at('loadBalancerIP');
    const byAddress = new Set([...clusterIP, ...externalIP, ...loadBalancerIP]);
    return {
        clusterIP,
        externalIP,
        loadBalancerIP,
        nodePort: at('nodePort').filter((each) => !byAddress.has(each)),
    };
}
function itemOf({ port: found, servers }, table, reading) {
    const service = found?.service ?? null;
    const [first] = servers;
    if (first === undefined)
        return [];
    const { family } = first.takes.address;
    const protocol = formatProtocol(first.takes.protocol);
    const expected = found === null || service === null ? [] : expectedAddresses(service, found.name.port, protocol, family);
    const kinds = kindsOf(expected, servers);
    // A cluster IP takes all endpoints that policy allows; without one, the first virtual server tells.
    const telling = kinds.clusterIP[0] ?? first;
    const sockets = (of) => of.map(({ takes }) => ({ address: formatAddress(takes.address), port: takes.port }));
    return [
        {
            namespace: found?.name.namespace ?? null,
            name: found?.name.service ?? null,
            port: found?.name.port ?? null,
            protocol,
            namedBy: found === null ? 'none' : 'api',
            family,
            backend: 'ipvs',
            conflict: null,
            clusterIPs: sockets(service === null ? servers : kinds.clusterIP),
            externalIPs: sockets(kinds.externalIP),
            loadBalancerIPs: sockets(kinds.loadBalancerIP),
            nodePort: kinds.nodePort[0]?.takes.port ?? null,
            internalPolicy: policyOf(service?.internalTrafficPolicy),
            externalPolicy: policyOf(service?.externalTrafficPolicy),
            affinitySeconds: telling.persistence?.seconds ?? null,
            sourceRanges: sourceRangesOf(kinds.loadBalancerIP, reading.known),
            unprogrammed: expected
                .filter((place) => isMissing(place, kinds, reading.nodePortFamilies.has(family)))
                .map((place) => ({ ...place, state: table.incomplete ? 'not-captured' : 'no-rule' })),
            printed: [],
            notCaptured: servers
                .filter(({ incomplete }) => incomplete === true)
                .map(({ takes }) => takenText(takes)),
            misdirected: [],
            endpoints: [
                ...endpointsOf(telling, 'cluster', reading),
                ...localEndpoints(kinds, service?.externalTrafficPolicy === 'Local', reading),
            ],
            ipvs: factsOf(telling, reading),
            refusals: servers
                .filter((server) => server.incomplete !== true && sharesOf(server).parts.length === 0)
                .map((server) => ({
                action: 'reject',
                address: formatAddress(server.takes.address),
                port: server.takes.port,
                nodePort: kinds.nodePort.includes(server),
                comment: null,
                file: server.file,
                line: server.line,
            })),
            chains: servers.map(({ takes }) => takenText(takes)),
        },
    ];
}
function policyOf(text) {
    return text === 'Cluster' || text === 'Local' ? text : null;
}
/**
 * Node ports stand on addresses of the node: where none of this family does, kube-proxy may have found no address for them.
 * @param hasNodePorts some virtual server of the family is for a node port
 */
function isMissing({ kind, address, port }, kinds, hasNodePorts) {
    if (kind !== 'nodePort')
        return !kinds[kind].some(({ takes }) => takes.port === port && formatAddress(takes.address) === address);
    return kinds.nodePort.length === 0 && hasNodePorts;
}
function endpointsOf(server, scope, reading) {
    return sharesOf(server).parts.map(({ real, share }) => ({
        address: formatAddress(real.address),
        port: real.port,
        share,
        scope,
        chain: takenText(server.takes),
        endpoint: endpointAt(real, reading),
        weight: real.weight,
    }));
}
/** What outer addresses send to under policy Local; where no endpoint is local they have the others, and say nothing more. */
function localEndpoints(kinds, local, reading) {
    const outer = kinds.nodePort[0] ?? kinds.loadBalancerIP[0] ?? kinds.externalIP[0];
    if (!local || outer === undefined)
        return [];
    const endpoints = endpointsOf(outer, 'local', reading);
    return endpoints.every(({ endpoint }) => endpoint?.thisNode === true) ? endpoints : [];
}
function factsOf(server, reading) {
    return {
        scheduler: server.scheduler,
        exactShares: sharesOf(server).exact,
        drained: server.servers
            .filter(({ weight }) => weight === 0)
            .map((real) => ({
            address: formatAddress(real.address),
            port: real.port,
            connections: real.active === null || real.inactive === null ? null : real.active + real.inactive,
            endpoint: endpointAt(real, reading),
        })),
    };
}
function endpointAt(real, { known, node }) {
    return whoIsAt(real.address, real.port, known, node);
}
/** Members of kube-proxy's set, `IP,PROTOCOL:PORT,NETWORK`. */
function sourceRangesOf(balancers, { host }) {
    const ranges = balancers.flatMap(({ takes: { address, port, protocol } }) => {
        const set = host.ipsets?.get(ipvsSet('LOAD-BALANCER-SOURCE-CIDR', address.family));
        const at = `${formatProtocol(protocol)}:${port}`;
        return (set?.entries ?? []).flatMap(({ parts }) => parts[0] === formatAddress(address) && parts[1] === at && parts[2] !== undefined ? [parts[2]] : []);
    });
    return [...new Set(ranges)];
}
