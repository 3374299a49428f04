import { isLocalAddress } from '../../host/local-addresses.ts';
import { commentOf, type Rule } from '../../iptables/ruleset.ts';
import type { NatRange } from '../../iptables/target.ts';
import { formatAddress, parseAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { splitChainName } from '../../proxy/chain-name.ts';
import { nameChains } from '../../proxy/chain-names.ts';
import { CHAINS, hasRole } from '../../proxy/chains.ts';
import { type CommentPhrase, parseServiceComment } from '../../proxy/comments.ts';
import { iptablesRule, type Outcome, type Passing, type Step, type Trace } from '../../trace/outcome.ts';
import type { EndpointRef, ServiceRef } from '../explanation.ts';
import type { Known } from '../question/question.ts';
import { thisNodeName } from '../question/this-node.ts';
import { nameServices } from '../services/cluster-naming.ts';
import { namedAt } from '../services/nft/named-sockets.ts';
import type { ServiceNaming } from '../services/service-naming.ts';
import type { ApiPort } from '../services/socket-index.ts';
import { whoIsAt } from './who-is-at.ts';

/** Puts Kubernetes names to the addresses and chains of a trace. Without API objects it knows what comments tell. */
export class Namer {
  readonly naming: ServiceNaming;
  readonly #known: Known;
  readonly #node: string | null;
  readonly #endpoints = new Map<string, EndpointRef | null>();
  /** The endpoint of a chain, as it was asked for last: each sender asks for all. */
  readonly #ofChains = new Map<
    string,
    { address: string; port: number | null; endpoint: EndpointRef | null }
  >();
  /** What rules name: ways to 5,000 endpoints pass the same ones. */
  readonly #byStep = new WeakMap<Step, ServiceRef | null>();

  constructor(known: Known) {
    this.#known = known;
    this.#node = thisNodeName(known);
    this.naming = nameServices({
      cluster: known.cluster,
      names: nameChains(known.cluster),
      node: this.#node,
    });
  }

  /** @returns who answers where an outcome's packet arrives: the endpoint of its SEP chain, else whoever has the address. */
  endpointOf(outcome: Pick<Outcome, 'verdict' | 'destination'> & Passing): EndpointRef | null {
    if (outcome.verdict !== 'accept') return null;
    const { address, port } = outcome.destination;
    return this.endpointBehind(namingStep(outcome), formatAddress(address), port);
  }

  /** @returns who answers at an address. @param step that names the endpoint, see {@link namingStep} */
  endpointBehind(step: Step | null, address: string, port: number | null): EndpointRef | null {
    if (step === null) return this.endpointAt(address, port);
    const known = this.#ofChains.get(step.chain);
    if (known?.address === address && known.port === port) return known.endpoint;
    const named = hasRole(step.chain, 'endpoint') ? this.naming.endpointAt(step.chain, address, port) : null;
    const endpoint = named ?? this.endpointAt(address, port);
    this.#ofChains.set(step.chain, { address, port, endpoint });
    return endpoint;
  }

  /** @returns who has this address, as far as the API tells: a pod, or a node itself. */
  endpointAt(address: string, port: number | null): EndpointRef | null {
    const key = `${address} ${port}`;
    const known = this.#endpoints.get(key);
    if (known !== undefined) return known;
    const parsed = parseAddress(address);
    const found = parsed === null ? null : whoIsAt(parsed, port, this.#known, this.#node);
    this.#endpoints.set(key, found);
    return found;
  }

  /** @returns where a DNAT leads that the dump printed without its address: the endpoint whose hash the chain carries. */
  recoverDestination(rule: Rule, jump: Rule | null): NatRange | null {
    // The comment that names the endpoint stands at the jump; the hash in the chain's name proves it.
    const socket =
      this.naming.recoverEndpoint(rule.chain, jump === null ? null : commentOf(jump)) ??
      this.naming.recoverEndpoint(rule.chain, commentOf(rule));
    const address = socket === null ? null : parseAddress(socket.address);
    if (socket === null || address === null) return null;
    return {
      from: address.value,
      to: address.value,
      ports: { from: socket.port ?? 0, to: socket.port ?? 0 },
      portBase: null,
    };
  }

  /**
   * @returns the Service port that the packet was sent to: by the API's addresses, by its node ports where the packet goes to
   *   an address of this node, else by the rules it passed, and by what maps of nft have there
   */
  serviceOf(trace: Trace): ServiceRef | null {
    const { packet } = trace;
    if (packet.destinationPort === null) return null;
    const address = formatAddress(packet.destination);
    const protocol = formatProtocol(packet.protocol);
    const direct = this.naming.bySocket(address, packet.destinationPort, protocol);
    if (direct !== null) return refOf(direct, viaAddress(direct, address), 'api');
    const nodePort = this.#toThisNode(packet)
      ? this.naming.bySocket(null, packet.destinationPort, protocol)
      : null;
    if (nodePort !== null) return refOf(nodePort, 'nodePort', 'api');
    return this.#byRules(trace) ?? this.#byMaps(packet, packet.destinationPort);
  }

  /** In nftables mode elements lead to chains that name the Service port, or name it themselves. */
  #byMaps(packet: Trace['packet'], port: number): ServiceRef | null {
    const { family, destination, protocol } = packet;
    const direct = namedAt(this.#known, family, destination, port, protocol);
    if (direct !== null || !this.#toThisNode(packet)) return direct;
    return namedAt(this.#known, family, null, port, protocol);
  }

  #toThisNode({ destination, destinationIsLocal }: Trace['packet']): boolean {
    return destinationIsLocal || isLocalAddress(this.#known.host, destination) === true;
  }

  #byRules(trace: Trace): ServiceRef | null {
    for (const step of trace.steps) {
      const known = this.#byStep.get(step);
      const named = known === undefined ? this.#byRule(step) : known;
      this.#byStep.set(step, named);
      if (named !== null) return named;
    }
    return null;
  }

  #byRule(step: Step): ServiceRef | null {
    const rule = iptablesRule(step);
    if (rule === null || step.table === 'mangle' || step.table === 'raw') return null;
    const comment = commentOf(rule);
    const said = comment === null ? null : parseServiceComment(comment);
    const nodePort = rule.chain === CHAINS.nodePorts || rule.matches.some(isLocalDestination);
    const chain = rule.target?.kind === 'jump' ? rule.target.chain : null;
    const hashed = chain === null ? null : this.naming.byChain(chain, comment);
    if (hashed !== null) return refOf(hashed, nodePort ? 'nodePort' : viaOf(rule, said?.phrase), 'hash');
    if (said === null || said.endpoint !== null || (!nodePort && !namesDestination(said.phrase))) return null;
    const via = nodePort ? 'nodePort' : viaOf(rule, said.phrase);
    return { namespace: said.namespace, name: said.name, port: said.port, via, namedBy: 'comment' };
  }
}

function isLocalDestination(match: Rule['matches'][number]): boolean {
  return match.kind === 'addrtype' && match.side === 'destination' && match.types.includes('LOCAL');
}

function refOf(port: ApiPort, via: ServiceRef['via'], namedBy: ServiceRef['namedBy']): ServiceRef {
  const { namespace, service, port: name } = port.name;
  return { namespace, name: service, port: name, via, namedBy };
}

function viaAddress({ service }: ApiPort, address: string): ServiceRef['via'] {
  if (service === null) return 'clusterIP';
  if (service.clusterIPs.includes(address)) return 'clusterIP';
  return service.externalIPs.includes(address) ? 'externalIP' : 'loadBalancerIP';
}

/** Comments that stand at rules for one destination; others stand further in, where it is no longer asked for. */
function namesDestination(phrase: CommentPhrase): boolean {
  switch (phrase) {
    case 'cluster-ip':
    case 'external-ip':
    case 'load-balancer-ip':
    case 'no-endpoints':
    case 'no-local-endpoints':
    case 'outside-source-ranges':
      return true;
    default:
      return false;
  }
}

/**
 * The comment's last words tell by which address the packet came. "has no endpoints" does not: in filter CHAINS.services it
 * stands for a cluster IP (since 1.12; pkg/proxy/iptables/proxier.go), in CHAINS.externalServices for an external or a load
 * balancer IP, and nothing there tells which.
 */
function viaOf({ chain, target }: Rule, phrase: CommentPhrase | undefined): ServiceRef['via'] {
  const kind = target?.kind === 'jump' ? splitChainName(target.chain)?.prefix : undefined;
  switch (phrase) {
    case 'cluster-ip':
      return 'clusterIP';
    case 'no-endpoints':
    case 'no-local-endpoints':
      return chain === CHAINS.services ? 'clusterIP' : null;
    case 'external-ip':
      return 'externalIP';
    case 'load-balancer-ip':
    case 'outside-source-ranges':
      return 'loadBalancerIP';
    default:
      return kind === 'SVC' || kind === 'SVL' ? 'clusterIP' : null;
  }
}

/** @returns the step that names the endpoint, by the chain that it is in: the last that wrote one. Null: none did. */
export function namingStep({ path }: Passing): Step | null {
  return path.findLast(({ step }) => step.action === 'dnat')?.step ?? null;
}
