import { command } from '../../command/command.ts';
import { podNetworks } from '../../explain/question/this-node.ts';
import type { Rule } from '../../iptables/ruleset.ts';
import { type Family, parseAddress } from '../../net/address.ts';
import { prefixContains } from '../../net/prefix.ts';
import { socketText } from '../../net/socket.ts';
import { isInIptables } from '../../trace/place.ts';
import { counted, listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence, stepEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { clientsOf } from '../survey/senders.ts';
import type { Target } from '../survey/world.ts';
import { byStep } from './deviations.ts';

/** The FORWARD policy is DROP and nothing accepts pod traffic. */
export const forwardPolicyDrop: FindingKind<CheckContext> = {
  code: 'KP107',
  title: 'FORWARD policy DROP ends pod traffic',
  find(context): Finding[] {
    const [direct] = podDrops(context);
    if (direct !== undefined) return [direct];
    const found = findDeviations(context);
    return found.length > 0 ? found : findCounted(context);
  },
};

function findDeviations(context: CheckContext): Finding[] {
  return byStep(context.deviationsBy('forward-policy'), context).map(({ step, deviations, evidence }) => {
    const ports = deviations.map(({ port }) => port);
    const names = serviceNames(ports);
    const family = ports[0]?.family ?? 'ipv4';
    const docker = context.known.rulesets.some(
      ({ tables }) => tables.get('filter')?.chains.has('DOCKER-USER') === true,
    );
    const [first] = deviations;
    return {
      code: 'KP107',
      severity: 'error',
      message: `the policy of ${family} FORWARD is DROP and no rule accepts pod traffic: ${counted(names.length, 'Service')} cannot be reached (${listed(names, 3)})`,
      service: onlyService(ports),
      objects: ['chain FORWARD', ...names],
      hits: `${hitsOf(deviations)}; what kube-proxy masquerades still passes, by its mark`,
      evidence: [
        evidence,
        ...(first === undefined ? [] : [factEvidence(`example: ${exampleOf(first)}`)]),
        ...(docker
          ? [factEvidence('Docker’s chain DOCKER-USER is there: Docker sets this policy when it starts')]
          : []),
      ],
      advice:
        'set the policy to ACCEPT, or have the CNI plugin accept the pod network in FORWARD; find what set it (Docker, a hardening script), or it comes back',
      command: command(context.tool({ family, backend: step.backend }), '-P', 'FORWARD', 'ACCEPT'),
      certainty: 'certain',
    };
  });
}

/**
 * The counters alone: whatever passed a rule that takes every packet on reached the policy, so that nothing behind it accepts;
 * and nothing before it accepted either.
 */
function findCounted(context: CheckContext): Finding[] {
  return context.known.rulesets.flatMap((ruleset): Finding[] => {
    const chain = ruleset.tables.get('filter')?.chains.get('FORWARD');
    const dropped = chain?.counters?.packets ?? 0;
    if (chain === undefined || chain.policy !== 'DROP' || dropped === 0 || chain.rules.length > MANY)
      return [];
    // Larger numbers `iptables -L` rounds (xtables_print_num).
    if (ruleset.form === 'table-listing' && dropped > 99_999) return [];
    const rules = Array.from({ length: chain.rules.length }, (_, index) => chain.rules.at(index));
    const through = rules.filter((rule) => passesAll(rule) && rule.counters?.packets === dropped);
    const accepts = rules.some(
      ({ target, counters }) => target?.kind === 'accept' && counters?.packets !== 0,
    );
    const [first] = through;
    if (first === undefined || accepts) return [];
    return [
      {
        code: 'KP107',
        severity: 'warning',
        message: `FORWARD policy DROP dropped ${counted(dropped, 'packet')}: all that passed rule ${first.number}, so that no rule accepts what is forwarded`,
        service: null,
        objects: ['chain FORWARD'],
        hits: 'what is forwarded: pods of other nodes, and clients of node ports and load balancers',
        evidence: [
          { file: chain.file, line: chain.line, text: `policy DROP: ${counted(dropped, 'packet')}` },
          ruleEvidence(first),
        ],
        advice:
          'set the policy to ACCEPT, or have the CNI plugin accept the pod network in FORWARD; find what set it (Docker, a hardening script), or it comes back',
        command: command(context.tool(ruleset), '-P', 'FORWARD', 'ACCEPT'),
        certainty: 'probable',
      },
    ];
  });
}

const MANY = 2000;

function passesAll({ matches, target }: Rule): boolean {
  return target?.kind === 'jump' && matches.every(({ kind }) => kind === 'comment');
}

/** In IPVS mode Services do not pass FORWARD, and pods that ask pods of other nodes do. */
function podDrops(context: CheckContext): Finding[] {
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
    return [
      {
        code: 'KP107',
        severity: 'error',
        message: `the policy of ${family} FORWARD is DROP and no rule accepts pod traffic: pods of this node cannot reach pods of other nodes by their own addresses; Services go on, as IPVS sends them through OUTPUT`,
        service: null,
        objects: ['chain FORWARD'],
        hits: 'pods that ask pods of other nodes directly, as headless Services have them do',
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
