import { command } from '../../command/command.ts';
import type { Rule, Table } from '../../iptables/ruleset.ts';
import type { RulesetPlace } from '../../iptables/tool.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { counted, listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { rulesTo } from '../rule-list.ts';
import { asksToMasquerade } from '../survey/culprit.ts';
import type { Deviation } from '../survey/deviation.ts';
import { byStep } from './deviations.ts';
import { podDrops } from './pod-drops.ts';

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
      hits: `${hitsOf(deviations)}${masqueradedText(deviations, { family, backend: step.backend }, context)}`,
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
 * What kube-proxy masquerades, CHAINS.forward accepts by its mark: in its own table, and where FORWARD leads there. Docker's legacy
 * table beside it has no such rule, and in nftables and IPVS mode filter FORWARD of iptables need not have one.
 */
function masqueradedText(
  here: readonly Deviation[],
  { family, backend }: RulesetPlace,
  context: CheckContext,
): string {
  const isMarked = ({ port, outcomes }: Deviation): boolean =>
    port.family === family && outcomes.some(asksToMasquerade);
  if (here.some(isMarked)) return '; what kube-proxy masquerades ends here, too';
  // It passes here and ends at the policy of the other backend.
  if (context.deviationsBy('forward-policy').some(isMarked)) return '';
  const passes = context.known.rulesets.some(
    (ruleset) =>
      ruleset.family === family && ruleset.backend === backend && acceptsMarked(ruleset.tables.get('filter')),
  );
  return passes ? '; what kube-proxy masquerades still passes, by its mark' : '';
}

function acceptsMarked(filter: Table | undefined): boolean {
  const isHooked = !rulesTo(filter, 'FORWARD', (name) => name === CHAINS.forward).next().done;
  if (!isHooked) return false;
  for (const { matches } of rulesTo(filter, CHAINS.forward, (name) => name === 'ACCEPT'))
    if (matches.some(({ kind }) => kind === 'mark')) return true;
  return false;
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
    const rate = context.rateOfLine(ruleset, chain);
    const packets = `${counted(dropped, 'packet')}${rate === null ? '' : ` (${rate})`}`;
    return [
      {
        code: 'KP107',
        severity: 'warning',
        message: `FORWARD policy DROP dropped ${packets}: all that passed rule ${first.number}, so that no rule accepts what is forwarded`,
        service: null,
        objects: ['chain FORWARD'],
        hits: 'what is forwarded: pods of other nodes, and clients of node ports and load balancers',
        evidence: [
          { file: chain.file, line: chain.line, text: `policy DROP: ${packets}` },
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
