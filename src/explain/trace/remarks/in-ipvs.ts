import { isLocalAddress } from '../../../host/local-addresses.ts';
import { takenText } from '../../../ipvs/print-ipvs.ts';
import { IpvsTable } from '../../../ipvs/table.ts';
import { formatAddress, sameAddress } from '../../../net/address.ts';
import { formatSocket } from '../../../net/listed-socket.ts';
import { socketText } from '../../../net/socket.ts';
import { CHAINS } from '../../../proxy/chains.ts';
import type { Outcome } from '../../../trace/outcome.ts';
import { isStandIn } from '../../question/other-family.ts';
import type { Remark } from '../../trace-list.ts';
import { captureOfFamily } from '../../words/family-rule.ts';
import { type RemarkContext, remark } from './context.ts';
import { isTranslated } from './path-facts.ts';

/** What IPVS has to do with how a Service's packet ended. */
export function inIpvs(outcome: Outcome, context: RemarkContext): readonly Remark[] {
  const { ipvs } = context.known;
  const { packet } = context.trace;
  if (!(ipvs instanceof IpvsTable) || packet.state !== 'NEW') return [];
  const balanced = outcome.path.findLast(({ step }) => step.program === 'ipvs');
  if (balanced === undefined) return pastIpvs(outcome, ipvs, context);
  if (outcome.verdict === 'reject' && outcome.decidedBy === balanced.step) return refused(ipvs, context);
  return outcome.verdict === 'accept'
    ? [...stranger(outcome, context), ...untracked(outcome, context), ...asItself(outcome, context)]
    : [];
}

/** A Service's packet that no virtual server took. */
function pastIpvs(outcome: Outcome, ipvs: IpvsTable, { trace, target, known }: RemarkContext): Remark[] {
  const { destination, destinationPort, protocol } = trace.packet;
  if (known.proxyMode !== 'ipvs' || outcome.verdict !== 'accept' || isTranslated(outcome, trace)) return [];
  if (destinationPort === null || target.label === null || target.via === null) return [];
  const address = formatAddress(destination);
  const socket = socketText(address, destinationPort);
  const server = ipvs.find(protocol, destination, destinationPort, null);
  if (server === null && ipvs.incomplete) return [];
  if (server === null)
    return remark(
      'no-virtual-server',
      'breaks',
      `nobody answers at ${socket}: IPVS has no virtual server for ${target.label} there`,
    );
  if (isLocalAddress(known.host, destination) !== false) return [];
  return remark(
    'address-not-on-node',
    'breaks',
    `nobody answers at ${socket}: ${address} is no address of this node (kube-ipvs0 lacks it), so the packet is routed past IPVS, which balances it`,
  );
}

/** IPVS refused it: why. */
function refused(ipvs: IpvsTable, { trace, target }: RemarkContext): Remark[] {
  const { destination, destinationPort, protocol } = trace.packet;
  const server = ipvs.find(protocol, destination, destinationPort, null);
  if (server === null) return [];
  const ready = target.endpoints?.filter((endpoint) => endpoint.ready).length ?? 0;
  const though = ready === 0 ? '' : `, though the API has ${ready} ready for ${target.label}`;
  const why =
    server.servers.length === 0
      ? 'has no real server'
      : `has only real servers of weight 0 (${server.servers.slice(0, SHOWN).map(formatSocket).join(', ')}${server.servers.length > SHOWN ? ', …' : ''})`;
  return remark(
    'no-real-server',
    ready === 0 ? 'none' : 'breaks',
    `IPVS ${takenText(server.takes)} ${why}${though}`,
  );
}

const SHOWN = 4;

/** A real server that the API has no endpoint for. */
function stranger({ destination, path }: Outcome, { target }: RemarkContext): Remark[] {
  if (target.endpoints === null) return [];
  const address = formatAddress(destination.address);
  const known = target.endpointsAt.get(address)?.some(({ port }) => port === destination.port) ?? false;
  if (known || !path.some(({ step }) => step.program === 'ipvs')) return [];
  const socket = socketText(address, destination.port);
  return remark(
    'stale-real-server',
    'may-break',
    `${socket} is no endpoint of ${target.label ?? 'the Service'} in the API: IPVS still has it as a real server`,
  );
}

/**
 * With `vs.conntrack` 0 nat does not see what IPVS sends on. What comes of it on this node the answer's way tells; an endpoint
 * elsewhere answers an address that was to be masqueraded.
 */
function untracked({ path, destination }: Outcome, { namer }: RemarkContext): Remark[] {
  const last = path.at(-1)?.state;
  const before = path.find(({ step }) => step.program === 'ipvs')?.state;
  if (last?.untracked !== 'UNTRACKED' || before === undefined || before.connection === null) return [];
  const marked = path.some(({ step }) => step.chain === CHAINS.markMasquerade);
  const here = namer.endpointAt(formatAddress(destination.address), destination.port)?.thisNode === true;
  return remark(
    'balanced-untracked',
    marked && !here ? 'may-break' : 'none',
    'net.ipv4.vs.conntrack is 0: conntrack does not know what IPVS sends on, so nothing masquerades it',
    'set it to 1, as kube-proxy does',
  );
}

/**
 * A process asks a virtual address from that very address. Not masqueraded, its packet goes to another node, which has the address
 * itself, as each node in IPVS mode: the answer ends there (measured on 6.1 and 6.12).
 */
function asItself(outcome: Outcome, context: RemarkContext): Remark[] {
  const { trace, namer, target } = context;
  const { destination, source, exit, path } = outcome;
  const { address: from } = source.sender;
  const { packet } = trace;
  if (packet.entersAt !== 'OUTPUT' || source.rewrite !== 'none' || exit?.kind !== 'interface') return [];
  if (from === null || !sameAddress(from, packet.destination)) return [];
  // At a node port it is the node's own address, which no other node has.
  if (target.via === null || target.via === 'nodePort') return [];
  const who = namer.endpointAt(formatAddress(destination.address), destination.port);
  if (!path.some(({ step }) => step.program === 'ipvs') || who?.thisNode !== false || who.node === null)
    return [];
  const has = `${formatAddress(destination.address)} is on ${who.node} and answers ${formatAddress(from)}, which ${who.node} has itself, as every node in IPVS mode`;
  const open = masqueradeOpen(outcome, context);
  if (open !== null) {
    const text = `${has}: the answer comes back only where a rule masquerades the packet, and ${open.what} not captured`;
    return remark('answers-to-own-node', 'may-break', text, open.settle);
  }
  const text = `${has}: the answer does not come back, as nothing masquerades the packet`;
  return remark('answers-to-own-node', 'breaks', text);
}

/** @returns what is missing that says whether a packet is masqueraded: kube-proxy's rules, or their sets; null where it is there. */
function masqueradeOpen(
  outcome: Outcome,
  { trace, rulesets, conditions }: RemarkContext,
): { readonly what: string; readonly settle: string | null } | null {
  const { family } = trace.packet;
  if (rulesets.length === 0 || rulesets.some(isStandIn))
    return { what: `the ${family} rules were`, settle: captureOfFamily(family) };
  const set = conditions.list(outcome.given).find(({ code }) => code === 'ipset-not-captured');
  return set === undefined ? null : { what: 'the members of its sets were', settle: set.settle };
}
