import type { Address } from '../../net/address.ts';
import type { Evidence } from '../flow-list.ts';
import type { Known } from '../question/question.ts';
import { choosingRules } from './choosing-rules.ts';
import type { FlowPlace } from './flow-places.ts';
import type { FlowVerdict } from './flow-verdict.ts';
import { placeText, serviceText } from './flow-words.ts';
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
    const message = `${namespace}/${name} has this address, but no port ${place.port}: no rule translates it`;
    return { code: 'no-such-port', message, evidence: [portsEvidence(place)], certain: true };
  }
  if (place.service === null && place.programmed.length === 0) return null;
  if (place.via === 'nodePort' ? place.local === false : place.local === true) return null;
  if (known.proxyMode !== 'iptables') return judgeOtherMode(place, known);
  const evidence = choosingRules(place, known);
  const where = placeText(place.address, place.port);
  switch (starts.of(source, place)) {
    case 'translated': {
      const message = `it goes to ${where} itself: it began before this node's rules translated the address, and beats them as long as it lives`;
      return { code: 'never-translated', message, evidence, certain: true };
    }
    case 'refused': {
      const message = `it goes to ${where} itself, which the rules refuse now: ${serviceText(place)} has no endpoint that this client may use`;
      return { code: 'no-endpoints', message, evidence, certain: true };
    }
    case 'passes':
      return judgeUnprogrammed(place, known);
    case 'unknown':
      return null;
  }
}

/** What the rules let pass untranslated: is it an address that kube-proxy should translate? */
function judgeUnprogrammed(place: FlowPlace, known: Known): FlowVerdict | null {
  if (place.via !== 'clusterIP' || place.programmed.some(({ entered }) => entered)) return null;
  if (place.endpoints === null || place.endpoints.length === 0) return null;
  const message = `it goes to ${placeText(place.address, place.port)} itself: no rule of this node translates the address of ${serviceText(place)}`;
  return { code: 'not-programmed', message, evidence: choosingRules(place, known), certain: true };
}

/** nftables mode: the rules are not in iptables, but kube-proxy translates every cluster IP that has endpoints. */
function judgeOtherMode(place: FlowPlace, known: Known): FlowVerdict | null {
  if (known.proxyMode !== 'nftables' || place.via !== 'clusterIP') return null;
  if (place.endpoints?.some(({ ready }) => ready) !== true) return null;
  const message = `it goes to ${placeText(place.address, place.port)} itself, though ${serviceText(place)} has endpoints: it began before kube-proxy's rules translated the address, or they do not`;
  return { code: 'never-translated', message, evidence: [], certain: false };
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
