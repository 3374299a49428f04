import { command } from '../../command/command.ts';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { counted, listed } from '../words.ts';
import { byStep } from './deviations.ts';

/** The FORWARD policy is DROP and nothing accepts pod traffic. */
export const forwardPolicyDrop: FindingKind<CheckContext> = {
  code: 'KP107',
  title: 'FORWARD policy DROP ends pod traffic',
  find(context): Finding[] {
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
  },
};
