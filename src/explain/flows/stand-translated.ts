import type { Endpoint, Pod } from '../../kubernetes/objects.ts';
import { type Address, formatAddress, parseAddress, sameAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import type { Evidence } from '../flow-list.ts';
import type { Known } from '../question/question.ts';
import { isLeftOver } from '../services/carriers.ts';
import { seenSockets } from '../services/seen-sockets.ts';
import { choosingRules, isTold } from './choosing-rules.ts';
import type { FlowPlace } from './flow-places.ts';
import type { FlowVerdict } from './flow-verdict.ts';
import { serviceText } from './flow-words.ts';

/**
 * Judges a Service's flow by where it was translated to: is that an endpoint of the Service still?
 * @param share what the rules give the endpoint; null where they do not tell
 * @returns null where nothing is wrong
 */
export function judgeEndpoint(
  place: FlowPlace,
  to: Address,
  toPort: number | null,
  share: number | null,
  known: Known,
): FlowVerdict | null {
  if (place.endpoints === null) return judgeByRules(place, to, toPort, share, known);
  const found = place.endpoints.find((one) => isAt(one, to) && one.port === toPort);
  if (found === undefined) return judgeGone(place, to, toPort, known);
  const evidence = [endpointEvidence(found)];
  const where = `${socketText(to, toPort)}${podText(found)}`;
  if (!found.ready && !found.serving) {
    const why = found.terminating ? 'is terminating and serves no more' : 'is not ready';
    return {
      code: 'endpoint-not-serving',
      message: `${where} ${why}`,
      evidence,
      certain: true,
      alive: false,
    };
  }
  if (found.terminating) {
    const message = `${where} is terminating and still serves`;
    return { code: 'endpoint-draining', message, evidence, certain: true, alive: false };
  }
  const told = known.proxyMode === 'iptables' || known.proxyMode === 'nftables';
  if (told && share !== null && !isChosen(place, to, toPort)) {
    const message = `${where} is an endpoint, but the rules of this node send no new connection there (traffic policy, topology hints, or rules that are behind the API)`;
    return {
      code: 'not-chosen',
      message,
      evidence: [...evidence, ...choosingRules(place, known)],
      certain: true,
      alive: false,
    };
  }
  return null;
}

/** @returns true where some rule of the Service port sends packets there. */
export function isChosen(place: FlowPlace, to: Address, toPort: number | null): boolean {
  return place.programmed.some(({ item }) =>
    item.endpoints.some(({ address, port }) => port === toPort && address === formatAddress(to)),
  );
}

function judgeGone(place: FlowPlace, to: Address, toPort: number | null, known: Known): FlowVerdict {
  const name = serviceText(place);
  const where = socketText(to, toPort);
  const sameHost = place.endpoints?.find((one) => isAt(one, to));
  const evidence = [apiEvidence(place), ...choosingRules(place, known)];
  const chosen = place.programmed.some(isTold) && isChosen(place, to, toPort);
  const still = chosen ? `; the ${leftover(place, known)}rules still send new connections there` : '';
  const more = chosen ? ({ chosen: true } as const) : {};
  if (sameHost !== undefined) {
    const message = `${name} has ${formatAddress(to)} at port ${sameHost.port}, not at ${toPort}${still}`;
    return {
      code: 'endpoint-gone',
      message,
      evidence: [endpointEvidence(sameHost), ...evidence],
      certain: true,
      ...more,
      alive: true,
    };
  }
  const pods = known.book.podsAt(to).filter((pod) => !hasEnded(pod));
  const [pod] = pods;
  if (pod === undefined) {
    const nobody = known.cluster.pods === null ? '' : nobodyText(to, known);
    const message = `${where} is no endpoint of ${name}${nobody}${still}`;
    return { code: 'endpoint-gone', message, evidence, certain: true, ...more, alive: false };
  }
  const holder: Evidence = {
    kind: 'object',
    text: `pod ${podName(pod)} has ${formatAddress(to)}`,
    file: null,
    line: null,
  };
  // A Service chooses pods of its own namespace only.
  const stranger = !pod.hostNetwork && place.service !== null && pod.namespace !== place.service.namespace;
  if (stranger) {
    const message = `${where} now is pod ${podName(pod)}, which cannot be an endpoint of ${name}${still}`;
    return {
      code: 'address-reassigned',
      message,
      evidence: [holder, ...evidence],
      certain: true,
      ...more,
      alive: false,
    };
  }
  const message = `${where} is no endpoint of ${name}; the address is pod ${podName(pod)}${pods.length > 1 ? ' and others' : ''}${still}`;
  return {
    code: 'endpoint-gone',
    message,
    evidence: [holder, ...evidence],
    certain: true,
    ...more,
    alive: true,
  };
}

function nobodyText(to: Address, known: Known): string {
  return known.book.nodeAt(to) === null ? ', and no pod has the address' : ', but an address of a node';
}

/** Without API objects, the rules alone: they choose every endpoint that may be chosen, unless a policy forbids. */
function judgeByRules(
  place: FlowPlace,
  to: Address,
  toPort: number | null,
  share: number | null,
  known: Known,
): FlowVerdict | null {
  if (share === null || isChosen(place, to, toPort)) return null;
  const where = socketText(to, toPort);
  const seen = place.service === null ? null : seenSockets(known.cluster, place.service);
  if (seen?.sockets.includes(where)) {
    const message = `kubectl shows ${where} as an endpoint of ${serviceText(place)}, but the rules of this node send no new connection there: it is not ready, not for this node, or the rules or the table are older`;
    return {
      code: 'not-chosen',
      message,
      evidence: choosingRules(place, known),
      certain: false,
      alive: true,
    };
  }
  const message = `no rule of ${serviceText(place)} sends new connections to ${where}: it is gone, terminating, or not for this node`;
  return {
    code: 'endpoint-gone',
    message,
    evidence: choosingRules(place, known),
    certain: false,
    alive: false,
  };
}

function apiEvidence(place: FlowPlace): Evidence {
  const list = place.endpoints ?? [];
  const shown = list.slice(0, 3).map(({ address, port }) => {
    const parsed = parseAddress(address);
    return parsed === null ? address : socketText(parsed, port);
  });
  const more = list.length > 3 ? `, … (${list.length})` : '';
  const text = list.length === 0 ? 'none' : `${shown.join(', ')}${more}`;
  const protocol = formatProtocol(place.protocol);
  return {
    kind: 'object',
    text: `endpoints of ${serviceText(place)} (${protocol}): ${text}`,
    file: null,
    line: null,
  };
}

function endpointEvidence({
  namespace,
  service,
  address,
  port,
  ready,
  serving,
  terminating,
  pod,
}: Endpoint): Evidence {
  const whose = pod === null ? '' : ` (pod ${pod.namespace}/${pod.name})`;
  const text = `endpoint ${address} port ${port} of ${namespace}/${service}${whose}: ready ${ready}, serving ${serving}, terminating ${terminating}`;
  return { kind: 'object', text, file: null, line: null };
}

function podText({ pod }: Endpoint): string {
  return pod === null ? '' : ` (pod ${pod.namespace}/${pod.name})`;
}

function isAt(endpoint: Endpoint, to: Address): boolean {
  const own = parseAddress(endpoint.address);
  return own !== null && sameAddress(own, to);
}

function hasEnded({ phase }: Pod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function podName({ namespace, name }: Pod): string {
  return `${namespace}/${name}`;
}

/** In another mode, rules that name Services were left behind by an earlier one. */
function leftover({ programmed }: FlowPlace, { proxyMode }: Known): string {
  const isOld = programmed.length > 0 && programmed.every(({ item }) => isLeftOver(item, proxyMode));
  return isOld ? 'leftover iptables ' : '';
}
