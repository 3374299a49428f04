import { reasonNote } from '../../explain/words/reason-words.ts';
import { confName, sysctlNumber } from '../../host/sysctl.ts';
import type { Reason } from '../../trace/reason.ts';
import { listed } from '../../words/numbers.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import { setSysctl } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { reversePathFilter } from './kp117-reverse-path.ts';

/** Forwarding is off, a source is a martian, an address is unreachable by route: no rule is to blame. */
export const routingDrops: FindingKind<CheckContext> = {
  code: 'KP218',
  title: 'routing ends Service traffic',
  find(context): Finding[] {
    // What rp_filter drops is KP117's business, where that has found it.
    const told = reversePathFilter.find(context).some(({ severity }) => severity === 'error');
    const deviations = context
      .deviationsBy('routing')
      .filter(({ culprit }) => !(told && culprit.kind === 'routing' && culprit.reason.code === 'rp-filter'));
    const groups = groupBy(deviations, ({ culprit, port }) =>
      culprit.kind === 'routing'
        ? `${port.family} ${culprit.reason.code} ${offAlone(culprit.reason, context) ?? ''}`
        : '',
    );
    return [...groups.values()].flatMap((group): Finding[] => {
      const [first] = group;
      if (first === undefined || first.culprit.kind !== 'routing') return [];
      const ports = group.map(({ port }) => port);
      const names = serviceNames(ports);
      const { text } = reasonNote(first.culprit.reason);
      const forwarding = first.culprit.reason.code === 'forwarding-off' ? first.culprit.reason : null;
      return [
        {
          code: 'KP218',
          severity: 'error',
          message: `packets for ${listed(names, 3)} end in routing: ${text}`,
          service: onlyService(ports),
          objects: names,
          hits: `${hitsOf(group)}${forwarding === null ? '' : answersText(forwarding)}`,
          evidence: [factEvidence(text), factEvidence(`example: ${exampleOf(first)}`)],
          advice:
            forwarding === null
              ? 'compare the node’s routes and sysctls with those of a node that works'
              : 'switch forwarding on, and find what switched it off',
          command: forwarding === null ? null : setSysctl(switchOf(forwarding, context), 1),
          certainty: 'certain',
        },
      ];
    });
  },
};

type ForwardingOff = Extract<Reason, { readonly code: 'forwarding-off' }>;

/**
 * net.ipv4.ip_forward is conf.all.forwarding: written with another value than it has, it is copied to every device
 * (devinet_sysctl_forward, net/ipv4/devinet.c, 6.12); written with the same it changes nothing.
 * @returns the device whose own switch alone is off, as far as is known; null where that of all is, and for other reasons
 */
function offAlone(reason: Reason, { known: { host } }: CheckContext): string | null {
  if (reason.code !== 'forwarding-off' || reason.family === 'ipv6' || reason.device === 'all') return null;
  const ofAll =
    sysctlNumber(host, 'net.ipv4.ip_forward') ?? sysctlNumber(host, 'net.ipv4.conf.all.forwarding');
  return ofAll === 0 ? null : reason.device;
}

/** IPv6 asks the switch of all devices (ip6_forward). */
function switchOf(reason: ForwardingOff, context: CheckContext): string {
  if (reason.family === 'ipv6') return confName('ipv6', 'all', 'forwarding');
  const device = offAlone(reason, context);
  return device === null ? 'net.ipv4.ip_forward' : confName('ipv4', device, 'forwarding');
}

function answersText({ device }: ForwardingOff): string {
  const which = device === 'all' ? 'have to pass this node' : `come in by ${device}`;
  return `; and clients elsewhere whose answers ${which}: those are not passed on either`;
}
