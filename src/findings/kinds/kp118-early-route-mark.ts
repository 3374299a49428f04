import { command } from '../../command/command.ts';
import { otherChains } from '../../explain/services/other-chains.ts';
import type { PolicyRule } from '../../host/facts.ts';
import type { Rule } from '../../iptables/ruleset.ts';
import { type Family, formatAddress } from '../../net/address.ts';
import { socketText } from '../../net/socket.ts';
import { isKubeChain } from '../../proxy/chains.ts';
import { iptablesRule, type Outcome, type Step } from '../../trace/outcome.ts';
import { listed } from '../../words/numbers.ts';
import { exampleClient, onlyService, serviceNames } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, placeOf, ruleEvidence } from '../evidence.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { isKubeProxy } from '../survey/cause.ts';
import { type Client, clientsOf } from '../survey/senders.ts';

/** A rule marks packets by the Service address that they still carry, and routing goes by the mark when they carry another. */
export const earlyRouteMark: FindingKind<CheckContext> = {
  code: 'KP118',
  title: 'routed by a mark set before the translation',
  find(context): Finding[] {
    if (context.notCompared !== null) return [];
    return (['ipv4', 'ipv6'] as const).flatMap((family) => findIn(context, family));
  },
};

/** As many Service ports are asked: those that go astray do so for one reason. */
const ASKED = 150;
/** As many endpoints of one port. */
const ENDPOINTS = 5;

/** A packet for a Service that leaves by another interface than one that is sent to the endpoint itself. */
interface Astray {
  readonly port: ExpectedPort;
  readonly endpoint: string;
  /** The endpoint's, without its port. */
  readonly address: string;
  readonly marks: readonly Step[];
  readonly policy: PolicyRule;
  readonly exit: string;
  readonly directExit: string;
}

function findIn(context: CheckContext, family: Family): Finding[] {
  const policies = (context.known.host.policyRules[family] ?? []).filter(
    ({ mark, action }) => mark !== null && action.kind === 'lookup',
  );
  const pod = clientsOf(context.known, family).find(({ side }) => side === 'pod');
  if (policies.length === 0 || pod === undefined || !hasMarkers(context, family)) return [];
  const astray = (context.expected ?? [])
    .filter((port) => port.family === family && port.endpoints.some(({ ready }) => ready))
    .slice(0, ASKED)
    .flatMap((port) => follow(port, pod, policies, context));
  const groups = groupBy(astray, ({ marks, policy }) => `${marks.map(placeOf)} ${policy.priority}`);
  return [...groups.values()].flatMap((group) => describe(group, pod));
}

function describe(group: readonly Astray[], pod: Client): Finding[] {
  const [first] = group;
  const step = first?.marks[0];
  if (first === undefined || step === undefined) return [];
  const { policy, exit, directExit, port, endpoint } = first;
  const ports = group.map((one) => one.port);
  const names = serviceNames(ports);
  const mark = `0x${(policy.mark ?? 0).toString(16)}/0x${policy.mask.toString(16)}`;
  const rules = first.marks.flatMap((one) => iptablesRule(one) ?? []);
  return [
    {
      code: 'KP118',
      severity: 'error',
      message: `${placeOf(step)} marks packets for ${listed(names, 3)} by the cluster IP that they still carry: translated, they leave by ${exit} instead of ${directExit}, the way to their endpoint`,
      service: onlyService(ports),
      objects: [...names, `chain ${step.chain}`],
      hits: 'pods of this node, by cluster IP; the same endpoints answer at their own addresses',
      evidence: [
        ...rules.map(ruleEvidence),
        factEvidence(`policy rule ${policy.priority}: fwmark ${mark} lookup ${tableOf(policy)}`),
        factEvidence(
          `${exampleClient(pod)} → ${socketText(port.clusterIP, port.port.port)}, translated to ${endpoint}: leaves by ${exit}; sent to ${endpoint} itself: by ${directExit}`,
        ),
      ],
      advice:
        'exempt the Service network from the rule that marks, or mark behind the translation: routing goes by the mark, whatever the destination has become',
      command: command('ip', 'route', 'get', first.address, 'mark', `0x${(policy.mark ?? 0).toString(16)}`),
      certainty: 'probable',
    },
  ];
}

function follow(
  port: ExpectedPort,
  pod: Client,
  policies: readonly PolicyRule[],
  { follower }: CheckContext,
): Astray[] {
  const target = { address: port.clusterIP, port: port.port.port, protocol: port.protocol };
  const ways = follower.follow(pod, target).outcomes.slice(0, ENDPOINTS);
  return ways.flatMap((outcome) => {
    const { address, port: number } = outcome.destination;
    const policy = policyTaken(outcome, policies);
    if (policy === null || number === null || address.value === port.clusterIP.value) return [];
    const marks = markingSteps(outcome);
    const direct = follower.follow(pod, { address, port: number, protocol: port.protocol }).outcomes[0];
    // What marks packets wherever they go does not go by the cluster IP.
    if (direct === undefined || policyTaken(direct, policies) !== null) return [];
    const exit = exitOf(outcome);
    const directExit = exitOf(direct);
    if (marks.length === 0 || exit === null || directExit === null || exit === directExit) return [];
    const text = formatAddress(address);
    return [{ port, endpoint: socketText(text, number), address: text, marks, policy, exit, directExit }];
  });
}

/** The policy rule that the packet's mark chose, of those that ask for one. */
function policyTaken({ path }: Outcome, policies: readonly PolicyRule[]): PolicyRule | null {
  const routed = path.find(({ step: { hook } }) => hook !== 'PREROUTING')?.state;
  const mark = routed?.mark ?? null;
  if (mark === null || mark === 0) return null;
  return policies.find((policy) => !policy.not && (mark & policy.mask) >>> 0 === policy.mark) ?? null;
}

/** Rules before routing, not of kube-proxy, that wrote the packet's or the connection's mark. */
function markingSteps({ path }: Outcome): Step[] {
  return path
    .map(({ step }) => step)
    .filter((step) => {
      const rule = iptablesRule(step);
      return step.hook === 'PREROUTING' && !isKubeProxy(step.chain) && rule !== null && isMarker(rule);
    });
}

function isMarker({ target }: Rule): boolean {
  return target?.kind === 'mark' || target?.kind === 'connmark-set' || target?.kind === 'connmark-restore';
}

/** @returns the interface, or that there is no route; null where the packet is dropped by a rule, or stays here. */
function exitOf({ exit, verdict, reason }: Outcome): string | null {
  if (verdict === 'accept' && exit?.kind === 'interface') return exit.name;
  return reason?.code === 'no-route' ? 'no interface (no route)' : null;
}

/** Spares following packets where nothing marks them. */
function hasMarkers({ known }: CheckContext, family: Family): boolean {
  return known.rulesets.some(
    (ruleset) =>
      ruleset.family === family &&
      [...ruleset.tables.values()].some((table) =>
        otherChains(table).some(({ name, rules }) => {
          if (isKubeChain(name) || rules.length > MANY) return false;
          for (let index = 0; index < rules.length; index++)
            if (/^(?:CONN)?MARK$/.test(rules.targetName(index) ?? '')) return true;
          return false;
        }),
      ),
  );
}

const MANY = 5_000;

function tableOf({ action }: PolicyRule): string {
  return action.kind === 'lookup' ? action.table : '?';
}
