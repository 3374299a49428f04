import { command, joined } from '../../command/command.ts';
import type { Ruleset } from '../../iptables/ruleset.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, serviceNames } from '../affected.ts';
import { showChain } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { chainEvidence, factEvidence, ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { isUnhooked, type Jump, rulesTo, wholeRulesets } from '../rule-list.ts';
import { asksToMasquerade } from '../survey/culprit.ts';
import type { Deviation } from '../survey/deviation.ts';

/** kube-proxy's chains are there, and the kernel's chain does not lead to them: they never act. */
export const notHooked: FindingKind<CheckContext> = {
  code: 'KP202',
  title: 'kube-proxy’s chains are not hooked',
  find(context): Finding[] {
    if (context.known.proxyMode !== 'iptables') return [];
    const whole = wholeRulesets(context.known.rulesets);
    return whole.flatMap((ruleset) => {
      // Of two copies, one may be a remainder: KP109 speaks of that.
      const copies = whole.filter(
        ({ family, tables }) => family === ruleset.family && tables.get('nat')?.chains.has(CHAINS.services),
      );
      return copies.length > 1 ? [] : findIn(ruleset, context);
    });
  },
};

interface Hook extends Jump {
  readonly effect: string;
  readonly severity: Finding['severity'];
}

/** Since 1.20; CHAINS.proxyFirewall and its jumps came together (1.25), so the chain's own being there decides. */
const HOOKS: readonly Hook[] = [
  {
    table: 'nat',
    from: 'PREROUTING',
    to: CHAINS.services,
    severity: 'error',
    effect: 'packets of pods and of clients outside are not sent to any endpoint',
  },
  {
    table: 'nat',
    from: 'OUTPUT',
    to: CHAINS.services,
    severity: 'error',
    effect: 'packets of the node’s own processes are not sent to any endpoint',
  },
  {
    table: 'nat',
    from: 'POSTROUTING',
    to: CHAINS.postrouting,
    severity: 'error',
    effect:
      'nothing is masqueraded, so answers to clients outside, and to pods that reach themselves, go past this node',
  },
  {
    table: 'filter',
    from: 'FORWARD',
    to: CHAINS.services,
    severity: 'warning',
    effect: 'pods that ask a Service without endpoints time out instead of being refused',
  },
  {
    table: 'filter',
    from: 'OUTPUT',
    to: CHAINS.services,
    severity: 'warning',
    effect: 'processes of the node that ask a Service without endpoints time out instead of being refused',
  },
  {
    table: 'filter',
    from: 'FORWARD',
    to: CHAINS.externalServices,
    severity: 'warning',
    effect: 'outside clients of Services without endpoints here are not refused',
  },
  {
    table: 'filter',
    from: 'INPUT',
    to: CHAINS.externalServices,
    severity: 'warning',
    effect: 'outside clients of node ports without endpoints here are not refused',
  },
  {
    table: 'filter',
    from: 'FORWARD',
    to: CHAINS.forward,
    severity: 'warning',
    effect: 'INVALID packets pass untranslated, and a FORWARD policy DROP ends Service traffic',
  },
  {
    table: 'filter',
    from: 'FORWARD',
    to: CHAINS.proxyFirewall,
    severity: 'warning',
    effect: 'loadBalancerSourceRanges do not keep anybody out',
  },
  {
    table: 'filter',
    from: 'INPUT',
    to: CHAINS.proxyFirewall,
    severity: 'warning',
    effect: 'loadBalancerSourceRanges do not keep anybody out',
  },
];

function findIn(ruleset: Ruleset, context: CheckContext): Finding[] {
  const missing = HOOKS.filter((hook) => isUnhooked(hook, ruleset));
  const own = ({ port }: Deviation) => port.family === ruleset.family;
  const passed = context.deviationsBy('not-hooked').filter(own);
  const unrefused = context.deviationsBy('refusal-not-hooked').filter(own);
  if (missing.length === 0) {
    return [
      ...(passed.length === 0 ? [] : [passedBy(passed, ruleset, context.tool(ruleset))]),
      ...(unrefused.length === 0 ? [] : [notRefused(unrefused, ruleset, context.tool(ruleset))]),
    ];
  }
  // A policy DROP ends what kube-proxy masquerades only where nothing leads to the rule that accepts its mark.
  const lost = missing.some(({ to }) => to === CHAINS.forward)
    ? context.deviationsBy('forward-policy').filter((each) => own(each) && isLost(each, ruleset))
    : [];
  const deviations = [...passed, ...unrefused, ...lost];
  const isWorst = lost.length > 0 || missing.some(({ severity }) => severity === 'error');
  const [first] = missing;
  if (first === undefined) return [];
  const hooks = listed(
    missing.map(({ table, from, to }) => `${table} ${from} → ${to}`),
    4,
  );
  const chains = missing.flatMap(({ table, from }) => ruleset.tables.get(table)?.chains.get(from) ?? []);
  return [
    {
      code: 'KP202',
      severity: isWorst ? 'error' : 'warning',
      message: `the jump ${hooks} is missing (${ruleset.family}): ${first.effect}`,
      service: null,
      objects: [
        ...new Set([
          ...missing.map(({ to }) => `chain ${to}`),
          ...missing.map(({ from }) => `chain ${from}`),
        ]),
        'all Services',
      ],
      hits:
        deviations.length > 0
          ? hitsOf(deviations)
          : listed([...new Set(missing.map(({ effect }) => effect))]),
      evidence: [
        ...[...new Set(chains)].map(chainEvidence),
        ...missing.map(({ table, from, to }) => factEvidence(`no rule of ${table} ${from} jumps to ${to}`)),
      ],
      advice:
        'restart kube-proxy on this node, which puts the jumps back; it checks them only at a full sync. Then find what removed them',
      command: command(context.tool(ruleset), '-t', first.table, '-I', first.from, '1', '-j', first.to),
      certainty: 'certain',
    },
  ];
}

function isLost({ culprit, outcomes }: Deviation, { backend }: Ruleset): boolean {
  return culprit.kind === 'verdict' && culprit.step.backend === backend && outcomes.some(asksToMasquerade);
}

/** The jump is there, and asks for something that these packets do not have. */
function passedBy(deviations: readonly Deviation[], ruleset: Ruleset, tool: string): Finding {
  const hooks = [
    ...new Set(deviations.flatMap(({ culprit }) => (culprit.kind === 'not-hooked' ? [culprit.hook] : []))),
  ];
  const nat = ruleset.tables.get('nat');
  const chains = [...new Set(hooks.map(chainBehind))];
  const jumps = hooks.flatMap((hook) => [...rulesTo(nat, hook, (name) => name === chainBehind(hook))]);
  const [hook] = hooks;
  return {
    code: 'KP202',
    severity: 'error',
    message: `packets pass nat ${listed(hooks)} without being led to ${listed(chains)} (${ruleset.family}): ${jumps.length === 0 ? 'the jump is missing' : 'the jump does not take all of them'}`,
    service: null,
    objects: [
      ...chains.map((name) => `chain ${name}`),
      ...hooks.map((name) => `chain ${name}`),
      ...serviceNames(deviations.map(({ port }) => port)),
    ],
    hits: hitsOf(deviations),
    evidence: [
      ...jumps.map(ruleEvidence),
      ...deviations.slice(0, 1).map((deviation) => factEvidence(`example: ${exampleOf(deviation)}`)),
    ],
    advice:
      'kube-proxy’s own jump asks for nothing: restart it, which puts that back, and find what changed the rule',
    command: showChain(tool, 'nat', hook ?? 'PREROUTING'),
    certainty: 'certain',
  };
}

function chainBehind(hook: string): string {
  return hook === 'POSTROUTING' ? CHAINS.postrouting : CHAINS.services;
}

/** The jumps of the filter table are there, and do not take these packets. */
function notRefused(deviations: readonly Deviation[], ruleset: Ruleset, tool: string): Finding {
  const names = serviceNames(deviations.map(({ port }) => port));
  const filter = ruleset.tables.get('filter');
  const hooks = HOOKS.filter(({ table }) => table === 'filter');
  const jumps = hooks.flatMap(({ from, to }) => [...rulesTo(filter, from, (name) => name === to)]);
  return {
    code: 'KP202',
    severity: 'warning',
    message: `packets for ${listed(names, 3)} are not led to the rules of the filter table that should refuse them (${ruleset.family})`,
    service: null,
    objects: [`chain ${CHAINS.services}`, `chain ${CHAINS.externalServices}`, ...names],
    hits: `${hitsOf(deviations)}; they time out instead of being refused`,
    evidence: [
      ...jumps.map(ruleEvidence),
      ...deviations.slice(0, 1).map((deviation) => factEvidence(`example: ${exampleOf(deviation)}`)),
    ],
    advice: 'restart kube-proxy on this node, which puts its jumps back; then find what changed them',
    command: joined(
      'next',
      showChain(tool, 'filter', 'FORWARD'),
      showChain(tool, 'filter', 'OUTPUT'),
      showChain(tool, 'filter', 'INPUT'),
    ),
    certainty: 'certain',
  };
}
