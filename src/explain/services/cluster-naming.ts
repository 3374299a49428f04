import type { Cluster, Service } from '../../kubernetes/objects.ts';
import { confirmChainName, splitChainName } from '../../proxy/chain-name.ts';
import type { ChainNames, ServiceHint } from '../../proxy/chain-names.ts';
import { chainsIn, hasRole } from '../../proxy/chains.ts';
import { parseServiceComment } from '../../proxy/comments.ts';
import { chainHash, endpointText, hashedTexts } from '../../proxy/hash.ts';
import type { EndpointRef } from '../explanation.ts';
import { EndpointIndex } from './endpoint-index.ts';
import type { RefusalRule } from './refusal-rules.ts';
import { labelOf } from './service-name.ts';
import type { ServiceNaming, Socket } from './service-naming.ts';
import { type ApiPort, type PortName, SocketIndex } from './socket-index.ts';

/** What names are made from. */
export interface NamingInput {
  readonly cluster: Cluster;
  readonly names: ChainNames;
  /** The node whose rules these are; null where it is not known. */
  readonly node: string | null;
}

/** @returns the naming of one capture. Indices are built when they are first asked for. */
export function nameServices(input: NamingInput): ServiceNaming {
  return new ClusterNaming(input);
}

class ClusterNaming implements ServiceNaming {
  readonly #input: NamingInput;
  #socketIndex: SocketIndex | null = null;
  #serviceIndex: ReadonlyMap<string, Service> | null = null;
  #endpointIndex: EndpointIndex | null = null;

  constructor(input: NamingInput) {
    this.#input = input;
  }

  byChain(chain: string, comment: string | null = null, socket: Socket | null = null): ApiPort | null {
    const found = this.#input.names.lookup(chain, hintOf(comment), textOf(socket));
    if (found === null) return null;
    const { namespace, name: service, port, protocol } = found.service;
    return {
      name: { namespace, service, port },
      protocol: protocol.toLowerCase(),
      service: this.#services.get(`${namespace}/${service}`) ?? null,
    };
  }

  bySocket(address: string | null, port: number, protocol: string): ApiPort | null {
    this.#socketIndex ??= new SocketIndex(this.#input.cluster);
    return this.#socketIndex.at(address, port, protocol);
  }

  byName(namespace: string, service: string, port: string, protocol: string): ApiPort | null {
    const found = this.#services.get(`${namespace}/${service}`);
    const has = found?.ports.some((each) => each.name === port && each.protocol.toLowerCase() === protocol);
    return found === undefined || has !== true
      ? null
      : { name: { namespace, service, port }, protocol, service: found };
  }

  nameIn(comment: string): PortName | null {
    const said = parseServiceComment(comment);
    return said === null ? null : { namespace: said.namespace, service: said.name, port: said.port };
  }

  suffixesOf(name: PortName, protocol: string): readonly string[] {
    const { namespace, service, port } = name;
    return hashedTexts({ namespace, name: service, port, protocol }).map(chainHash);
  }

  confirms(chain: string, { namespace, service, port }: PortName, socket: Socket | null): boolean {
    return confirmChainName(chain, { namespace, name: service, port }, textOf(socket)) !== null;
  }

  suffixOfRefusal({ address, nodePort, port, protocol, comment }: RefusalRule): string | null {
    // CHAINS.proxyFirewall names the chain that did not accept.
    const firewall = chainsIn(comment ?? '').find((chain) => hasRole(chain, 'source-ranges'));
    if (firewall !== undefined) return splitChainName(firewall)?.hash ?? null;
    if (protocol === null) return null;
    const known =
      port === null || (address === null && !nodePort) ? null : this.bySocket(address, port, protocol);
    const name = known?.name ?? (comment === null ? null : this.nameIn(comment));
    return name === null ? null : (this.suffixesOf(name, protocol)[0] ?? null);
  }

  recoverEndpoint(chain: string, comment: string | null): Socket | null {
    const endpoint = this.#input.names.lookup(chain, hintOf(comment))?.endpoint;
    if (endpoint != null) return { address: endpoint.address, port: endpoint.port };
    const said = comment === null ? null : parseServiceComment(comment);
    if (said === null || said.endpoint === null) return null;
    if (confirmChainName(chain, said, said.endpoint) === null) return null;
    const [, address = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(said.endpoint) ?? [];
    return { address, port: Number(port) };
  }

  otherEndpointInName(chain: string, socket: Socket, comment: string | null): Socket | null {
    const here = textOf(socket);
    if (here === null) return null;
    const own = this.#input.names.lookup(chain, null, here);
    if (own !== null) {
      const { endpoint } = own;
      const same = endpoint === null || endpointText(endpoint.address, endpoint.port) === here;
      return same ? null : { address: endpoint.address, port: endpoint.port };
    }
    const said = comment === null ? null : parseServiceComment(comment);
    if (said === null || said.endpoint === null || said.endpoint === here) return null;
    return this.recoverEndpoint(chain, comment);
  }

  endpointAt(
    chain: string,
    address: string,
    port: number | null,
    comment: string | null = null,
  ): EndpointRef | null {
    const hashed = this.#input.names.lookup(chain, hintOf(comment), textOf({ address, port }))?.endpoint;
    this.#endpointIndex ??= new EndpointIndex(this.#input.cluster, this.#input.node);
    return this.#endpointIndex.at(hashed ?? null, address, port);
  }

  labelOf(chain: string, comment: string | null): string | null {
    const known = this.byChain(chain, comment);
    if (known !== null) return labelOf(known.name);
    const said = comment === null ? null : this.nameIn(comment);
    return said !== null && this.confirms(chain, said, null) ? labelOf(said) : null;
  }

  get #services(): ReadonlyMap<string, Service> {
    this.#serviceIndex ??= new Map(
      (this.#input.cluster.services ?? []).map((service) => [
        `${service.namespace}/${service.name}`,
        service,
      ]),
    );
    return this.#serviceIndex;
  }
}

/** A comment may name the Service: then one Service is hashed first, and the rest only if that was wrong. */
function hintOf(comment: string | null): ServiceHint | null {
  return comment === null ? null : parseServiceComment(comment);
}

function textOf(socket: Socket | null): string | null {
  return socket === null || socket.port === null ? null : endpointText(socket.address, socket.port);
}
