import { type Fields, fieldsOf, listOf, portOf, textOf } from '../kubernetes/fields.ts';
import type { ObjectKind } from '../kubernetes/object-fields.ts';
import type { Endpoint } from '../kubernetes/objects.ts';
import { readEndpointSlice } from '../kubernetes/read-endpoint-slice.ts';
import { readEndpoints } from '../kubernetes/read-endpoints.ts';
import { chainName } from '../proxy/chains.ts';
import {
  chainHash,
  endpointText,
  hashedTexts,
  SERVICE_PREFIXES,
  type ServicePortName,
} from '../proxy/hash.ts';
import type { Renamer } from './renamer.ts';

/** Settles the new names of all chains that the API's Services and endpoints can have. */
export function settleChains(objects: ReadonlyMap<ObjectKind, readonly Fields[]>, renamer: Renamer): void {
  for (const service of objects.get('Service') ?? []) {
    const metadata = fieldsOf(service.metadata);
    for (const item of listOf(fieldsOf(service.spec).ports)) {
      const fields = fieldsOf(item);
      if (portOf(fields.port) === null) continue;
      settle(
        {
          namespace: textOf(metadata.namespace) ?? 'default',
          name: textOf(metadata.name) ?? '',
          port: textOf(fields.name) ?? '',
          protocol: textOf(fields.protocol) ?? 'TCP',
        },
        null,
        renamer,
      );
    }
  }
  const ignore = (): void => undefined;
  for (const slice of objects.get('EndpointSlice') ?? []) {
    for (const endpoint of readEndpointSlice(slice, ignore) ?? []) settleEndpoint(endpoint, renamer);
  }
  for (const older of objects.get('Endpoints') ?? []) {
    for (const endpoint of readEndpoints(older, ignore) ?? []) settleEndpoint(endpoint, renamer);
  }
}

function settleEndpoint(endpoint: Endpoint, renamer: Renamer): void {
  const { namespace, service: name, portName: port, protocol, address } = endpoint;
  const service = { namespace, name, port, protocol };
  settle(service, null, renamer);
  settle(service, { address, port: endpoint.port }, renamer);
}

function settle(
  service: ServicePortName,
  endpoint: { readonly address: string; readonly port: number } | null,
  renamer: Renamer,
): void {
  const renamed: ServicePortName = {
    namespace: renamer.name('namespace', service.namespace),
    name: renamer.name('service', service.name),
    port: renamer.name('port', service.port),
    protocol: service.protocol,
  };
  const place = endpoint === null ? '' : endpointText(endpoint.address, endpoint.port);
  const moved = endpoint === null ? null : renamer.address(endpoint.address);
  if (endpoint !== null && moved === null) return;
  const newPlace = endpoint === null || moved === null ? '' : endpointText(moved, endpoint.port);
  const newTexts = hashedTexts(renamed);
  for (const [index, text] of hashedTexts(service).entries()) {
    const hash = chainHash(text + place);
    const newHash = chainHash((newTexts[index] ?? '') + newPlace);
    for (const prefix of endpoint === null ? SERVICE_PREFIXES : (['SEP'] as const)) {
      renamer.chains.set(chainName(prefix, hash), chainName(prefix, newHash));
    }
  }
}
