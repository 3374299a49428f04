import { isLocalAddress } from '../../../host/local-addresses.ts';
import { OTHER_PROXY } from '../../../kubernetes/passed-over.ts';
import { formatAddress } from '../../../net/address.ts';
import { formatProtocol, ICMP, ICMPV6 } from '../../../net/protocol.ts';
import { socketText } from '../../../net/socket.ts';
import type { Outcome } from '../../../trace/outcome.ts';
import { isStandIn } from '../../question/other-family.ts';
import { clusterIpInRules } from '../../question/service-in-rules.ts';
import { printsAllTables } from '../../question/whole-dump.ts';
import type { Remark } from '../../trace-list.ts';
import { familyMissing } from '../../words/family-rule.ts';
import { carrierOf } from '../carrier.ts';
import { otherProxy } from '../mode-notes.ts';
import { type RemarkContext, remark } from './context.ts';
import { isTranslated } from './path-facts.ts';
import { isProxied } from './target.ts';
import { whyNoRule } from './why-no-rule.ts';

/** A Service's address is rewritten or nobody answers: says of an accepted packet why no rule rewrote it. */
export function notTranslated(outcome: Outcome, context: RemarkContext): readonly Remark[] {
  const { trace, target, known } = context;
  if (outcome.verdict !== 'accept' || isTranslated(outcome, trace)) return [];
  // There no rule is to rewrite it: see `inIpvs`.
  if (known.proxyMode === 'ipvs') return [];
  // Only a connection's first packet asks the rules.
  if (trace.packet.state !== 'NEW') return [];
  // What is not in iptables may rewrite it yet, and that is the answer then.
  if (otherProxy(trace.packet, known) !== null || carrierOf(outcome, context) !== null) return [];
  if (trace.packet.protocol === ICMP || trace.packet.protocol === ICMPV6) return ping(outcome, context);
  if (target.label === null) return otherPort(outcome, context);
  if (target.via === null) return [];
  const { destination, destinationPort } = trace.packet;
  const socket = socketText(formatAddress(destination), destinationPort);
  // A process of the node may answer there, as node-local-dns does, whatever the rules are.
  const answered = target.via !== 'nodePort' && outcome.exit?.kind === 'local';
  if (!answered && context.rulesets.some(isStandIn)) {
    const { code, text, settle } = familyMissing(trace.packet.family);
    return remark(code, 'may-break', text, settle);
  }
  // Where the table was not listed at all, that is a condition of the answer.
  if (context.rulesets.some(({ form, tables }) => form !== 'save' && !tables.has('nat'))) return [];
  if (context.rulesets.some(({ form }) => form !== 'save')) return inListing(outcome, context, socket);
  if (target.via === 'nodePort') {
    const why = whyNoRule(outcome, context);
    const text = `no rule sends node port ${destinationPort} on to ${target.label}, and the node itself refuses unless a process listens there: ${why}`;
    return remark('node-port-not-translated', 'breaks', text);
  }
  if (outcome.exit?.kind === 'local') return answeredHere(context, socket);
  if (target.via === 'loadBalancerIP' && isProxied(target.service, formatAddress(destination))) {
    const text = `no rule rewrites ${socket}, as the Service asks for (ipMode Proxy): the packet goes to the load balancer itself`;
    return remark('load-balancer-proxied', 'none', text);
  }
  const other = target.service?.labels[OTHER_PROXY];
  if (other !== undefined) {
    const text = `no rule here rewrites ${socket}: label ${OTHER_PROXY} leaves ${target.label} to another proxy, ${JSON.stringify(other)}, and whether that one answers is in no rule`;
    return remark('left-to-other-proxy', 'may-break', text);
  }
  const why = whyNoRule(outcome, context);
  if (target.via === 'clusterIP') {
    const text = `nobody answers at ${socket}, a cluster IP that no rule here rewrites: ${why}`;
    return remark('cluster-ip-not-translated', 'breaks', text);
  }
  const kind = target.via === 'externalIP' ? 'external IP' : 'load balancer IP';
  const own = isLocalAddress(known.host, destination) === true ? 'this node' : 'whoever has that address';
  const text = `no rule here rewrites ${kind} ${socket}, and the packet goes to ${own}: ${why}`;
  return remark('external-address-not-translated', 'may-break', text);
}

