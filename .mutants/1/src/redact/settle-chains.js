import { fieldsOf, listOf, textOf } from '../json/fields.js';
import { portOf } from '../kubernetes/fields.js';
import { readEndpointSlice } from '../kubernetes/read-endpoint-slice.js';
import { readEndpoints } from '../kubernetes/read-endpoints.js';
import { chainName } from '../proxy/chains.js';
import { chainHash, endpointText, hashedTexts, SERVICE_PREFIXES, } from '../proxy/hash.js';
/** Settles the new names of all chains that the API's Services and endpoints can have. */
export function settleChains(objects, renamer) {
    for (const service of objects.get('Service') ?? []) {
        const metadata = fieldsOf(service.metadata);
        for (const item of listOf(fieldsOf(service.spec).ports)) {
            const fields = fieldsOf(item);
            if (portOf(fields.port) === null)
                continue;
            settle({
                namespace: textOf(metadata.namespace) ?? 'default',
                name: textOf(metadata.name) ?? '',
                port: textOf(fields.name) ?? '',
                protocol: textOf(fields.protocol) ?? 'TCP',
            }, null, renamer);
        }
    }
    const ignore = () => undefined;
    for (const slice of objects.get('EndpointSlice') ?? []) {
        for (const endpoint of readEndpointSlice(slice, ignore) ?? [])
            settleEndpoint(endpoint, renamer);
    }
    for (const older of objects.get('Endpoints') ?? []) {
        for (const endpoint of readEndpoints(older, ignore) ?? [])
            settleEndpoint(endpoint, renamer);
    }
}
function settleEndpoint(endpoint, renamer) {
    const { namespace, service: name, portName: port, protocol, address } = endpoint;
    const service = { namespace, name, port, protocol };
    settle(service, null, renamer);
    settle(service, { address, port: endpoint.port }, renamer);
}
function settle(service, endpoint, renamer) {
    const renamed = {
        namespace: renamer.name('namespace', service.namespace),
        name: renamer.name('service', service.name),
        port: renamer.name('port', service.port),
        protocol: service.protocol,
    };
    const place = endpoint === null ? '' : endpointText(endpoint.address, endpoint.port);
    const moved = endpoint === null ? null : renamer.address(endpoint.address);
    if (endpoint !== null && moved === null)
        return;
    const newPlace = endpoint === null || moved === null ? '' : endpointText(moved, endpoint.port);
    const newTexts = hashedTexts(renamed);
    for (const [index, text] of hashedTexts(service).entries()) {
        const hash = chainHash(text + place);
        const newHash = chainHash((newTexts[index] ?? '') + newPlace);
        for (const prefix of endpoint === null ? SERVICE_PREFIXES : ['SEP']) {
            renamer.chains.set(chainName(prefix, hash), chainName(prefix, newHash));
        }
    }
}
