import { command } from '../../command/command.ts';
import { podNetworks } from '../../explain/question/this-node.ts';
import { type Family, parseAddress } from '../../net/address.ts';
import { prefixContains } from '../../net/prefix.ts';
import { socketText } from '../../net/socket.ts';
import type { IptablesStep, Outcome } from '../../trace/outcome.ts';
import { isInIptables } from '../../trace/place.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, stepEvidence } from '../evidence.ts';
import type { Finding } from '../finding.ts';
import { type Client, clientsOf } from '../survey/senders.ts';
import type { Target } from '../survey/world.ts';

/** In IPVS mode requests to Services do not pass FORWARD, and pods that ask pods of other nodes do; so do answers that come from there. */
export function podDrops(context: CheckContext): Finding[] {
  if (context.known.proxyMode !== 'ipvs' || context.notCompared !== null) return [];
  for (const family of ['ipv4', 'ipv6'] as const) {
    const client = clientsOf(context.known, family).find(({ side }) => side === 'pod');
    const other = otherNodes(context, family);
    if (client === undefined || other === null) continue;
    const { outcomes } = context.follower.follow(client, other);
    const [first] = outcomes;
    const step = first?.decidedBy;
    if (first === undefined || step === null || step === undefined || !isInIptables(step)) continue;
    if (!outcomes.every(({ verdict, decidedBy }) => verdict === 'drop' && decidedBy === step)) continue;
    if (step.event !== 'policy' || step.table !== 'filter' || step.chain !== 'FORWARD') continue;
    const where = socketText(other.address, other.port);
    const answers = answersOf(context, client, other, first, step);
    return [
      {
        code: 'KP107',
        severity: 'error',
        message: `the policy of ${family} FORWARD is DROP and no rule accepts pod traffic: pods of this node cannot reach pods of other nodes by their own addresses${answers === null ? '' : ANSWERS[answers].message}`,
        service: null,
        objects: ['chain FORWARD'],
        hits: `pods that ask pods of other nodes directly, as headless Services have them do${answers === null ? '' : ANSWERS[answers].hits}`,
        evidence: [
          stepEvidence(step, context.known.rulesets, first),
          factEvidence(`example: ${client.from} → ${where}`),
        ],
        advice:
          'set the policy to ACCEPT, or have the CNI plugin accept the pod network in FORWARD; find what set it (Docker, a hardening script), or it comes back',
        command: command(context.tool({ family, backend: step.backend }), '-P', 'FORWARD', 'ACCEPT'),
        certainty: 'certain',
      },
    ];
  }
  return [];
}

/** What becomes of answers from pods of other nodes: ip_vs_reply4 stands behind filter at FORWARD (NF_IP_PRI_NAT_SRC - 1). */
const ANSWERS: Readonly<Record<'pass' | 'end', { readonly message: string; readonly hits: string }>> = {
  pass: {
    message: '; Services go on, as IPVS sends them through OUTPUT, and FORWARD lets answers pass',
    hits: '',
  },
  end: {
    message:
      '; what IPVS sends there for Services goes through OUTPUT, and the answers end at this policy, too',
    hits: ', and pods whom an endpoint of a Service on another node answers',
  },
};

/** @returns null where neither is certain */
function answersOf(
  { follower }: CheckContext,
  { sender }: Client,
  from: Target,
  { end: { outInterface } }: Outcome,
  step: IptablesStep,
): 'pass' | 'end' | null {
  if (sender.address === null || outInterface === null || outInterface === undefined) return null;
  const { outcomes } = follower.answer(from, sender.address, outInterface);
  const ends = ({ decidedBy, verdict }: Outcome): boolean =>
    verdict === 'drop' &&
    decidedBy !== null &&
    isInIptables(decidedBy) &&
    decidedBy.event === 'policy' &&
    decidedBy.backend === step.backend &&
    decidedBy.table === step.table &&
    decidedBy.chain === step.chain;
  if (outcomes.every(ends)) return 'end';
  return outcomes.every(({ verdict }) => verdict === 'accept') ? 'pass' : null;
}

/** Some endpoint in the pod network that is on another node. */
function otherNodes(context: CheckContext, family: Family): Target | null {
  const networks = podNetworks(context.known, family);
  for (const { endpoints, protocol, family: of } of context.expected ?? []) {
    if (of !== family) continue;
    for (const { address: text, port, node, ready } of endpoints) {
      const address = parseAddress(text);
      if (!ready || port === null || address === null || node === null || node === context.node.name)
        continue;
      if (networks.some((network) => prefixContains(network, address))) return { address, port, protocol };
    }
  }
  return null;
}
