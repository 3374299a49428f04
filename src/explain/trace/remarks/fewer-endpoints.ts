import type { Endpoint } from '../../../kubernetes/objects.ts';
import { parseAddress } from '../../../net/address.ts';
import { socketText } from '../../../net/socket.ts';
import { hasRole } from '../../../proxy/chains.ts';
import type { IptablesStep, Outcome, Trace } from '../../../trace/outcome.ts';
import { counted } from '../../../words/numbers.ts';
import { thisNodeName } from '../../question/this-node.ts';
import { readEndpointChain } from '../../services/endpoint-chain.ts';
import type { Remark } from '../../trace-list.ts';
import { type RemarkContext, remark } from './context.ts';
import { choosingStep } from './path-facts.ts';

const SHOWN = 3;

/**
 * Holds the endpoints that the Service's chain leads to against those that the API has: says where some get nothing. Read from
 * the chain and not from where packets go, so that session affinity hides none. SVC is for all ready endpoints, SVL
 * and XLB for those of this node; where zones or nodes are hinted at, or the policy for inside is Local, fewer may be meant.
 */
export function fewerEndpoints(outcome: Outcome, context: RemarkContext): readonly Remark[] {
  const pick = choosingStep(outcome);
  if (pick === null) return [];
  const told = TOLD.get(context.trace) ?? new Map<string, readonly Remark[]>();
  TOLD.set(context.trace, told);
  const key = `${pick.backend} ${pick.chain}`;
  const known = told.get(key);
  if (known !== undefined) return known;
  const remarks = compare(pick, context);
  told.set(key, remarks);
  return remarks;
}

/** A Service of 5,000 endpoints has as many outcomes: its chain is compared once for each trace. */
const TOLD = new WeakMap<Trace, Map<string, readonly Remark[]>>();

function compare(pick: IptablesStep, context: RemarkContext): readonly Remark[] {
  const { known, target } = context;
  if (target.endpoints === null || target.label === null) return [];
  if (known.cluster.olderEndpointsOnly === true) return [];
  const local = !hasRole(pick.chain, 'service');
  const node = thisNodeName(known);
  if (local ? node === null : target.service?.internalTrafficPolicy === 'Local') return [];
  const ready = target.endpoints.filter((endpoint) => endpoint.ready && isOf(endpoint, context));
  if (ready.some(({ zoneHints, nodeHints }) => zoneHints.length > 0 || nodeHints.length > 0)) return [];
  const wanted = local ? ready.filter((endpoint) => endpoint.node === node) : ready;
  const reached = placesIn(pick, context);
  // As many, but others: one of them was replaced or tampered with, and the way that leads to it says so.
  if (reached === null || reached.size >= wanted.length) return [];
  const missing = wanted
    .map(({ address, port }) => socketText(address, port))
    .filter((socket) => !reached.has(socket));
  if (missing.length === 0) return [];
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : '';
  const text = `the rules lead to ${wanted.length - missing.length} of the ${counted(wanted.length, 'ready endpoint')} of ${target.label} that the API has${local ? ' on this node' : ''}, and not to ${missing.slice(0, SHOWN).join(', ')}${more}: kube-proxy is behind`;
  return remark('fewer-endpoints', 'none', text);
}

function isOf({ address }: Endpoint, { trace }: RemarkContext): boolean {
  return parseAddress(address)?.family === trace.packet.family;
}

/** Where the chain's endpoints are; null where the capture lacks a part of it. */
function placesIn(
  { chain: name, backend }: IptablesStep,
  context: RemarkContext,
): ReadonlySet<string> | null {
  const { family } = context.trace.packet;
  const ruleset = context.rulesets.find((each) => each.backend === backend && each.family === family);
  const nat = ruleset?.tables.get('nat');
  const chain = nat?.chains.get(name);
  if (nat === undefined || chain === undefined || chain.cut !== undefined || ruleset?.form !== 'save')
    return null;
  const places = new Set<string>();
  for (let index = 0; index < chain.rules.length; index++) {
    const target = chain.rules.targetName(index);
    if (target === null || !hasRole(target, 'endpoint')) continue;
    const place = readEndpointChain(nat, target, family).target;
    if (place === null) return null;
    places.add(socketText(place.address, place.port));
  }
  return places;
}
