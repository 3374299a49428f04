import { isPicked } from '../../iptables/picked.ts';
import type { Ruleset } from '../../iptables/ruleset.ts';
import { type Address, formatAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import type { Evidence, ForeignNat } from '../flow-list.ts';
import type { Known } from '../question/question.ts';
import { kubeProxyTables } from '../services/nft/kube-proxy-tables.ts';
import type { FlowPlace } from './flow-places.ts';
import type { FlowVerdict } from './flow-verdict.ts';

/** Judges a host port's flow: does the pod that has the port now answer? */
export function judgeHostPort(
  place: FlowPlace,
  to: Address,
  toPort: number | null,
  rule: ForeignNat | null,
  known: Known,
): FlowVerdict | null {
  const port = `host port ${place.port}/${formatProtocol(place.protocol)}`;
  const text = formatAddress(to);
  const evidence: Evidence[] =
    rule === null ? [] : [{ kind: 'rule', text: rule.rule, file: rule.file, line: rule.line }];
  if (place.hostPods.length > 0) {
    if (place.hostPods.some(({ ips }) => ips.includes(text))) return null;
    const [pod] = place.hostPods;
    const owner = pod === undefined ? '' : `pod ${pod.namespace}/${pod.name} (${pod.ips.join(', ')})`;
    const message = `${port} is ${owner}, but this flow goes to ${socketText(to, toPort)}`;
    evidence.push({ kind: 'object', text: `${port}: ${owner}`, file: null, line: null });
    return { code: 'host-port-moved', message, evidence, certain: true, alive: false };
  }
  if (known.cluster.pods === null || known.book.podsAt(to).length > 0) return null;
  const message = `${port} leads to ${socketText(to, toPort)}, and no pod has that address`;
  return { code: 'host-port-moved', message, evidence, certain: true, alive: false };
}

/**
 * @returns true where nothing that is known could have translated a flow to this place: Services and rules were captured,
 * and neither they nor native nftables rules explain it
 */
export function isGoneService(place: FlowPlace, known: Known): boolean {
  const { family } = place.address;
  if (known.proxyMode === 'none') return false;
  const captured =
    known.rulesets.some((set) => set.family === family && set.form === 'save' && isWholeNat(set)) ||
    kubeProxyTables(known).some((table) => table.family === family && !table.cut);
  if (!captured && known.cluster.services === null) return false;
  return !(known.host.nft?.nativeChains ?? []).some(
    ({ table, hook, priority, rules }) =>
      table !== 'kube-proxy' && rules > 0 && priority <= -50 && (hook === 'prerouting' || hook === 'output'),
  );
}

function isWholeNat({ tables }: Ruleset): boolean {
  const nat = tables.get('nat');
  return nat !== undefined && !isPicked(nat);
}

/** @returns what to say of a flow that a Service, node port or host port translated which is no more. */
export function judgeUnknown(
  place: FlowPlace,
  to: Address,
  toPort: number | null,
  known: Known,
): FlowVerdict {
  const where = socketText(place.address, place.port);
  const kind = place.local === true ? 'no node port and no host port is' : 'no Service has';
  const searched = known.cluster.services === null ? 'in the rules' : 'in the API and the rules';
  const pod = known.book.podAt(to);
  const whose = pod === null ? '' : ` (pod ${pod.namespace}/${pod.name})`;
  const message = `${kind} ${where}/${formatProtocol(place.protocol)} ${searched} any more, but this flow is still translated to ${socketText(to, toPort)}${whose}`;
  return { code: 'service-deleted', message, evidence: [], certain: true, alive: pod !== null };
}