/** A pasted listing may be part of a table, or of a chain: what it does not show may exist. */
function inListing(outcome: Outcome, context: RemarkContext, socket: string): Remark[] {
  const { label } = context.target;
  const text = `no rule in the listing rewrites ${socket} of ${label} (${whyNoRule(outcome, context)}); where the listing is not the whole nat table, the rule may be one that it does not show`;
  return remark('not-translated-in-listing', 'may-break', text, 'capture all tables with `iptables-save -c`');
}

/** node-local-dns, for one, puts the cluster IP of DNS on an interface of the node. */
function answeredHere({ trace, known, target }: RemarkContext, socket: string): Remark[] {
  const { destination } = trace.packet;
  const holder = known.host.links?.find(({ addresses }) =>
    addresses.some(
      ({ address }) => address.family === destination.family && address.value === destination.value,
    ),
  );
  const where = holder === undefined ? '' : ` (interface ${holder.name})`;
  const text = `${formatAddress(destination)} is an address of this node${where}: a process here answers ${socket} itself, as node-local-dns does, and not an endpoint of ${target.label}`;
  return remark('answered-by-node', 'none', text);
}

/** kube-proxy's rules ask for the protocol and port of a Service, so a ping finds none of them. */
function ping({ exit }: Outcome, { trace, known }: RemarkContext): Remark[] {
  if (exit?.kind === 'local') return [];
  const address = formatAddress(trace.packet.destination);
  const owner =
    known.cluster.services?.find(({ clusterIPs }) => clusterIPs.includes(address)) ??
    clusterIpInRules(trace.packet.destination, known)[0]?.named;
  if (owner === undefined) return [];
  const text = `${address} is the cluster IP of ${owner.namespace}/${owner.name}: rules rewrite its ports only, so a ping to it is answered by nobody; that says nothing about the Service`;
  return remark('ping-to-cluster-ip', 'breaks', text, TRACE_PORT);
}

/** The address is a Service's and the port is none of it: rules ask for both. */
function otherPort({ exit }: Outcome, context: RemarkContext): Remark[] {
  const { trace, known } = context;
  if (exit?.kind === 'local') return [];
  const address = formatAddress(trace.packet.destination);
  const owner = known.cluster.services?.find(({ clusterIPs }) => clusterIPs.includes(address));
  if (owner === undefined) return otherPortInRules(context);
  const ports = owner.ports.map(({ port, protocol }) => `${port}/${protocol.toLowerCase()}`);
  const has = ports.length === 0 ? 'no ports' : ports.join(', ');
  const text = `${address} is the cluster IP of ${owner.namespace}/${owner.name}, which has ${has}: nothing translates ${askedFor(context)}, so nobody answers`;
  return remark('no-such-port', 'breaks', text, TRACE_PORT);
}

/** The same where rules alone tell whose address it is: what was not captured of them may serve the port. */
function otherPortInRules(context: RemarkContext): Remark[] {
  const { trace, known, rulesets } = context;
  const { destination } = trace.packet;
  const told = clusterIpInRules(destination, known);
  const [first] = told;
  if (first === undefined) return [];
  const { namespace, name } = first.named;
  const has = told.map(({ port, protocol }) => `${port}/${formatProtocol(protocol)}`).join(', ');
  const whose = `${formatAddress(destination)} is the cluster IP of ${namespace}/${name}`;
  const asked = askedFor(context);
  if (known.proxyMode === 'iptables' && rulesets.every((ruleset) => printsAllTables(ruleset, rulesets))) {
    const text = `${whose}, which has ${has} by the rules: nothing translates ${asked}, so nobody answers`;
    return remark('no-such-port', 'breaks', text, TRACE_PORT);
  }
  const text = `${whose}; the rules that were captured serve its ${has}, and not ${asked}: if no other rule does, nobody answers`;
  return remark('no-such-port', 'may-break', text, 'capture the whole rule set');
}

const TRACE_PORT = 'trace a port of the Service';

function askedFor({ trace: { packet } }: RemarkContext): string {
  return `${packet.destinationPort}/${formatProtocol(packet.protocol)}`;
}
