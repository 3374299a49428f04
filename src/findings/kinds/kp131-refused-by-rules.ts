import type { ServiceItem } from '../../explain/service-list.ts';
import { reasonNote } from '../../explain/words/reason-words.ts';
import { commentOf } from '../../iptables/ruleset.ts';
import { socketText } from '../../net/socket.ts';
import { isKubeChain } from '../../proxy/chains.ts';
import { iptablesRule, type Outcome } from '../../trace/outcome.ts';
import { isInIptables } from '../../trace/place.ts';
import { listed } from '../../words/numbers.ts';
import { showChain } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, placeOf, stepEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind, Severity } from '../finding.ts';
import { groupBy } from '../group.ts';
import { wholeRulesets } from '../rule-list.ts';
import { isNetworkPolicy } from '../survey/cause.ts';
import type { NamedDrop } from '../survey/named-ports.ts';
import { sideText } from '../survey/survey.ts';

/** Rules alone, without objects of the API, show that packets for a Service which they name do not arrive. */
export const refusedByRules: FindingKind<CheckContext> = {
  code: 'KP131',
  title: 'packets for Services that the rules name do not arrive',
  find(context): Finding[] {
    const drops = (context.named?.drops ?? []).filter(
      ({ outcome: { decidedBy } }) => decidedBy === null || !isNetworkPolicy(decidedBy),
    );
    const groups = groupBy(drops, keyOf);
    return [...groups.values()].map((group) => findingOf(group, context));
  },
};

/** A Service without endpoints is one finding, whatever its addresses; a foreign rule is one, whatever the Services; so is IPVS, which names none. */
function keyOf(drop: NamedDrop): string {
  if (isUnserved(drop)) return `${drop.item.family} ipvs`;
  if (!own(drop)) return `${drop.item.family} ${endText(drop)}`;
  return `${drop.item.family} ${labelOf(drop.item)} ${lacksEndpoints(drop) ? '' : endText(drop)}`;
}

function findingOf(group: readonly NamedDrop[], context: CheckContext): Finding {
  const [first] = group;
  if (first === undefined) throw new RangeError('no packets');
  const { decidedBy } = first.outcome;
  const step = decidedBy !== null && isInIptables(decidedBy) ? decidedBy : null;
  const { rulesets } = context.known;
  const items = [...new Set(group.map(({ item }) => item))];
  const names = [...new Set(items.map(labelOf))];
  const sides = [...new Set(group.map(({ client }) => sideText(client.side)))];
  const to = [...new Set(group.map((drop) => drop.to))];
  const refused = first.outcome.verdict === 'reject' ? 'refused' : 'dropped';
  const whole = step !== null && wholeRulesets(rulesets).length === rulesets.length;
  return {
    code: 'KP131',
    severity: severityOf(group),
    message: `packets for ${listed(names, 3)} are ${refused}: ${endText(first)}`,
    service: null,
    objects: [...names, ...(step === null ? [] : [`chain ${step.chain}`])],
    hits: `${listed(sides)}, to ${listed(to, 4)}`,
    evidence: [
      ...(step === null ? [] : [stepEvidence(step, rulesets, first.outcome)]),
      ...group.slice(0, MOST_SERVERS).flatMap(serverListed),
      factEvidence(`example: ${first.client.from} → ${first.to} (${labelOf(first.item)})`),
    ],
    advice: own(first)
      ? 'see whether the Service should have endpoints: its selector, its pods and whether they are ready'
      : 'find who wrote the rule or set the policy, and whether it is meant',
    command:
      step === null
        ? null
        : showChain(
            context.tool({ family: first.item.family, backend: step.backend }),
            step.table,
            step.chain,
          ),
    certainty: !group.some(({ sure }) => sure) ? 'possible' : whole ? 'certain' : 'probable',
  };
}

/** Closing Services to the outside is what firewalls and source ranges are for; without endpoints kube-proxy refuses by design. */
function severityOf(group: readonly NamedDrop[]): Severity {
  const inside = group.some(({ client }) => client.side === 'pod' || client.side === 'node');
  if (group.every((drop) => own(drop) && !lacksEndpoints(drop))) return 'info';
  return inside && !group.every(own) ? 'error' : 'warning';
}

/** A rule of kube-proxy itself. */
function own({ outcome: { decidedBy } }: NamedDrop): boolean {
  return isUnserved({ outcome: { decidedBy } }) || (decidedBy?.rule != null && isKubeChain(decidedBy.chain));
}

const MOST_SERVERS = 3;

function serverListed({ outcome: { decidedBy } }: NamedDrop): Evidence[] {
  if (decidedBy?.program !== 'ipvs') return [];
  return [{ ...decidedBy.listed, text: `IPVS ${placeOf(decidedBy).replace(/^ip_vs /, '')}` }];
}

/** A virtual server that finds no real server for new connections. */
function isUnserved({ outcome: { decidedBy } }: { readonly outcome: Pick<Outcome, 'decidedBy'> }): boolean {
  return decidedBy?.program === 'ipvs' && decidedBy.action === 'reject';
}

function lacksEndpoints({ outcome: { decidedBy } }: NamedDrop): boolean {
  if (isUnserved({ outcome: { decidedBy } })) return true;
  const rule = decidedBy === null ? null : iptablesRule(decidedBy);
  return rule !== null && / has no endpoints$/.test(commentOf(rule) ?? '');
}

function endText(drop: NamedDrop): string {
  const { decidedBy, reason } = drop.outcome;
  if (isUnserved(drop)) return 'IPVS has no real server that takes them';
  if (decidedBy === null) return reason === null ? 'no rule says why' : reasonNote(reason).text;
  const why = lacksEndpoints(drop) ? ', since it has no endpoints' : '';
  const does = { drop: 'drops them', reject: 'rejects them' }[decidedBy.action] ?? 'ends their way';
  return `${placeOf(decidedBy)} ${does}${why}`;
}

function labelOf({ namespace, name, port, clusterIPs, nodePort, refusals }: ServiceItem): string {
  if (name !== null) {
    const place = namespace === null ? name : `${namespace}/${name}`;
    return port === null || port === '' ? place : `${place}:${port}`;
  }
  const [address] = clusterIPs;
  if (address !== undefined) return socketText(address.address, address.port);
  return `node port ${nodePort ?? refusals[0]?.port ?? '?'}`;
}
