import type { Endpoint } from '../../../kubernetes/objects.ts';
import { parseAddress } from '../../../net/address.ts';
import { CHOOSING, hasRole } from '../../../proxy/chains.ts';
import type { Outcome, Step } from '../../../trace/outcome.ts';
import type { Remark } from '../../explanation.ts';
import { thisNodeName } from '../../question/this-node.ts';
import { readEndpointChain } from '../../services/endpoint-chain.ts';
import { type RemarkContext, remark } from './context.ts';
import { socketText } from './path-facts.ts';

const SHOWN = 3;

/**
 * Holds the endpoints that the Service's chain leads to against those that the API has: says where some get nothing. Read from
 * the chain and not from where packets go, so that session affinity hides none. SVC is for all ready endpoints, SVL
 * and XLB for those of this node; where zones or nodes are hinted at, or the policy for inside is Local, fewer may be meant.
 */
export function fewerEndpoints(outcome: Outcome, context: RemarkContext): readonly Remark[] {
  const { known, target } = context;
  const pick = choosing(outcome);
  if (pick === null || target.endpoints === null || target.label === null) return [];
  if (known.cluster.olderEndpointsOnly === true) return [];
  const local = !hasRole(pick.chain, 'service');
  const node = thisNodeName(known);
  if (local ? node === null : target.service?.internalTrafficPolicy === 'Local') return [];
  const ready = target.endpoints.filter((endpoint) => endpoint.ready && isOf(endpoint, context));
  if (ready.some(({ zoneHints, nodeHints }) => zoneHints.length > 0 || nodeHints.length > 0)) return [];
  const wanted = local ? ready.filter((endpoint) => endpoint.node === node) : ready;
  const reached = placesIn(pick, context);
  if (reached === null) return [];
  const missing = wanted
    .map(({ address, port }) => socketText(address, port))
    .filter((socket) => !reached.has(socket));
  if (missing.length === 0) return [];
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : '';
  const text = `the rules lead to ${wanted.length - missing.length} of the ${wanted.length} ready ${wanted.length === 1 ? 'endpoint' : 'endpoints'} of ${target.label} that the API has${local ? ' on this node' : ''}, and not to ${missing.slice(0, SHOWN).join(', ')}${more}: kube-proxy is behind`;
  return remark('fewer-endpoints', 'none', text);
}

/** The step that chose the endpoint. */
function choosing({ path }: Outcome): Step | null {
  const entry = path.find(
    ({ step }) =>
      step.table === 'nat' && hasRole(step.chain, ...CHOOSING) && hasRole(step.target, 'endpoint'),
  );
  return entry?.step ?? null;
}

function isOf({ address }: Endpoint, { trace }: RemarkContext): boolean {
  return parseAddress(address)?.family === trace.packet.family;
}

/** Where the chain's endpoints are; null where the capture lacks a part of it. */
function placesIn({ chain: name, backend }: Step, context: RemarkContext): ReadonlySet<string> | null {
  const { family } = context.trace.packet;
  const ruleset = context.rulesets.find((each) => each.backend === backend && each.family === family);
  const nat = ruleset?.tables.get('nat');
  const chain = nat?.chains.get(name);
  if (nat === undefined || chain === undefined || chain.cut !== undefined || ruleset?.form !== 'save')
    return null;
  const known = PLACES.get(chain);
  if (known !== undefined) return known;
  const places = new Set<string>();
  let whole = true;
  for (let index = 0; index < chain.rules.length; index++) {
    const target = chain.rules.targetName(index);
    if (target === null || !hasRole(target, 'endpoint')) continue;
    const place = readEndpointChain(nat, target, family).target;
    if (place === null) whole = false;
    else places.add(socketText(place.address, place.port));
  }
  const read = whole ? places : null;
  PLACES.set(chain, read);
  return read;
}

/** A Service of 5,000 endpoints has as many outcomes, so its chain is read once. */
const PLACES = new WeakMap<object, ReadonlySet<string> | null>();
