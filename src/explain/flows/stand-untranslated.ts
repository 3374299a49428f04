import { isPicked } from '../../iptables/picked.ts';
import { OTHER_PROXY } from '../../kubernetes/passed-over.ts';
import type { Address } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import type { Evidence } from '../flow-list.ts';
import { findProxies } from '../proxies/find-proxies.ts';
import type { Known } from '../question/question.ts';
import { kubeProxyTables } from '../services/nft/kube-proxy-tables.ts';
import { choosingRules } from './choosing-rules.ts';
import type { FlowPlace } from './flow-places.ts';
import type { FlowVerdict } from './flow-verdict.ts';
import { serviceText } from './flow-words.ts';
import type { FreshStarts } from './would-translate.ts';

/**
 * Judges a flow to a Service address that no rule translated. That is as it should be where the node itself answers there
 * (a DNS cache on the Service's address, ipvs), where another node translates, or where a load balancer is to do it.
 * @returns null where nothing is wrong, or nothing can be told
 */
export function judgeUntranslated(
  place: FlowPlace,
  source: Address,
  known: Known,
  starts: FreshStarts,
): FlowVerdict | null {
  if (place.portless !== null) {
    const { namespace, name } = place.portless;
    const message = `${namespace}/${name} has this address, but no port ${place.port}/${formatProtocol(place.protocol)}: it is not translated`;
    return { code: 'no-such-port', message, evidence: [portsEvidence(place)], certain: true, alive: false };
  }
  if (place.service === null && place.programmed.length === 0) return null;
  if (place.api !== null && OTHER_PROXY in place.api.service.labels) return null;
  if (place.via === 'nodePort' ? place.local === false : place.local === true) return null;
  if (!followsRules(known)) return judgeOtherMode(place, known);
  const evidence = choosingRules(place, known);
  const where = socketText(place.address, place.port);
  switch (starts.of(source, place)) {
    case 'translated': {
      const message = `it goes to ${where} itself: it began before this node's rules translated the address, and beats them as long as it lives`;
      return { code: 'never-translated', message, evidence, certain: true, alive: false };
    }
    case 'refused': {
      const message = `it goes to ${where} itself, which the rules refuse now: ${serviceText(place)} has no endpoint that this client may use`;
      return { code: 'no-endpoints', message, evidence, certain: true, alive: false };
    }
    case 'passes':
      return judgeUnprogrammed(place, known);
    case 'unknown':
      return null;
  }
}

/** What the rules let pass untranslated: is it an address that kube-proxy should translate? */
function judgeUnprogrammed(place: FlowPlace, known: Known): FlowVerdict | null {
  // A node port may be left out at some of the node's addresses, and a load balancer's address to the load balancer.
  if (place.via !== 'clusterIP' && !place.programmed.some(({ entered }) => entered)) return null;
  if (place.via === 'nodePort' || mayPass(place)) return null;
  if (!isToldInFull(place.address, known)) return null;
  const evidence = choosingRules(place, known);
  const name = serviceText(place);
  const itself = `it goes to ${socketText(place.address, place.port)} itself`;
  if (place.programmed.length > 0 && !place.programmed.some(({ entered }) => entered)) {
    const message = `${itself}: ${name} has no endpoint that the rules of this node may choose, and what should refuse it is not reached`;
    return { code: 'no-endpoints', message, evidence, certain: true, alive: false };
  }
  if (place.programmed.length > 0) {
    const message = `${itself}: the rules of ${name} are there, but such a packet meets none that translates it`;
    return { code: 'not-programmed', message, evidence, certain: true, alive: false };
  }
  if (place.endpoints === null || place.endpoints.length === 0) return null;
  // What serves the address may be another proxy, whose translations conntrack need not show.
  if (findProxies(known).length > 0) return null;
  const message = `${itself}: no rule of this node translates the address of ${name}`;
  return { code: 'not-programmed', message, evidence, certain: true, alive: false };
}

/** Of a table of which some lines were picked, another may translate the address. */
function isToldInFull({ family }: Address, known: Known): boolean {
  if (known.proxyMode === 'nftables')
    return kubeProxyTables(known).some((table) => table.family === family && !table.cut);
  const own = known.rulesets.flatMap((set) => (set.family === family ? (set.tables.get('nat') ?? []) : []));
  return own.length > 0 && !own.some(isPicked);
}

/** kube-proxy 1.20 lets pass, in some cases, what a policy Local or source ranges exclude (CHAINS.markDrop without a rule). */
function mayPass({ via, programmed }: FlowPlace): boolean {
  if (via === 'clusterIP') return false;
  return programmed.some(({ item }) => item.externalPolicy === 'Local' || item.sourceRanges.length > 0);
}

/** Whether the rules by which kube-proxy works in this mode were captured, so that a flow that begins anew can be traced. */
function followsRules({ proxyMode, nft }: Known): boolean {
  return proxyMode === 'iptables' || (proxyMode === 'nftables' && nft !== null && nft !== undefined);
}

/** nftables mode without its rules: kube-proxy translates every cluster IP that has endpoints. */
function judgeOtherMode(place: FlowPlace, known: Known): FlowVerdict | null {
  if (known.proxyMode !== 'nftables' || place.via !== 'clusterIP') return null;
  if (place.endpoints?.some(({ ready }) => ready) !== true) return null;
  const message = `it goes to ${socketText(place.address, place.port)} itself, though ${serviceText(place)} has endpoints: it began before kube-proxy's rules translated the address, or they do not`;
  return { code: 'never-translated', message, evidence: [], certain: false, alive: false };
}

function portsEvidence(place: FlowPlace): Evidence {
  const ports = place.portless?.ports.map(({ port, protocol }) => `${port}/${protocol.toLowerCase()}`) ?? [];
  const { namespace = '', name = '' } = place.portless ?? {};
  return {
    kind: 'object',
    text: `ports of ${namespace}/${name}: ${ports.join(', ')}`,
    file: null,
    line: null,
  };
}
